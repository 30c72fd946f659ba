import type { Route } from '../../functions/shared/definition';
import { createHandler } from '../../functions/shared/http/create-handler';
import { ApiError } from '../../functions/shared/http/errors';
import { createBodyReader, username } from '../../functions/shared/http/fields';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { bodyOf, jsonEvent, proxyEvent } from '../support/events';
import { captureLines, type LoggedLines } from '../support/log';
import { principal, protectedRequest, token } from '../support/sessions';

/** As API Gateway hands it over: everything is text. */
const authorizer = {
  principalId: '1',
  ...Object.fromEntries(Object.entries(principal).map(([name, value]) => [name, String(value)])),
};
const authorized = (parts: Parameters<typeof proxyEvent>[0] = {}) =>
  proxyEvent({ headers: { Authorization: `Token ${token.text}` }, authorizer, ...parts });
const environment = { CORS_ORIGINS: 'none', METRICS_NAMESPACE: 'none' };
const behind = {
  methods: ['GET'],
  path: '/api/x',
  access: 'authenticated',
  summary: '',
} as const satisfies Route;
const open = { methods: ['POST'], path: '/api/y', access: 'public', summary: '' } as const satisfies Route;
const ok = { status: 200, body: { message: 'hello' } };

let lines: LoggedLines;
beforeEach(() => {
  lines = captureLines();
});
afterEach(() => lines.release());

describe('a protected endpoint', () => {
  const action = jest.fn(() => ok);
  const handler = createHandler({ name: 'dashboard', route: behind, environment }, action);
  beforeEach(() => action.mockClear());

  it('is given the principal and the token, whatever types the context has', async () => {
    for (const context of [authorizer, { ...principal, principalId: '1' }]) {
      expect(await handler(authorized({ authorizer: context }))).toMatchObject({ statusCode: 200 });
      expect(action).toHaveBeenLastCalledWith(
        protectedRequest({ log: expect.anything(), caller: { device: '', sourceIp: '203.0.113.7' } }),
      );
    }
  });

  it.each([
    ['no authorizer ran', authorized({ authorizer: null })],
    ['the context is empty', authorized({ authorizer: {} })],
    ...Object.keys(principal).map((name): [string, ReturnType<typeof authorized>] => [
      `the context has no ${name}`,
      authorized({ authorizer: { ...authorizer, [name]: undefined as unknown } }),
    ]),
    ['the context names no role', authorized({ authorizer: { ...authorizer, role: '' } })],
    ['the request has no token', authorized({ headers: {} })],
  ])('does nothing when %s', async (_, event) => {
    const result = await handler(event);
    expect(result).toMatchObject({ statusCode: 401, headers: { 'WWW-Authenticate': 'Token' } });
    expect(bodyOf(result)).toEqual({ detail: 'Authentication credentials were not provided.' });
    expect(action).not.toHaveBeenCalled();
  });
});

describe('every answer', () => {
  const answer = async (thrown: unknown) => {
    const handler = createHandler({ name: 'dashboard', route: behind, environment }, () => {
      throw thrown;
    });
    const result = await handler(authorized());
    return [result.statusCode, bodyOf(result), result.headers?.['Retry-After']];
  };

  it('is JSON and is never cached', async () => {
    const result = await createHandler(
      { name: 'dashboard', route: behind, environment },
      () => ok,
    )(authorized());
    expect(result.headers).toEqual({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  });

  it('is 503 while the database is unavailable, and the log says why under the request id', async () => {
    const cause = new Error('connect ECONNREFUSED');
    expect(await answer(new StoreUnavailableError('No.', { cause }))).toEqual([
      503,
      { detail: 'Service temporarily unavailable.' },
      '1',
    ]);
    expect(lines.all()).toMatchObject([
      {
        kind: 'failure',
        requestId: 'request-1',
        function: 'dashboard',
        cause: { error: 'StoreUnavailableError', message: 'No.', cause: { error: 'Error' } },
      },
      { kind: 'request', status: 503, outcome: 'failed', reason: 'unavailable' },
    ]);
  });

  it('is 500 for a bug, says nothing about it, and the log has it under the request id', async () => {
    expect(await answer(new TypeError('secret detail'))).toEqual([
      500,
      { detail: 'Internal server error.' },
      undefined,
    ]);
    const [failure] = lines.all();
    expect(failure).toMatchObject({ requestId: 'request-1', error: 'TypeError' });
    expect(failure?.['stack'][0]).toMatch(/^at .*endpoint\.test/);
    expect(lines.text()).not.toContain('secret detail');
    expect(await answer('not even an error')).toEqual([500, { detail: 'Internal server error.' }, undefined]);
  });

  it('is what the contract says for a failure of the caller, and the log says only that', async () => {
    expect(await answer(new ApiError('permission_denied', 'No.'))).toEqual([
      403,
      { detail: 'No.' },
      undefined,
    ]);
    expect(lines.all()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: 'INFO',
        kind: 'request',
        function: 'dashboard',
        requestId: 'request-1',
        method: 'POST',
        route: '/api/test',
        status: 403,
        outcome: 'refused',
        reason: 'permission_denied',
        userId: 1,
        sessionId: principal.sessionId,
        milliseconds: expect.any(Number),
      },
    ]);
  });
});

describe('a public endpoint', () => {
  const readBody = createBodyReader({ username }, {});
  const options = { name: 'signup', route: open, environment, readBody };

  it('is told the group of the address that API Gateway saw, whatever headers say', async () => {
    const seen: string[] = [];
    const telling = createHandler(options, async ({ caller }) => {
      seen.push(caller.sourceIp);
      return { status: 201 };
    });
    const event = jsonEvent({ username: 'bob' });
    const identity = { ...event.requestContext.identity, sourceIp: '2001:db8:1:2:3::4' };
    const headers = { ...event.headers, 'X-Forwarded-For': '198.51.100.1' };
    await telling({ ...event, headers, requestContext: { ...event.requestContext, identity } });
    expect(seen).toEqual(['2001:db8:1:2::/64']);
  });
});

describe('a protected endpoint that reads a body', () => {
  const readBody = createBodyReader({ username }, {});
  const handler = createHandler(
    { name: 'x', route: behind, environment, readBody },
    async ({ body, principal: { userId } }) => ({
      status: 200,
      body: { ...body, userId },
    }),
  );
  const sent = jsonEvent({ username: ' bob ' });

  it('is given both', async () => {
    const event = authorized({
      body: sent.body,
      headers: { ...sent.headers, Authorization: `Token ${token.text}` },
    });
    expect(bodyOf(await handler(event))).toEqual({ username: 'bob', userId: 1 });
  });

  it('does not look at the body of a caller whom no authorizer vouched for', async () => {
    expect((await handler({ ...sent, body: 'nonsense' })).statusCode).toBe(401);
  });
});

describe('cross-origin answers', () => {
  const headersFor = async (corsOrigins: string, origin?: string) => {
    const handler = createHandler(
      { name: 'dashboard', route: behind, environment: { ...environment, CORS_ORIGINS: corsOrigins } },
      () => ok,
    );
    const headers = { Authorization: `Token ${token.text}`, ...(origin && { origin }) };
    return (await handler(authorized({ headers }))).headers;
  };

  it('are readable by a listed origin and no other', async () => {
    const origins = 'https://a.example,https://b.example';
    expect(await headersFor(origins, 'https://b.example')).toMatchObject({
      'Access-Control-Allow-Origin': 'https://b.example',
      Vary: 'Origin',
      'Access-Control-Expose-Headers':
        'Token-Expires-In, Session-Expires-In, Retry-After, Content-Disposition, WWW-Authenticate, Allow',
    });
    expect(await headersFor(origins, 'https://c.example')).not.toHaveProperty('Access-Control-Allow-Origin');
    expect(await headersFor(origins)).not.toHaveProperty('Access-Control-Allow-Origin');
    expect(await headersFor('*', 'https://c.example')).toMatchObject({ 'Access-Control-Allow-Origin': '*' });
    expect(await headersFor('none', 'https://a.example')).not.toHaveProperty('Vary');
  });
});

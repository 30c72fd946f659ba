/** Sentences about logs, errors and metrics: everything that is written while an API is used and abused. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { TestApi } from '../support/api';
import { type FaultyApi, startFaultyApi } from '../support/faulty-database';
import { itemsOf } from '../support/stored-items';

let backend: FaultyApi;
let api: TestApi;

beforeAll(async () => {
  backend = await startFaultyApi({
    settings: { monitoring: 'on', rateLimits: 'on', loginsPerAddress: 30, loginWait: '1m' },
  });
  ({ api } = backend);
});
afterEach(async () => {
  backend.database.decide(() => 'pass');
  await api.call('POST', '/_local/clock/', { body: { reset: true } });
});
afterAll(() => backend.close());

const advance = (time: string) => api.call('POST', '/_local/clock/', { body: { advance: time } });
const login = (body: object, headers = {}) => api.call('POST', '/api/api-token-auth/', { body, headers });

describe('evidence', () => {
  it('48. Canary password, token and e-mail never appear in any log line, metric, trace or error body.', async () => {
    const password = randomBytes(24).toString('base64url').toUpperCase();
    const [canary, username, mailbox] = Array.from({ length: 3 }, () => randomUUID().replaceAll('-', '')) as [
      string,
      string,
      string,
    ];
    const email = `${mailbox}@example.com`;
    const bodies: string[] = [];
    const tokens: string[] = [];
    const ask = async (method: string, path: string, call: Parameters<TestApi['call']>[2] = {}) => {
      const headers = {
        'X-Canary': canary,
        'User-Agent': `agent ${canary}`,
        Cookie: canary,
        ...call.headers,
      };
      const reply = await api.call(method, `${path}?q=${canary}`, { ...call, headers });
      if (reply.body?.token) tokens.push(reply.body.token);
      if (reply.status >= 400) bodies.push(reply.text);
      return reply;
    };
    const account = { username, email, password };
    const { body } = await ask('POST', '/api/signup/', { body: account });
    for (const wrong of [
      account,
      { ...account, role: 7 },
      { ...account, email: 'x' },
      [canary],
      canary,
      { username },
    ])
      await ask('POST', '/api/signup/', { body: wrong });
    await ask('POST', '/api/api-token-auth/', { body: account });
    for (const wrong of [`${password}1`, `${password}2`])
      await ask('POST', '/api/api-token-auth/', { body: { username, password: wrong } });
    await ask('POST', '/api/api-token-auth/', {
      body: `{"password":"${canary}`,
      headers: { 'Content-Type': 'application/json' },
    });
    const token = body.token as string;
    for (const path of ['/api/dashboard/', '/api/sessions/', `/api/${canary}/`])
      await ask('GET', path, { token });
    await ask('DELETE', `/api/sessions/${canary}/`, { token });
    await ask('GET', '/api/dashboard/', { token: `${token.slice(0, 14)}${canary.slice(0, 26)}` });
    const me = '/api/auth/users/me/';
    const current_password = password;
    for (const [method, path, fields] of [
      ['GET', me, undefined],
      ['GET', `${me}export/`, undefined],
      ['POST', '/api/auth/users/set_password/', { current_password: canary, new_password: canary }],
      ['POST', '/api/auth/users/set_password/', { current_password, new_password: mailbox }],
      ['POST', '/api/auth/users/set_username/', { current_password, new_username: `${canary} x` }],
      ['PUT', me, { current_password: canary, email }],
      ['PATCH', me, { current_password, email: canary }],
      ['DELETE', me, { current_password: canary }],
    ] as const)
      await ask(method, path, { token, ...(fields && { body: fields }) });
    const { body: renewed } = await ask('POST', '/api/refresh-token/', { token });
    backend.database.decide(() => 'error');
    await Promise.all([
      ask('POST', '/api/signup/', { body: account }),
      ask('POST', '/api/api-token-auth/', { body: account }),
      ask('GET', '/api/dashboard/', { token: renewed.token }),
    ]);
    backend.database.decide(() => 'pass');
    await ask('POST', '/api/logout/', { token: renewed.token });
    await api.logged({ event: 'logged_out' });
    expect(bodies.length).toBeGreaterThan(12);
    const stored = itemsOf(api);
    const limits = JSON.stringify(await stored.all('rateLimits'));
    stored.close();
    expect(limits).toContain('ACCOUNT#');
    const written = [...bodies, api.log(), limits].join('\n');
    for (const secret of [canary, password, username, mailbox]) expect(written).not.toContain(secret);
    for (const text of tokens) expect(written).not.toContain(text.slice(14, 23));
    expect(written).not.toMatch(/\$2b\$/);
  });

  it('50. Signup, login (both ways), refresh, reuse, logout, lock, role change, deletion and denied requests each leave one structured event.', async () => {
    // There is no way to change a role or delete an account through the API yet.
    const { username, token, id } = await api.signup();
    const second = (await login({ username, password: 'password123' })).body.token;
    const third = (await api.call('POST', '/api/refresh-token/', { token: second })).body.token;
    await api.call('GET', '/api/dashboard/', { token: third });
    await advance('31s');
    await api.call('POST', '/api/refresh-token/', { token: second });
    // Five of the account, and five in the lane of the network on which it signed in.
    for (let failure = 0; failure < 10; failure += 1) await login({ username, password: 'wrong-password' });
    await login({ username, password: 'wrong-password' });
    await api.call('POST', '/api/logout/', { token });
    const left = await api.signup();
    const change = { current_password: 'password123', new_password: 'another-word-1' };
    await api.call('POST', '/api/auth/users/set_password/', { token: left.token, body: change });
    for (const current_password of ['wrong-password', 'another-word-1'])
      await api.call('DELETE', '/api/auth/users/me/', { token: left.token, body: { current_password } });
    const ofLeft = (await api.logged({ kind: 'event', userId: left.id }, 4)).map(({ event }) => event);
    expect(ofLeft.sort()).toEqual([
      'account_deleted',
      'password_changed',
      'reauthentication_failed',
      'signup_succeeded',
    ]);
    // Lines of different functions may arrive in another order than they were written in.
    const lines = (await api.logged({ kind: 'event', userId: id }, 18)).sort((one, other) =>
      one['time'] < other['time'] ? -1 : 1,
    );
    const ofUser = lines.map(({ event, level, outcome, reason }) =>
      [event, level, outcome, reason].filter(Boolean).join(' '),
    );
    const failures = Array.from({ length: 5 }, () => 'login_failed INFO failed password_wrong');
    expect(ofUser).toEqual([
      'signup_succeeded INFO succeeded',
      'login_succeeded INFO succeeded',
      'token_refreshed INFO succeeded',
      'token_reused WARN refused',
      'request_denied INFO refused token_reused',
      ...[...failures, 'account_locked WARN refused'],
      ...[...failures, 'account_locked WARN refused'],
      'logged_out INFO succeeded',
    ]);
    expect(lines[1]).toMatchObject({ sessionId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const [refused] = await api.logged({ event: 'login_refused' });
    expect(refused).toMatchObject({ level: 'WARN', reason: 'account_wait', waitSeconds: expect.any(Number) });
    for (const line of await api.logged({ kind: 'event' })) {
      expect(line).toMatchObject({
        requestId: expect.any(String),
        function: expect.any(String),
        time: expect.any(String),
      });
      if (/^(signup|login)_/.test(line['event'])) expect(line).toMatchObject({ address: '127.0.0.1' });
    }
  });

  it('52. Newlines and control characters in user input cannot forge a log line.', async () => {
    const forged = '{"level":"INFO","kind":"event","event":"login_succeeded","userId":1}';
    const before = api.log().length;
    const hostile = `x\n${forged}\r\n${forged}\u2028${forged}\u001b[2J`;
    await login({ username: hostile, password: hostile });
    await login({ username: hostile, password: 'x' }, { 'User-Agent': encodeURI(hostile) });
    await api.call('POST', `/api/${encodeURIComponent(hostile)}/`);
    await api.call('GET', '/api/dashboard/', { token: encodeURIComponent(hostile) });
    await api.call('POST', '/api/signup/', {
      body: hostile,
      headers: { 'Content-Type': 'application/json' },
    });
    await api.call('GET', '/api/last/');
    await api.logged({ function: 'fallback', method: 'GET' });
    const lines = api.log().slice(before).split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const line of lines)
      expect(Object.keys(JSON.parse(line)).slice(0, 3)).toEqual(['time', 'level', 'kind']);
    for (const character of ['\u001b', '\u2028']) expect(api.log()).not.toContain(character);
  });

  it('53. Errors are generic, have a content type, and never a stack.', async () => {
    const { token } = await api.signup();
    const attempts: Parameters<TestApi['call']>[] = [
      ['GET', '/api/nowhere/'],
      ['PUT', '/api/signup/'],
      ['GET', '/api/dashboard/'],
      ['GET', '/api/dashboard/', { token: 'x' }],
      ['DELETE', '/api/sessions/x/', { token }],
      ['POST', '/api/signup/', { body: '{', headers: { 'Content-Type': 'application/json' } }],
      ['POST', '/api/signup/', { body: 'x', headers: { 'Content-Type': 'text/plain' } }],
      ['POST', '/api/signup/', { body: {} }],
    ];
    for (const attempt of attempts) expectGeneric(await api.call(...attempt));
    backend.database.decide(() => 'error');
    for (const path of ['/api/sessions/', '/api/logout/'])
      expectGeneric(await api.call(path === '/api/logout/' ? 'POST' : 'GET', path, { token }));
  });
});

function expectGeneric({ status, headers, text }: Awaited<ReturnType<TestApi['call']>>): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(headers.get('Content-Type')).toBe('application/json');
  expect(text).not.toMatch(/\bat \w|node:|node_modules|\.[jt]s\b|dynamodb|lambda|Exception|Error:/i);
}

describe('a request', () => {
  it('leaves one line, from the endpoint that answered it or from the authorizer that refused it', async () => {
    const { token, id } = await api.signup();
    const lineAbout = async (reply: Awaited<ReturnType<TestApi['call']>>) => {
      const requestId = reply.headers.get('x-amzn-RequestId');
      const lines = await api.logged({ kind: 'request', requestId });
      expect(lines).toHaveLength(1);
      return lines[0]!;
    };
    const summary = ({ function: name, method, route, status, outcome, reason }: Record<string, unknown>) =>
      [name, method, route, status, outcome, reason].filter(Boolean).join(' ');
    const used = await lineAbout(await api.call('GET', '/api/dashboard/', { token }));
    expect(summary(used)).toBe('dashboard GET /api/dashboard 200 succeeded');
    expect(used).toMatchObject({
      userId: id,
      sessionId: expect.stringMatching(/^[0-9a-f]{16}$/),
      milliseconds: expect.any(Number),
    });
    const refused = await lineAbout(await api.call('GET', '/api/dashboard/', { token: '0'.repeat(40) }));
    expect(summary(refused)).toBe('authorizer GET /api/dashboard 401 refused session_unknown');
    const unknown = await lineAbout(await api.call('GET', '/api/unknown/'));
    expect(summary(unknown)).toBe('fallback GET /{proxy+} 404 refused not_found');
    backend.database.decide(() => 'error');
    const failed = await lineAbout(await api.call('GET', '/api/dashboard/', { token }));
    expect(summary(failed)).toBe('authorizer GET /api/dashboard 503 failed unavailable');
  });
});

describe('with monitoring on', () => {
  it('events count as metrics in the embedded format', async () => {
    const { username } = await api.signup();
    await login({ username, password: 'wrong-password' });
    const [line] = (await api.logged({ event: 'login_failed' })).slice(-1);
    expect(line).toMatchObject({
      outcome: 'failed',
      Logins: 1,
      HashMilliseconds: line?.['hashMilliseconds'],
      _aws: {
        Timestamp: new Date(line?.['time']).getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'TokenAuth/dev',
            Dimensions: [['outcome']],
            Metrics: [{ Name: 'Logins', Unit: 'Count' }],
          },
          {
            Namespace: 'TokenAuth/dev',
            Dimensions: [[]],
            Metrics: [{ Name: 'HashMilliseconds', Unit: 'Milliseconds' }],
          },
        ],
      },
    });
    await api.call('GET', '/api/dashboard/', { token: 'x' });
    const [denied] = (await api.logged({ event: 'request_denied' })).slice(-1);
    expect(denied).toMatchObject({
      reason: 'token_malformed',
      Denials: 1,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['reason']] }] },
    });
  });
});

import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { captureLines, type LoggedLines } from '../support/log';

const inAws = {
  USERS_TABLE: 'users',
  TOKENS_TABLE: 'tokens',
  OUTBOX_TABLE: 'outbox',
  EVENTS: 'off',
  METRICS_NAMESPACE: 'none',
  ADMITTED_ROLES: 'CLERK',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
};
const underSamLocal = { ...inAws, FORWARD_DENIALS: 'true', AWS_SAM_LOCAL: 'true' };

const eventWith = (headers: Record<string, string>, resource = '/api/dashboard') =>
  ({
    headers,
    resource,
    httpMethod: 'GET',
    methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abc/dev/GET/api/dashboard',
    requestContext: { requestId: 'request-1', extendedRequestId: 'extended-1' },
  }) as unknown as APIGatewayRequestAuthorizerEvent;

const withoutToken = eventWith({});
/** The database, which does not answer, must be asked. */
const withToken = eventWith({ Authorization: `Token ${'0'.repeat(40)}` });

/** A handler as it starts with these variables. */
async function startedWith(variables: Record<string, string>) {
  jest.resetModules();
  process.env = { ...process.env, FORWARD_DENIALS: '', AWS_SAM_LOCAL: '', ...variables };
  const name = 'authorizer';
  return (await import(`../../functions/${name}/handler`)).handler;
}

const before = process.env;
let lines: LoggedLines;
beforeEach(() => {
  lines = captureLines();
});
afterEach(() => {
  lines.release();
  process.env = before;
});

describe('the handler of the authorizer', () => {
  it('rejects with a constant, which the runtime writes down, when it cannot decide; the log says why', async () => {
    const handler = await startedWith(inAws);
    await expect(handler(withToken)).rejects.toEqual(new Error('The request could not be authorized.'));
    const about = { function: 'authorizer', requestId: 'request-1', extendedRequestId: 'extended-1' };
    expect(lines.all()).toMatchObject([
      { ...about, kind: 'failure', error: 'StoreUnavailableError' },
      { ...about, kind: 'request', status: 503, reason: 'unavailable' },
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['in AWS', inAws],
    ['in AWS with a template for sam local', { ...inAws, FORWARD_DENIALS: 'true' }],
    ['under sam local with a template for AWS', { ...inAws, AWS_SAM_LOCAL: 'true' }],
  ])('denies %s', async (_, variables) => {
    const handler = await startedWith(variables);
    expect(await handler(withoutToken)).toMatchObject({
      policyDocument: { Statement: [{ Effect: 'Deny' }] },
      context: { detail: 'Authentication credentials were not provided.' },
    });
    await expect(handler(withToken)).rejects.toThrow();
  });
});

describe('the handler of the authorizer under sam local', () => {
  const passedOn = (context: object) => ({
    principalId: 'anonymous',
    policyDocument: { Statement: [{ Effect: 'Allow' }] },
    context,
  });

  it('passes a denial on to the endpoint, and says of nobody that he is calling', async () => {
    const answer = await (await startedWith(underSamLocal))(withoutToken);
    expect(answer).toMatchObject(passedOn({}));
    expect(answer.context).toEqual({ detail: 'Authentication credentials were not provided.' });
    expect(lines.all()).toMatchObject([{ kind: 'event', event: 'request_denied' }]);
  });

  it('passes on that the database does not answer', async () => {
    const answer = await (await startedWith(underSamLocal))(withToken);
    expect(answer).toMatchObject(passedOn({}));
    expect(answer.context).toEqual({ unavailable: true });
  });

  it('passes nothing on to a route that is not in the route table', async () => {
    const handler = await startedWith(underSamLocal);
    const denied = { policyDocument: { Statement: [{ Effect: 'Deny' }] } };
    expect(await handler(eventWith({}, '/reports'))).toMatchObject(denied);
    await expect(
      handler(eventWith(withToken.headers as Record<string, string>, '/reports')),
    ).rejects.toThrow();
  });
});

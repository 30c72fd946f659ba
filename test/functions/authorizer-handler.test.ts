import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { captureLines } from '../support/log';

describe('the handler of the authorizer', () => {
  const before = process.env;
  afterEach(() => {
    process.env = before;
  });

  it('rejects with a constant, which the runtime writes down, when it cannot decide; the log says why', async () => {
    process.env = {
      ...before,
      USERS_TABLE: 'users',
      TOKENS_TABLE: 'tokens',
      METRICS_NAMESPACE: 'none',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    };
    const name = 'authorizer';
    const { handler } = await import(`../../functions/${name}/handler`);
    const event = {
      headers: { Authorization: `Token ${'0'.repeat(40)}` },
      resource: '/api/dashboard',
      httpMethod: 'GET',
      methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abc/dev/GET/api/dashboard',
      requestContext: { requestId: 'request-1', extendedRequestId: 'extended-1' },
    } as unknown as APIGatewayRequestAuthorizerEvent;
    const lines = captureLines();
    await expect(handler(event)).rejects.toEqual(new Error('The request could not be authorized.'));
    lines.release();
    const about = { function: 'authorizer', requestId: 'request-1', extendedRequestId: 'extended-1' };
    expect(lines.all()).toMatchObject([
      { ...about, kind: 'failure', error: 'StoreUnavailableError' },
      { ...about, kind: 'request', status: 503, reason: 'unavailable' },
    ]);
  });
});

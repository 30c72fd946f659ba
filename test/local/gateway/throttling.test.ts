import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import type { Invoke } from '../../../local/gateway/exchange';
import { type Gateway, gatewayOf } from '../../../local/gateway/gateway';
import { loadDeployment } from '../../../local/template/load-deployment';
import { SampleApp } from '../template/synthesise';

const allow = {
  principalId: 'me',
  policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] },
};

describe('A method that has no token left', () => {
  const app = new SampleApp({
    deployOptions: {
      stageName: 'test',
      throttlingRateLimit: 1,
      throttlingBurstLimit: 2,
      methodOptions: {
        '/open/POST': { throttlingRateLimit: 10, throttlingBurstLimit: 1 },
        '/shut/GET': { throttlingRateLimit: 0, throttlingBurstLimit: 100 },
      },
    },
  });
  let gateway: Gateway;
  let now = 0;
  let invoked: string[] = [];

  beforeAll(() => {
    const integration = new LambdaIntegration(app.addFunction('Handler', ''));
    const open = app.api.root.addResource('open');
    open.addMethod('GET', integration);
    open.addMethod('POST', integration);
    open.addCorsPreflight({ allowOrigins: ['*'], statusCode: 204 });
    app.api.root.addResource('any').addMethod('ANY', integration);
    app.api.root.addResource('{id}').addMethod('GET', integration);
    app.api.root.addResource('shut').addMethod('GET', integration);
    const authorized = app.authorizedBy(app.addFunction('Authorizer', ''));
    app.api.root.addResource('closed').addMethod('GET', integration, authorized);
    const {
      apis: [api],
    } = loadDeployment(app.synthesise());
    const invoke: Invoke = async (functionId) => {
      const isAuthorizer = functionId.startsWith('Authorizer');
      invoked.push(isAuthorizer ? 'authorizer' : 'handler');
      return { ok: true, payload: JSON.stringify(isAuthorizer ? allow : { statusCode: 200 }) };
    };
    gateway = gatewayOf(api, invoke, () => now);
  });

  afterAll(() => app.remove());

  /** Every test finds the buckets full. */
  beforeEach(() => {
    now += 3_600_000;
    invoked = [];
  });

  async function send(method: string, path: string) {
    const query: readonly [string, string][] = [];
    const place = { sourceIp: '127.0.0.1', serverPort: 80, protocol: 'HTTP/1.1' };
    const { status, headers, body } = await gateway(
      { id: 'id', receivedAt: 0, method, path, query, headers: [], ...place },
      Buffer.alloc(0),
    );
    return { status, headers: Object.fromEntries(headers), body: body.toString() };
  }

  async function statuses(count: number, method: string, path: string): Promise<number[]> {
    const answers: number[] = [];
    while (answers.length < count) answers.push((await send(method, path)).status);
    return answers;
  }

  it("refuses a request in API Gateway's own words, and takes one again when it has gained a token", async () => {
    expect(await statuses(2, 'GET', '/open')).toEqual([200, 200]);
    expect(await send('GET', '/open')).toEqual({
      status: 429,
      headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'TooManyRequestsException' },
      body: '{"message":"Too Many Requests"}',
    });
    now += 999;
    expect(await statuses(1, 'GET', '/open')).toEqual([429]);
    now += 1;
    expect(await statuses(2, 'GET', '/open')).toEqual([200, 429]);
  });

  it('asks neither its authorizer nor its function', async () => {
    expect(await statuses(5, 'GET', '/closed')).toEqual([200, 200, 429, 429, 429]);
    expect(invoked).toEqual(['authorizer', 'handler', 'authorizer', 'handler']);
  });

  it('has limits of its own where the stage gives it some', async () => {
    expect(await statuses(2, 'POST', '/open')).toEqual([200, 429]);
    now += 100;
    expect(await statuses(2, 'POST', '/open')).toEqual([200, 429]);
  });

  it('takes none away from other methods of its resource, nor from other resources', async () => {
    await statuses(3, 'GET', '/open');

    expect((await send('POST', '/open')).status).toBe(200);
    expect((await send('GET', '/closed')).status).toBe(200);
  });

  it('may be ANY, which has one bucket for all that it stands for', async () => {
    expect(await statuses(2, 'GET', '/any')).toEqual([200, 200]);
    expect(await statuses(1, 'DELETE', '/any')).toEqual([429]);
  });

  it('may have a variable path, and has one bucket for all that it stands for', async () => {
    expect(await statuses(2, 'GET', '/one')).toEqual([200, 200]);
    expect(await statuses(1, 'GET', '/two')).toEqual([429]);
  });

  it('may be a preflight that the gateway answers by itself', async () => {
    expect(await statuses(3, 'OPTIONS', '/open')).toEqual([204, 204, 429]);
  });

  it('never has one with a rate of 0', async () => {
    expect(await statuses(1, 'GET', '/shut')).toEqual([429]);
  });

  it('does not concern requests for what is not there', async () => {
    expect(await statuses(5, 'PUT', '/open')).toEqual([403, 403, 403, 403, 403]);
  });
});

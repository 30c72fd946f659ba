import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { createGateway, type Gateway } from '../../../local/gateway/gateway';
import type { Invoke } from '../../../local/gateway/request';
import { loadDeployment } from '../../../local/template/load-deployment';
import { SampleApp } from '../sample-app';

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
    open.addCorsPreflight({ allowOrigins: ['*'] });
    app.api.root.addResource('any').addMethod('ANY', integration);
    app.api.root.addResource('{id}').addMethod('GET', integration);
    app.api.root.addResource('shut').addMethod('GET', integration);
    const authorized = app.authorizedBy(app.addFunction('Authorizer', ''));
    app.api.root.addResource('closed').addMethod('GET', integration, authorized);
    const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }];
    const invoke: Invoke = async (functionId) => {
      const isAuthorizer = functionId.startsWith('Authorizer');
      invoked.push(isAuthorizer ? 'authorizer' : 'handler');
      const result = isAuthorizer
        ? { principalId: 'me', policyDocument: { Statement } }
        : { statusCode: 200 };
      return { ok: true, payload: JSON.stringify(result) };
    };
    gateway = createGateway(loadDeployment(app.synthesise()).apis[0], invoke, () => now);
  });

  afterAll(() => app.remove());

  /** Every test finds the buckets full. */
  beforeEach(() => {
    now += 3_600_000;
    invoked = [];
  });

  function send(method: string, path: string) {
    const place = { sourceIp: '127.0.0.1', serverPort: 80, protocol: 'HTTP/1.1' };
    const request = { id: 'id', receivedAt: 0, method, path, query: [], headers: [], ...place };
    return gateway(request, Buffer.alloc(0));
  }

  async function statuses(count: number, method: string, path: string): Promise<number[]> {
    const found: number[] = [];
    while (found.length < count) found.push((await send(method, path)).status);
    return found;
  }

  it("refuses a request in API Gateway's own words, and takes one again when it has gained a token", async () => {
    expect(await statuses(2, 'GET', '/open')).toEqual([200, 200]);
    expect(await send('GET', '/open')).toEqual({
      status: 429,
      headers: [
        ['Content-Type', 'application/json'],
        ['x-amzn-ErrorType', 'TooManyRequestsException'],
      ],
      body: Buffer.from('{"message":"Too Many Requests"}'),
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

  it.each([
    ['limits of its own', 'POST', '/open', [200, 429]],
    ['a rate of 0', 'GET', '/shut', [429]],
    ['a preflight response of the gateway', 'OPTIONS', '/open', [204, 204, 429]],
    ['no route, which is not limited', 'PUT', '/open', [403, 403, 403, 403]],
  ])('may have %s: %s %s', async (...[, method, path, expected]) => {
    expect(await statuses(expected.length, method, path)).toEqual(expected);
  });

  it('takes none away from other methods of its resource, nor from other resources', async () => {
    await statuses(3, 'GET', '/open');

    expect((await send('POST', '/open')).status).toBe(200);
    expect((await send('GET', '/closed')).status).toBe(200);
  });

  it('has one bucket for all methods of ANY, and for all values of a variable', async () => {
    expect(await statuses(2, 'GET', '/any')).toEqual([200, 200]);
    expect(await statuses(1, 'DELETE', '/any')).toEqual([429]);
    expect(await statuses(2, 'GET', '/one')).toEqual([200, 200]);
    expect(await statuses(1, 'GET', '/two')).toEqual([429]);
  });
});

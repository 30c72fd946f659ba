import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { echo } from './bundles';
import { parsed, rawHead, sendRaw } from './raw-client';

interface Event {
  readonly [member: string]: unknown;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly requestContext: Record<string, unknown>;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('The event of the proxy integration', () => {
  const app = new SampleApp({ binaryMediaTypes: ['image/*', 'application/zip'] });
  let running: RunningApi;

  beforeAll(async () => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const items = app.api.root.addResource('items');
    items.addMethod('ANY', integration);
    items.addResource('{id}').addMethod('ANY', integration);
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  async function eventOf(path: string, init: RequestInit = {}): Promise<Event> {
    const response = await fetch(running.url + path, init);
    return response.json() as Promise<Event>;
  }

  async function rawEventOf(requestLine: string, headers: readonly string[] = []): Promise<Event> {
    return JSON.parse(parsed(await sendRaw(running.url, rawHead(requestLine, headers))).body);
  }

  it('names the resource without a slash at the end, and keeps the path as it was sent', async () => {
    expect(await eventOf('/items/7/')).toMatchObject({
      resource: '/items/{id}',
      path: '/items/7/',
      httpMethod: 'GET',
      pathParameters: { id: '7' },
      requestContext: { path: '/test/items/7/', resourcePath: '/items/{id}', httpMethod: 'GET' },
    });
  });

  it('has null where there is nothing to say', async () => {
    expect(await eventOf('/items')).toMatchObject({
      body: null,
      isBase64Encoded: false,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      queryStringParameters: null,
      stageVariables: null,
    });
  });

  it('decodes the query, and has the last value and all values of a parameter', async () => {
    const event = await rawEventOf('GET /items?a=1&a=2&b=x+y%20z&c=100%&d&__proto__=p');

    expect(event['queryStringParameters']).toEqual(
      JSON.parse('{"a":"2","b":"x y z","c":"100%","d":"","__proto__":"p"}'),
    );
    expect(event['multiValueQueryStringParameters']).toMatchObject({ a: ['1', '2'], d: [''] });
  });

  it('has the last value and all values of a header, spelled as sent', async () => {
    const { headers, multiValueHeaders } = await rawEventOf('GET /items', [
      'x-TAG: 1',
      'X-Tag: 2',
      'tEsT: aB',
    ]);

    expect(headers).toMatchObject({ 'x-TAG': '2', tEsT: 'aB' });
    expect(multiValueHeaders).toMatchObject({ 'x-TAG': ['1', '2'], tEsT: ['aB'] });
  });

  it('spells Authorization in one way, whatever the client does', async () => {
    const { headers } = await rawEventOf('GET /items', ['AUTHORIZATION: Token x']);

    expect(headers).toMatchObject({ Authorization: 'Token x' });
    expect(headers).not.toHaveProperty('AUTHORIZATION');
  });

  it('leaves out the headers that concern the connection alone', async () => {
    const { headers } = await eventOf('/items', { method: 'POST', body: 'text' });

    expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(connection|content-length|transfer-encoding)$/)]),
    );
    expect(headers).toMatchObject({ 'content-type': 'text/plain;charset=UTF-8' });
  });

  it("appends the client's address to X-Forwarded-For, and believes none that the client sends", async () => {
    const { headers, requestContext } = await rawEventOf('GET /items', [
      'X-Forwarded-For: 203.0.113.7',
      'x-forwarded-for: 203.0.113.8',
      'X-Forwarded-Proto: https',
    ]);

    expect(headers).toMatchObject({
      'X-Forwarded-For': '203.0.113.7, 203.0.113.8, 127.0.0.1',
      'X-Forwarded-Port': new URL(running.url).port,
      'X-Forwarded-Proto': 'http',
    });
    expect(requestContext['identity']).toMatchObject({ sourceIp: '127.0.0.1' });
  });

  it('has the body as text, with a replacement for what is not UTF-8', async () => {
    const body = Buffer.from([0x61, 0xff, 0xc3, 0xa9]);

    expect(await eventOf('/items', { method: 'POST', body })).toMatchObject({
      body: 'a\ufffdé',
      isBase64Encoded: false,
    });
  });

  it.each(['image/png', 'IMAGE/PNG; q=1', 'application/zip'])(
    'has a body of type %s as base64',
    async (type) => {
      const body = Buffer.from([0xff, 0x00]);
      const event = await eventOf('/items', { method: 'POST', body, headers: { 'Content-Type': type } });

      expect(event).toMatchObject({ body: '/wA=', isBase64Encoded: true });
    },
  );

  it('has no body, and so none as base64, where none was sent', async () => {
    const event = await eventOf('/items', { headers: { 'Content-Type': 'image/png' } });

    expect(event).toMatchObject({ body: null, isBase64Encoded: false });
  });

  it('says of the request what API Gateway says', async () => {
    const before = Date.now();
    const { requestContext } = await eventOf('/items', { headers: { 'User-Agent': 'tester' } });

    expect(requestContext).toEqual({
      accountId: '123456789012',
      apiId: expect.stringMatching(/^Api/),
      deploymentId: expect.stringMatching(/^ApiDeployment/),
      domainName: new URL(running.url).host,
      domainPrefix: '127',
      extendedRequestId: expect.any(String),
      httpMethod: 'GET',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: 'tester',
        userArn: null,
      },
      path: '/test/items',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(uuid),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      resourceId: expect.stringMatching(/^Apiitems/),
      resourcePath: '/items',
      stage: 'test',
    });
    expect(requestContext['requestTimeEpoch']).toBeGreaterThanOrEqual(before);
  });

  it('matches a path after decoding it, and passes its parameters on undecoded', async () => {
    expect(await rawEventOf('GET /it%65ms/a%2Fb%zz')).toMatchObject({
      path: '/it%65ms/a%2Fb%zz',
      pathParameters: { id: 'a%2Fb%zz' },
    });
  });

  it('takes a whole URL as the target of a request', async () => {
    expect(await rawEventOf('GET http://elsewhere.example/items?a=1')).toMatchObject({
      path: '/items',
      queryStringParameters: { a: '1' },
    });
  });
});

import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { parsed, rawHead, sendRaw } from '../raw-client';
import { echo, obedient, serveSample } from '../sample-app';

describe('The event of the proxy integration', () => {
  const sample = serveSample(
    (app) => {
      const integration = new LambdaIntegration(app.addFunction('Echo', echo));
      const items = app.api.root.addResource('items');
      items.addMethod('ANY', integration);
      items.addResource('{id}').addMethod('ANY', integration);
    },
    { props: { binaryMediaTypes: ['image/*', 'application/zip'] } },
  );

  const eventOf = async (path: string, init?: RequestInit): Promise<any> =>
    (await sample.fetch(path, init)).json();

  const rawEventOf = async (requestLine: string, headers: string[] = []): Promise<any> =>
    JSON.parse(parsed(await sendRaw(sample.url(), rawHead(requestLine, headers))).body);

  it('says of the request what API Gateway says', async () => {
    const before = Date.now();
    const { headers, multiValueHeaders, requestContext, ...event } = await eventOf('/items/7/', {
      headers: { 'User-Agent': 'tester' },
    });

    expect(event).toEqual({
      resource: '/items/{id}',
      path: '/items/7/',
      httpMethod: 'GET',
      pathParameters: { id: '7' },
      body: null,
      isBase64Encoded: false,
      multiValueQueryStringParameters: null,
      queryStringParameters: null,
      stageVariables: null,
    });
    expect(headers['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(requestContext).toEqual({
      accountId: '123456789012',
      apiId: expect.stringMatching(/^Api/),
      deploymentId: expect.stringMatching(/^ApiDeployment/),
      domainName: new URL(sample.url()).host,
      domainPrefix: '127',
      extendedRequestId: requestContext.requestId,
      httpMethod: 'GET',
      identity: expect.objectContaining({ sourceIp: '127.0.0.1', user: null, userAgent: 'tester' }),
      path: '/test/items/7/',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      resourceId: expect.stringMatching(/^Apiitems/),
      resourcePath: '/items/{id}',
      stage: 'test',
    });
    expect(requestContext.requestTimeEpoch).toBeGreaterThanOrEqual(before);
  });

  it('has the decoded query, and the last value and all values of a parameter or header', async () => {
    const event = await rawEventOf('GET /items?a=1&a=2&b=x+y%20z&c=100%&d&__proto__=p', [
      'x-TAG: 1',
      'X-Tag: 2',
    ]);

    expect(event.queryStringParameters).toEqual(
      JSON.parse('{"a":"2","b":"x y z","c":"100%","d":"","__proto__":"p"}'),
    );
    expect(event.multiValueQueryStringParameters).toMatchObject({ a: ['1', '2'], d: [''] });
    expect(event.headers).toMatchObject({ 'x-TAG': '2' });
    expect(event.multiValueHeaders).toMatchObject({ 'x-TAG': ['1', '2'] });
  });

  it('spells Authorization in one way and leaves out the headers of the connection', async () => {
    const { headers } = await rawEventOf('GET /items', [
      'AUTHORIZATION: Token x',
      'Content-Length: 0',
      'TE: trailers',
    ]);

    expect(headers).toMatchObject({ Authorization: 'Token x' });
    expect(Object.keys(headers).join(' ')).not.toMatch(/AUTHORIZATION|connection|content-length|TE\b/);
  });

  it("appends the client's address to X-Forwarded-For, and believes none that the client sends", async () => {
    const { headers, requestContext } = await rawEventOf('GET /items', [
      'X-Forwarded-For: 203.0.113.7',
      'x-forwarded-for: 203.0.113.8',
      'X-Forwarded-Proto: https',
    ]);

    expect(headers).toMatchObject({
      'X-Forwarded-For': '203.0.113.7, 203.0.113.8, 127.0.0.1',
      'X-Forwarded-Port': new URL(sample.url()).port,
      'X-Forwarded-Proto': 'http',
    });
    expect(requestContext.identity).toMatchObject({ sourceIp: '127.0.0.1' });
  });

  it.each([
    ['text/plain', [0x61, 0xff, 0xc3, 0xa9], 'a\ufffdé', false],
    ['image/png', [0xff, 0], '/wA=', true],
    ['IMAGE/PNG; q=1', [0xff, 0], '/wA=', true],
    ['image/png', [], null, false],
  ])(
    'has a body of type %s as text, or as base64 if the type is binary',
    async (...[type, bytes, body, isBase64Encoded]) => {
      const event = await eventOf('/items', {
        method: 'POST',
        body: Buffer.from(bytes),
        headers: { 'Content-Type': type },
      });
      expect(event).toMatchObject({ body, isBase64Encoded });
    },
  );
});

describe('The response of the proxy integration', () => {
  const internalServerError = '{"message":"Internal server error"}';
  const sample = serveSample(
    (app) => {
      const hang = 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));';
      const slow = new LambdaIntegration(app.addFunction('Slow', hang), { timeout: Duration.millis(50) });
      app.api.root.addResource('slow').addMethod('GET', slow);
      const large = `exports.handler = async ({ pathParameters }) =>
        ({ statusCode: 200, body: 'x'.repeat(Number(pathParameters.bytes)) });`;
      const sizes = app.api.root.addResource('large').addResource('{bytes}');
      sizes.addMethod('GET', new LambdaIntegration(app.addFunction('Large', large)));
      app.api.root.addMethod('ANY', new LambdaIntegration(app.addFunction('Obedient', obedient)));
    },
    { props: { binaryMediaTypes: ['image/png'] } },
  );

  /** Has the function answer this. */
  const respondWith = (result: unknown, headers: Record<string, string> = {}) =>
    sample.fetch('/', { method: 'POST', body: JSON.stringify(result), headers });

  it("has the function's status, headers and body", async () => {
    const headers = { 'X-One': 1, 'X-Two': true, 'Content-Type': 'a/b' };
    const response = await respondWith({ statusCode: 418, headers, body: 'é' });

    expect(response.status).toBe(418);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-one': '1',
      'x-two': 'true',
      'content-type': 'a/b',
    });
    expect(await response.text()).toBe('é');
  });

  it('repeats a header for each of its multiple values, which win over the single one', async () => {
    const { headers } = await respondWith({
      statusCode: 200,
      headers: { 'set-cookie': 'c=3', Other: 'x' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
    });

    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(headers.get('Other')).toBe('x');
  });

  it('renames the headers that a function cannot set, and drops Transfer-Encoding', async () => {
    const names = (
      'Authorization Connection Content-Length Content-MD5 Date Expect Host Max-Forwards Proxy-Authenticate Server ' +
      'Trailer Upgrade User-Agent WWW-Authenticate X-Amzn-RequestId'
    ).split(' ');
    const set = Object.fromEntries([...names, 'Transfer-Encoding'].map((name) => [name, 'mine']));
    const { headers } = await respondWith({ statusCode: 200, headers: set });

    for (const name of names) {
      expect([name, headers.get(`x-amzn-Remapped-${name}`)]).toEqual([name, 'mine']);
      expect(headers.get(name)).not.toBe('mine');
    }
    expect(headers.get('Transfer-Encoding')).toBeNull();
  });

  it('is decoded from base64 for a client whose first accepted type is binary, and for no other', async () => {
    const result = { statusCode: 200, body: 'aGk=', isBase64Encoded: true };

    expect(await (await respondWith(result, { Accept: 'image/png, */*' })).text()).toBe('hi');
    expect(await (await respondWith(result, { Accept: '*/*, image/png' })).text()).toBe('aGk=');
  });

  it.each([
    null,
    { body: '' },
    { statusCode: '200' },
    { statusCode: 99 },
    { statusCode: 200, body: {} },
    { statusCode: 200, cookies: [] },
    { statusCode: 200, headers: { A: {} } },
    { statusCode: 200, headers: { A: 'x\r\nB: y' } },
    { statusCode: 200, headers: { 'A B': 'x' } },
    { statusCode: 200, multiValueHeaders: { A: 'x' } },
  ])('is 502 when the function returns what is no HTTP response: %j', async (result) => {
    const response = await respondWith(result);

    expect(response.status).toBe(502);
    expect(await response.text()).toBe(internalServerError);
  });

  it("is 502 when the result is one byte over Lambda's limit, and not before", async () => {
    const most = 6 * 1024 * 1024 + 100 - JSON.stringify({ statusCode: 200, body: '' }).length;

    expect((await sample.fetch(`/large/${most}`)).status).toBe(200);
    expect((await sample.fetch(`/large/${most + 1}`)).status).toBe(502);
  });

  it('is 504 when the function takes longer than the integration allows', async () => {
    const response = await sample.fetch('/slow');

    expect(response.status).toBe(504);
    expect(await response.text()).toBe('{"message":"Endpoint request timed out"}');
  });
});

import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { obedient } from './bundles';
import { rawHead, sendRaw } from './raw-client';

const troublesome = `exports.handler = async (event) => {
  if (event.path === '/trouble/throw') throw new Error('secret');
  if (event.path === '/trouble/exit') process.exit(1);
  if (event.path === '/trouble/hang') return new Promise(() => setInterval(() => {}, 1000));
  return { statusCode: 200, body: 'fine' };
};`;

const large = `exports.handler = async ({ pathParameters }) => (
  { statusCode: 200, body: 'x'.repeat(Number(pathParameters.bytes)) }
);`;

const internalServerError = '{"message":"Internal server error"}';

describe('The answer of the proxy integration', () => {
  const app = new SampleApp({ binaryMediaTypes: ['image/png'] });
  const silence = { write: () => true };
  let running: RunningApi;

  beforeAll(async () => {
    const slow = app.addFunction('Troublesome', troublesome, { timeout: Duration.seconds(1) });
    const trouble = app.api.root.addResource('trouble').addResource('{kind}');
    trouble.addMethod('GET', new LambdaIntegration(slow));
    trouble.addMethod('DELETE', new LambdaIntegration(slow, { timeout: Duration.millis(50) }));
    const sizes = app.api.root.addResource('large').addResource('{bytes}');
    sizes.addMethod('GET', new LambdaIntegration(app.addFunction('Large', large)));
    app.api.root.addMethod('ANY', new LambdaIntegration(app.addFunction('Obedient', obedient)));
    const output = { stdout: silence, stderr: silence };
    running = await runTemplate({ assembly: app.synthesise(), port: 0, output });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  /** Has the function answer this. */
  function answerWith(result: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(running.url, { method: 'POST', body: JSON.stringify(result), headers });
  }

  it("has the function's status, headers and body", async () => {
    const response = await answerWith({
      statusCode: 418,
      headers: { 'X-One': '1', 'Content-Type': 'a/b' },
      body: 'é',
    });

    expect(response.status).toBe(418);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-one': '1', 'content-type': 'a/b' });
    expect(await response.text()).toBe('é');
  });

  it('is JSON unless the function says otherwise, and bears the request id', async () => {
    const response = await answerWith({ statusCode: 200 });

    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('x-amzn-RequestId')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.text()).toBe('');
  });

  it('takes numbers and booleans as header values, and null for parts that are not there', async () => {
    const nothing = { body: null, multiValueHeaders: null, isBase64Encoded: null };
    const response = await answerWith({ statusCode: 200, headers: { A: 1, B: true }, ...nothing });

    expect(Object.fromEntries(response.headers)).toMatchObject({ a: '1', b: 'true' });
  });

  it('repeats a header for each of its multiple values, which win over the single one', async () => {
    const response = await answerWith({
      statusCode: 200,
      headers: { 'set-cookie': 'c=3', Other: 'x' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
    });

    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('Other')).toBe('x');
  });

  it.each([
    'Authorization',
    'Connection',
    'Content-Length',
    'Content-MD5',
    'Date',
    'Expect',
    'Host',
    'Max-Forwards',
    'Proxy-Authenticate',
    'Server',
    'Trailer',
    'Upgrade',
    'User-Agent',
    'WWW-Authenticate',
  ])('has the header %s under another name', async (name) => {
    const response = await answerWith({ statusCode: 200, headers: { [name]: 'mine' } });

    expect(response.headers.get(`x-amzn-Remapped-${name}`)).toBe('mine');
    expect(response.headers.get(name)).not.toBe('mine');
  });

  it('never has the request id or the transfer encoding from the function', async () => {
    const response = await answerWith({
      statusCode: 200,
      headers: { 'X-Amzn-RequestId': 'mine', 'Transfer-Encoding': 'gzip' },
    });

    expect(response.headers.get('x-amzn-RequestId')).not.toBe('mine');
    expect(response.headers.get('Transfer-Encoding')).toBeNull();
  });

  it('is decoded from base64 for a client whose first accepted type is binary, and for no other', async () => {
    const result = { statusCode: 200, body: 'aGk=', isBase64Encoded: true };

    expect(await (await answerWith(result, { Accept: 'image/png, */*' })).text()).toBe('hi');
    expect(await (await answerWith(result, { Accept: '*/*, image/png' })).text()).toBe('aGk=');
  });

  it('has no body when the request was HEAD, but the length that the body would have', async () => {
    const body = JSON.stringify({ statusCode: 200, body: 'twelve bytes' });
    const answer = await sendRaw(running.url, rawHead('HEAD /', [`Content-Length: ${body.length}`]) + body);

    expect(answer).toMatch(/^HTTP\/1\.1 200 .*Content-Length: 12\r\n.*\r\n\r\n$/s);
  });

  it('has neither body nor length when the status is 204', async () => {
    const response = await answerWith({ statusCode: 204, body: 'unseen' });

    expect(response.status).toBe(204);
    expect(response.headers.get('Content-Length')).toBeNull();
    expect(await response.text()).toBe('');
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a text', '{"statusCode":200}'],
    ['no status', { body: '' }],
    ['a status that is text', { statusCode: '200' }],
    ['a status with a fraction', { statusCode: 200.5 }],
    ['a status out of range', { statusCode: 99 }],
    ['an object as body', { statusCode: 200, body: {} }],
    ['an unknown member', { statusCode: 200, cookies: [] }],
    ['a list of headers', { statusCode: 200, headers: [] }],
    ['an object as header value', { statusCode: 200, headers: { A: {} } }],
    ['a header value on two lines', { statusCode: 200, headers: { A: 'x\r\nB: y' } }],
    ['a header name with a space', { statusCode: 200, headers: { 'A B': 'x' } }],
    ['a single value in multiValueHeaders', { statusCode: 200, multiValueHeaders: { A: 'x' } }],
    ['text for isBase64Encoded', { statusCode: 200, isBase64Encoded: 'true' }],
  ])('is 502 when the function answers %s', async (_, result) => {
    const response = await answerWith(result);

    expect(response.status).toBe(502);
    expect(await response.text()).toBe(internalServerError);
  });

  it("is 502 when the result is one byte over Lambda's limit, and not before", async () => {
    const frame = JSON.stringify({ statusCode: 200, body: '' }).length;
    const most = 6 * 1024 * 1024 + 100 - frame;

    expect((await fetch(`${running.url}/large/${most}`)).status).toBe(200);
    expect((await fetch(`${running.url}/large/${most + 1}`)).status).toBe(502);
  });

  it.each(['throw', 'exit', 'hang'])(
    'is 502, saying nothing of the cause, when the function does %s',
    async (kind) => {
      const response = await fetch(`${running.url}/trouble/${kind}`);

      expect(response.status).toBe(502);
      expect(response.headers.get('x-amzn-ErrorType')).toBe('InternalServerErrorException');
      expect(await response.text()).toBe(internalServerError);
      expect(await (await fetch(`${running.url}/trouble/none`)).text()).toBe('fine');
    },
  );

  it('is 504 when the function takes longer than the integration allows', async () => {
    const response = await fetch(`${running.url}/trouble/hang`, { method: 'DELETE' });

    expect(response.status).toBe(504);
    expect(await response.text()).toBe('{"message":"Endpoint request timed out"}');
  });
});

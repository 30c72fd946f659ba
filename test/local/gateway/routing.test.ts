import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { parsed, rawHead, sendRaw } from '../raw-client';
import { echo, serveSample } from '../sample-app';

describe('A request', () => {
  const sample = serveSample((app) => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const { root } = app.api;
    root.addMethod('GET', integration);
    const items = root.addResource('items');
    items.addMethod('GET', integration);
    items.addMethod('ANY', integration, { operationName: 'AnyItems' });
    const item = items.addResource('{id}');
    item.addMethod('GET', integration);
    item.addResource('parts').addMethod('GET', integration);
    const special = items.addResource('special');
    special.addMethod('POST', integration);
    special.addResource('deep').addResource('deeper').addMethod('GET', integration);
    const files = root.addResource('files');
    files.addMethod('POST', integration);
    files.addResource('{path+}').addMethod('GET', integration);
  });

  async function send(requestLine: string) {
    const { status, body } = parsed(await sendRaw(sample.url(), rawHead(requestLine)));
    return { status, body, event: status === 200 ? JSON.parse(body) : undefined };
  }

  it.each([
    ['GET /', '/'],
    ['GET //', '/'],
    ['GET /items', '/items'],
    ['GET /items//', '/items'],
    ['GET /items?x=1', '/items'],
    ['PATCH /items', '/items'],
    ['GET /items/7', '/items/{id}'],
    ['GET /items/7/parts/', '/items/{id}/parts'],
    ['GET /items/special/parts', '/items/{id}/parts'],
    ['POST /items/special', '/items/special'],
    ['POST /items/spec%69al/', '/items/special'],
    ['GET /items/special/deep/deeper', '/items/special/deep/deeper'],
    ['GET /files/a', '/files/{path+}'],
    ['GET /files/a//b/', '/files/{path+}'],
    ['GET http://elsewhere.example/items?a=1', '/items'],
    ['GET http://elsewhere.example', '/'],
  ])('%s is for the resource %s', async (requestLine, resource) => {
    expect((await send(requestLine)).event).toMatchObject({ resource });
  });

  it.each([
    'GET /nothing',
    'POST /',
    'HEAD /',
    'GET /items/special',
    'GET /items/7/other',
    'GET /items//parts',
    'GET /files',
    'POST /files/a',
    'PROPFIND /items',
    'OPTIONS *',
    'GET /%zz',
  ])('%s is for no resource, which API Gateway calls a missing token', async (requestLine) => {
    const body = requestLine.startsWith('HEAD') ? '' : '{"message":"Missing Authentication Token"}';
    expect(await send(requestLine)).toMatchObject({ status: 403, body });
  });

  it('has its path parameters undecoded, a greedy one without the slash at the end', async () => {
    expect((await send('GET /it%65ms/a%2Fb%zz')).event).toMatchObject({
      path: '/it%65ms/a%2Fb%zz',
      pathParameters: { id: 'a%2Fb%zz' },
    });
    expect((await send('GET /files/a//b%2Fc/')).event).toMatchObject({
      path: '/files/a//b%2Fc/',
      pathParameters: { path: 'a//b%2Fc' },
    });
  });
});

describe('A greedy resource at the root', () => {
  const sample = serveSample((app) => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    app.api.root.addMethod('ANY', integration);
    const items = app.api.root.addResource('items');
    items.addMethod('POST', integration);
    items.addResource('{id}').addMethod('GET', integration);
    app.api.root.addResource('folder').addResource('{proxy+}').addMethod('PUT', integration);
    app.api.root.addResource('{proxy+}').addMethod('ANY', integration);
  });

  it.each([
    ['POST', '/items', '/items'],
    ['GET', '/items', '/{proxy+}'],
    ['DELETE', '/items/7', '/{proxy+}'],
    ['GET', '/folder', '/{proxy+}'],
    ['PUT', '/folder/x', '/folder/{proxy+}'],
    ['GET', '/folder/x', '/{proxy+}'],
    ['DELETE', '/', '/'],
  ])('serves what no other method does: %s %s is for %s', async (method, path, resource) => {
    expect(await (await sample.fetch(path, { method })).json()).toMatchObject({ resource });
  });
});

describe('A path with several methods', () => {
  const methods = ['DELETE', 'GET', 'PATCH', 'PUT'];
  const sample = serveSample((app) => {
    const item = app.api.root.addResource('items').addResource('{id}');
    for (const method of [...methods, 'HEAD']) {
      const code = `exports.handler = async ({ httpMethod, body, pathParameters: { id } }) => ({
        statusCode: 200, headers: { 'X-Function': '${method}' }, body: JSON.stringify({ httpMethod, body, id }) });`;
      item.addMethod(method, new LambdaIntegration(app.addFunction(`${method}Item`, code)));
    }
  });

  it.each(methods)('gives %s to its own function, with the body that was sent', async (method) => {
    const sent = 'a=1';
    const head = rawHead(`${method} /items/7/`, [`Content-Length: ${sent.length}`]);
    const answer = await sendRaw(sample.url(), head + sent);

    expect(answer).toContain(`X-Function: ${method}\r\n`);
    expect(JSON.parse(parsed(answer).body)).toEqual({ httpMethod: method, body: sent, id: '7' });
  });

  it('answers HEAD by the function of HEAD, without the body but with its length', async () => {
    const response = await sample.fetch('/items/7', { method: 'HEAD' });

    expect(response.headers.get('X-Function')).toBe('HEAD');
    expect(response.headers.get('Content-Length')).toBe(
      String('{"httpMethod":"HEAD","body":null,"id":"7"}'.length),
    );
    expect(await response.text()).toBe('');
  });

  it.each(['OPTIONS', 'POST'])('refuses a method that it does not have: %s', async (method) => {
    expect((await sample.fetch('/items/7', { method })).status).toBe(403);
  });
});

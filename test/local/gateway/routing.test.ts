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
    item.addMethod('HEAD', integration);
    const other = 'exports.handler = async () => ({ statusCode: 200, body: \'{"resource":"of DELETE"}\' });';
    item.addMethod('DELETE', new LambdaIntegration(app.addFunction('Other', other)));
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
    ['GET /items', '/items'],
    ['GET /items//', '/items'],
    ['PATCH /items', '/items'],
    ['GET /items/7', '/items/{id}'],
    ['DELETE /items/7', 'of DELETE'],
    ['GET /items/7/parts/', '/items/{id}/parts'],
    ['GET /items/special/parts', '/items/{id}/parts'],
    ['POST /items/special', '/items/special'],
    ['POST /items/spec%69al/', '/items/special'],
    ['GET /items/special/deep/deeper', '/items/special/deep/deeper'],
    ['GET /files/a', '/files/{path+}'],
    ['GET /files/a//b/', '/files/{path+}'],
    ['GET http://elsewhere.example/items?a=1', '/items'],
  ])('%s is for the resource %s', async (requestLine, resource) => {
    expect((await send(requestLine)).event).toMatchObject({ resource });
  });

  it.each([
    'POST /items/7',
    'OPTIONS /items/7',
    'GET /items/special',
    'GET /items/7/other',
    'GET /files',
    'POST /files/a',
    'PROPFIND /items',
    'OPTIONS *',
    'GET /%zz',
  ])('%s is for no resource, which API Gateway calls a missing token', async (requestLine) => {
    expect(await send(requestLine)).toMatchObject({
      status: 403,
      body: '{"message":"Missing Authentication Token"}',
    });
  });

  it('for HEAD is answered by its function, without the body but with its length', async () => {
    const response = await sample.fetch('/items/7', { method: 'HEAD' });

    expect(Number(response.headers.get('Content-Length'))).toBeGreaterThan(100);
    expect(await response.text()).toBe('');
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

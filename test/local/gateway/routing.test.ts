import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { echo } from './bundles';
import { parsed, rawHead, sendRaw } from './raw-client';

describe('Routing', () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
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
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  async function send(requestLine: string): Promise<{ status: number; resource: unknown; body: string }> {
    const { status, body } = parsed(await sendRaw(running.url, rawHead(requestLine)));
    const resource: unknown = status === 200 ? JSON.parse(body).resource : undefined;
    return { status, resource, body };
  }

  it.each([
    ['GET /', '/'],
    ['GET //', '/'],
    ['GET /items', '/items'],
    ['GET /items/', '/items'],
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
  ])('%s is for the resource %s', async (requestLine, resource) => {
    expect(await send(requestLine)).toMatchObject({ status: 200, resource });
  });

  it.each([
    ['GET /nothing'],
    ['POST /'],
    ['GET /items/special'],
    ['GET /items/7/other'],
    ['GET /items//parts'],
    ['GET /files'],
    ['POST /files/a'],
    ['PROPFIND /items'],
    ['OPTIONS *'],
    ['GET /%zz'],
  ])('%s is for no resource, which API Gateway calls a missing token', async (requestLine) => {
    expect(await send(requestLine)).toMatchObject({
      status: 403,
      body: '{"message":"Missing Authentication Token"}',
    });
  });

  it('keeps the slash at the end out of a greedy parameter, and all others in it', async () => {
    const { body } = await send('GET /files/a//b%2Fc/');

    expect(JSON.parse(body)).toMatchObject({
      path: '/files/a//b%2Fc/',
      pathParameters: { path: 'a//b%2Fc' },
    });
  });
});

describe('Routing with a greedy resource at the root', () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    app.api.root.addMethod('ANY', integration);
    const items = app.api.root.addResource('items');
    items.addMethod('POST', integration);
    items.addResource('{id}').addMethod('GET', integration);
    app.api.root.addResource('folder').addResource('{proxy+}').addMethod('PUT', integration);
    app.api.root.addResource('{proxy+}').addMethod('ANY', integration);
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  it.each([
    ['POST', '/items', '/items'],
    ['GET', '/items', '/{proxy+}'],
    ['OPTIONS', '/items/', '/{proxy+}'],
    ['DELETE', '/items/7', '/{proxy+}'],
    ['GET', '/unknown/path', '/{proxy+}'],
    ['GET', '/folder', '/{proxy+}'],
    ['PUT', '/folder/x', '/folder/{proxy+}'],
    ['GET', '/folder/x', '/{proxy+}'],
    ['DELETE', '/', '/'],
  ])('%s %s is served by %s', async (method, path, resource) => {
    const response = await fetch(running.url + path, { method });

    expect(await response.json()).toMatchObject({ resource });
  });
});

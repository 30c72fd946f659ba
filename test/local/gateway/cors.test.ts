import { Duration } from 'aws-cdk-lib';
import {
  type CorsOptions,
  type IResource,
  LambdaIntegration,
  type Method,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { echo } from './bundles';

const one = 'https://one.example';
const two = 'https://two.example';
const three = 'https://three.example';

describe('The preflight answers of the MOCK methods that CDK writes', () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const addResource = (name: string, allowOrigins: string[], options: Partial<CorsOptions> = {}) => {
      const resource = app.api.root.addResource(name);
      resource.addMethod('GET', integration);
      resource.addCorsPreflight({ allowOrigins, allowMethods: ['GET', 'POST'], ...options });
    };
    addResource('single', [one], { allowHeaders: ['Authorization'], maxAge: Duration.hours(1) });
    addResource('several', [one, two, three], { allowCredentials: true });
    addResource('all', ['*'], { statusCode: 200 });
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  function preflight(path: string, headers: Record<string, string>): Promise<Response> {
    return fetch(running.url + path, { method: 'OPTIONS', headers });
  }

  it('name the one origin that is allowed, whoever asks', async () => {
    const response = await preflight('/single/', { Origin: 'https://evil.example' });

    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-headers': 'Authorization',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-origin': one,
      'access-control-max-age': '3600',
      vary: 'Origin',
    });
  });

  it.each([
    ['the first', one, one],
    ['the second', two, two],
    ['the third', three, three],
    ['another', 'https://evil.example', one],
  ])('of several origins name the one that asks, if it is allowed: %s', async (_, origin, answered) => {
    const response = await preflight('/several', { Origin: origin });

    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(answered);
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true');
  });

  it('know the origin also by a header in lower case, and do without any', async () => {
    expect((await preflight('/several', { origin: two })).headers.get('Access-Control-Allow-Origin')).toBe(
      two,
    );
    expect((await preflight('/several', {})).headers.get('Access-Control-Allow-Origin')).toBe(one);
  });

  it('allow every origin with a star, and have the status that was asked for', async () => {
    const response = await preflight('/all', { Origin: one });

    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await response.text()).toBe('');
  });

  it('are for OPTIONS alone', async () => {
    expect(await (await fetch(`${running.url}/all`)).json()).toMatchObject({ httpMethod: 'GET' });
  });
});

describe('A MOCK method', () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
    addMocks(app.api.root);
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  it('chooses its answer by the status that its request template gives', async () => {
    const found = await fetch(`${running.url}/mock?wanted=404`);
    expect(found.status).toBe(404);
    expect(await found.text()).toBe('{"path":"/mock","wanted":"404","tag":""}');

    const other = await fetch(`${running.url}/mock?wanted=200`, { headers: { Tag: 't' } });
    expect(other.status).toBe(202);
    expect(other.headers.get('X-Tag')).toBe('t');
  });

  it('can be given another status by its response template', async () => {
    expect((await fetch(`${running.url}/mock?wanted=500`)).status).toBe(418);
  });

  it.each(['PUT', 'DELETE'])('fails if its request template gives no status: %s', async (method) => {
    const response = await fetch(`${running.url}/mock`, { method });

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal server error"}');
  });

  it('fails if it has no answer for the status', async () => {
    const response = await fetch(`${running.url}/mock`, { method: 'PATCH' });

    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('ApiConfigurationException');
  });

  it('refuses a media type that it has no template for, if it says so', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const response = await fetch(`${running.url}/mock`, { method: 'PATCH', headers });

    expect(response.status).toBe(415);
    expect(await response.text()).toBe('{"message":"Unsupported Media Type"}');
  });
});

/** `/mock` with methods as only a person would write them. */
function addMocks(parent: IResource): Method[] {
  const mock = parent.addResource('mock');
  const json = (template: string) => ({ 'application/json': template });
  const tag = 'method.response.header.X-Tag';
  const choosing = new MockIntegration({
    requestTemplates: json('{"statusCode": $input.params("wanted")}'),
    integrationResponses: [
      {
        statusCode: '404',
        selectionPattern: '4\\d\\d',
        responseTemplates: json(
          '{"path":"$context.resourcePath","wanted":"$input.params().querystring.get("wanted")","tag":"$input.params("Tag")"}',
        ),
      },
      {
        statusCode: '500',
        selectionPattern: '5\\d\\d',
        responseTemplates: json('#set($context.responseOverride.status = 418)'),
      },
      { statusCode: '202', responseParameters: { [tag]: 'method.request.header.tag' } },
    ],
  });
  const methodResponses = [{ statusCode: '202', responseParameters: { [tag]: true } }];
  const unmatched = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: json('{"statusCode": 200}'),
    integrationResponses: [{ statusCode: '404', selectionPattern: '404' }],
  });
  return [
    mock.addMethod('GET', choosing, { methodResponses }),
    mock.addMethod('PUT', new MockIntegration()),
    mock.addMethod('DELETE', new MockIntegration({ requestTemplates: json('{}') })),
    mock.addMethod('PATCH', unmatched),
  ];
}

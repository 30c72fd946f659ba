import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { echo, obedientAuthorizer } from './bundles';

const allowAll = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
const denyAll = { ...allowAll, Effect: 'Deny' };

function verdict(...Statement: readonly object[]): object {
  return { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement } };
}

describe('A Lambda authorizer', () => {
  const app = new SampleApp();
  const silence = { write: () => true };
  let running: RunningApi;

  beforeAll(async () => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const authorizer = app.addFunction('Authorizer', obedientAuthorizer);
    const item = app.api.root.addResource('items').addResource('{id}');
    item.addMethod('ANY', integration, app.authorizedBy(authorizer));
    const open = app.api.root.addResource('open');
    open.addMethod('GET', integration);
    const showing = app.addFunction(
      'Showing',
      'exports.handler = async (e) => { throw new Error(JSON.stringify(e)) };',
    );
    open.addMethod('POST', integration, app.authorizedBy(showing));
    const hanging = app.addFunction(
      'Hanging',
      'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));',
      { timeout: Duration.seconds(1) },
    );
    open.addMethod('PUT', integration, app.authorizedBy(hanging));
    running = await runTemplate({
      assembly: app.synthesise(),
      port: 0,
      output: { stdout: silence, stderr: silence },
    });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  function ask(answer: object, path = '/items/7', init: RequestInit = {}): Promise<Response> {
    return fetch(running.url + path, { ...init, headers: { Verdict: JSON.stringify(answer) } });
  }

  it('that allows the request lets it through, with its context as text', async () => {
    const context = { text: 'a', number: 7, flag: true, nothing: null };
    const response = await ask({ ...verdict(allowAll), context });
    const { requestContext } = (await response.json()) as { requestContext: Record<string, unknown> };

    expect(requestContext['authorizer']).toEqual({
      principalId: 'me',
      text: 'a',
      number: '7',
      flag: 'true',
      integrationLatency: expect.any(Number),
    });
  });

  it('is not asked where a method has none, and the event then has no authorizer', async () => {
    const response = await fetch(`${running.url}/open`);
    const { requestContext } = (await response.json()) as { requestContext: Record<string, unknown> };

    expect(requestContext).not.toHaveProperty('authorizer');
  });

  it.each([
    ['that allows nothing', verdict()],
    ['that allows another action', verdict({ ...allowAll, Action: 'execute-api:ManageConnections' })],
    [
      'that allows another path',
      verdict({ ...allowAll, Resource: 'arn:aws:execute-api:*:*:*/test/GET/open' }),
    ],
    [
      'that allows another method',
      verdict({ ...allowAll, Resource: 'arn:aws:execute-api:*:*:*/test/POST/*' }),
    ],
    ['that allows another stage', verdict({ ...allowAll, Resource: 'arn:aws:execute-api:*:*:*/prod/*' })],
  ])('%s is a denial', async (_, answer) => {
    const response = await ask(answer);

    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AccessDeniedException');
    expect(await response.text()).toBe('{"Message":"User is not authorized to access this resource"}');
  });

  it('that denies what it also allows denies it, which the answer says', async () => {
    const response = await ask(verdict(allowAll, denyAll));

    expect(response.status).toBe(403);
    expect(await response.text()).toBe(
      '{"Message":"User is not authorized to access this resource with an explicit deny"}',
    );
  });

  it.each([
    ['one statement without a list', { principalId: 'me', policyDocument: { Statement: allowAll } }],
    [
      'a list of actions and resources',
      verdict({ ...allowAll, Action: ['execute-api:Invoke'], Resource: ['*'] }),
    ],
    [
      'the request alone',
      verdict({ ...allowAll, Resource: 'arn:aws:execute-api:us-east-1:123456789012:*/test/GET/items/7' }),
    ],
    [
      'a whole stage',
      verdict({ ...allowAll, Resource: 'arn:aws:execute-api:us-east-1:123456789012:*/test/*' }),
    ],
  ])('may name %s', async (_, answer) => {
    expect((await ask(answer)).status).toBe(200);
  });

  it.each([
    ['no principal', { policyDocument: { Statement: [allowAll] } }],
    ['a principal that is no text', { ...verdict(allowAll), principalId: 7 }],
    ['no policy', { principalId: 'me' }],
    ['a policy without statements', { principalId: 'me', policyDocument: {} }],
    ['a statement without effect', verdict({ ...allowAll, Effect: undefined })],
    ['a statement that IAM does not know', verdict({ ...allowAll, Resources: '*' })],
    ['an object in its context', { ...verdict(allowAll), context: { user: { id: 7 } } }],
    ['a list in its context', { ...verdict(allowAll), context: { roles: ['ADMIN'] } }],
    ['a list for a context', { ...verdict(allowAll), context: ['ADMIN'] }],
  ])('that answers %s is misconfigured', async (_, answer) => {
    const response = await ask(answer);

    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AuthorizerConfigurationException');
    expect(await response.text()).toBe('{"message":null}');
  });

  it('that throws "Unauthorized" has the request answered 401', async () => {
    const response = await ask({ error: 'Unauthorized' });

    expect(response.status).toBe(401);
    expect(await response.text()).toBe('{"message":"Unauthorized"}');
  });

  it('that throws anything else has failed, and what it threw is not told', async () => {
    const response = await ask({ error: 'unauthorized: secret' });

    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AuthorizerFailureException');
    expect(await response.text()).toBe('{"message":null}');
  });

  it('that takes longer than its time has failed', async () => {
    const response = await fetch(`${running.url}/open`, { method: 'PUT' });

    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AuthorizerFailureException');
  });
});

describe("The authorizer's event", () => {
  const app = new SampleApp();
  let running: RunningApi;

  beforeAll(async () => {
    const telling = `exports.handler = async (event) => ({
      principalId: 'me',
      policyDocument: { Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: event.methodArn }] },
      context: { event: JSON.stringify(event) },
    });`;
    const item = app.api.root.addResource('items').addResource('{id}');
    const authorized = app.authorizedBy(app.addFunction('Telling', telling));
    item.addMethod('ANY', new LambdaIntegration(app.addFunction('Echo', echo)), authorized);
    app.api.addGatewayResponse('Event', {
      type: ResponseType.ACCESS_DENIED,
      statusCode: '200',
      templates: { 'application/json': '$context.authorizer.event' },
    });
    running = await runTemplate({ assembly: app.synthesise(), port: 0 });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
  });

  it('has the request as it was sent, and the ARN by which a policy names it', async () => {
    const response = await fetch(`${running.url}/items/a%20b/?q=1&q=2`, {
      method: 'DELETE',
      headers: { authorization: 'Token x' },
    });

    expect(await response.json()).toEqual({
      type: 'REQUEST',
      methodArn: expect.stringMatching(
        /^arn:aws:execute-api:us-east-1:123456789012:Api\w+\/test\/DELETE\/items\/a%20b\/$/,
      ),
      resource: '/items/{id}',
      path: '/items/a%20b/',
      httpMethod: 'DELETE',
      headers: expect.objectContaining({ Authorization: 'Token x' }),
      multiValueHeaders: expect.objectContaining({ Authorization: ['Token x'] }),
      queryStringParameters: { q: '2' },
      multiValueQueryStringParameters: { q: ['1', '2'] },
      pathParameters: { id: 'a%20b' },
      stageVariables: {},
      requestContext: expect.objectContaining({ resourcePath: '/items/{id}', stage: 'test' }),
    });
  });

  it('is sent for a request without any credentials too, with empty maps where there is nothing', async () => {
    const response = await fetch(`${running.url}/items/7`);

    expect(await response.json()).toMatchObject({
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
    });
  });
});

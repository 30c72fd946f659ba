import { setTimeout as pause } from 'node:timers/promises';
import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { echo, obedientAuthorizer, type SampleApp, serveSample } from '../sample-app';

const allowAll = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
const denyAll = { ...allowAll, Effect: 'Deny' };

const result = (...Statement: readonly object[]) => ({
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement },
});

describe('A Lambda authorizer', () => {
  const told: string[] = [];
  const output = { stdout: { write: (line: string) => told.push(line) }, stderr: { write: () => true } };
  const build = (app: SampleApp) => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const authorized = app.authorizedBy(app.addFunction('Authorizer', obedientAuthorizer));
    app.api.root.addResource('items').addResource('{id}').addMethod('ANY', integration, authorized);
    const open = app.api.root.addResource('open');
    open.addMethod('GET', integration);
    const hang = 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));';
    const hanging = app.addFunction('Hanging', hang, { timeout: Duration.seconds(1) });
    open.addMethod('PUT', integration, app.authorizedBy(hanging));
  };
  const sample = serveSample(build, { output });

  const ask = (answer: object) => sample.fetch('/items/7', { headers: { Verdict: JSON.stringify(answer) } });

  it('gets the request as it was sent, and the ARN by which a policy names it', async () => {
    const verdict = JSON.stringify({ ...result(), tell: true });
    const headers = { authorization: 'Token x', Verdict: verdict };
    await sample.fetch('/items/a%20b/?q=1&q=2', { method: 'DELETE', headers });
    await sample.fetch('/items/7', { headers: { Verdict: verdict } });

    for (let waits = 0; waits < 1000 && told.length < 2; waits += 1) await pause(10);
    const [event, bare] = told.map((line) => JSON.parse(line));
    expect(event).toEqual({
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
    expect(bare).toMatchObject({ queryStringParameters: {}, multiValueQueryStringParameters: {} });
  });

  it('that allows the request lets it through, with its context as text', async () => {
    const context = { text: 'a', number: 7, flag: true, nothing: null };
    const event: any = await (await ask({ ...result(allowAll), context })).json();

    expect(event.requestContext.authorizer).toEqual({
      principalId: 'me',
      text: 'a',
      number: '7',
      flag: 'true',
      integrationLatency: expect.any(Number),
    });
  });

  it('is not asked where a method has none, and the event then has no authorizer', async () => {
    const event: any = await (await sample.fetch('/open')).json();
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  const arn = 'arn:aws:execute-api:us-east-1:123456789012:*';
  const denied = 'User is not authorized to access this resource';
  it.each([
    ['allows nothing', result(), denied],
    ['allows another action', result({ ...allowAll, Action: 'execute-api:ManageConnections' }), denied],
    ['allows another path', result({ ...allowAll, Resource: `${arn}/test/GET/open` }), denied],
    ['allows another method', result({ ...allowAll, Resource: `${arn}/test/POST/*` }), denied],
    ['allows another stage', result({ ...allowAll, Resource: `${arn}/prod/*` }), denied],
    ['also denies it', result(allowAll, denyAll), `${denied} with an explicit deny`],
  ])('that %s denies the request', async (_, answer, Message) => {
    const response = await ask(answer);

    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AccessDeniedException');
    expect(await response.json()).toEqual({ Message });
  });

  it.each([
    ['one statement without a list', { principalId: 'me', policyDocument: { Statement: allowAll } }],
    ['lists', result({ ...allowAll, Action: ['execute-api:Invoke'], Resource: ['*'] })],
    ['the request alone', result({ ...allowAll, Resource: `${arn}/test/GET/items/7` })],
  ])('may allow %s', async (_, answer) => {
    expect((await ask(answer)).status).toBe(200);
  });

  it.each([
    ['no principal', { policyDocument: { Statement: [allowAll] } }],
    ['no policy', { principalId: 'me' }],
    ['a statement that IAM does not know', result({ ...allowAll, Resources: '*' })],
    ['an object in its context', { ...result(allowAll), context: { user: { id: 7 } } }],
  ])('that returns %s is misconfigured', async (_, answer) => {
    const response = await ask(answer);

    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-ErrorType')).toBe('AuthorizerConfigurationException');
    expect(await response.text()).toBe('{"message":null}');
  });

  it('that throws "Unauthorized" has the request answered with 401', async () => {
    const response = await ask({ error: 'Unauthorized' });

    expect(response.status).toBe(401);
    expect(await response.text()).toBe('{"message":"Unauthorized"}');
  });

  it('that throws anything else, or takes too long, has failed, and the response does not say why', async () => {
    for (const response of [await ask({ error: 'secret' }), await sample.fetch('/open', { method: 'PUT' })]) {
      expect(response.status).toBe(500);
      expect(response.headers.get('x-amzn-ErrorType')).toBe('AuthorizerFailureException');
      expect(await response.text()).toBe('{"message":null}');
    }
  });
});

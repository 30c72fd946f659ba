import { LambdaIntegration, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';
import { obedient, obedientAuthorizer } from './bundles';

const policyDocument = { Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' }] };

describe('A gateway response', () => {
  const app = new SampleApp();
  const silence = { write: () => true };
  let running: RunningApi;

  beforeAll(async () => {
    const integration = new LambdaIntegration(app.addFunction('Obedient', obedient));
    const authorized = app.authorizedBy(app.addFunction('Authorizer', obedientAuthorizer));
    app.api.root.addResource('open').addMethod('POST', integration);
    app.api.root.addResource('closed').addMethod('GET', integration, authorized);
    app.api.addGatewayResponse('Denied', {
      type: ResponseType.ACCESS_DENIED,
      statusCode: '401',
      responseHeaders: {
        'WWW-Authenticate': "'Token'",
        'X-Asked-From': 'method.request.header.Origin',
        'X-Request': 'context.requestId',
        'X-Detail': 'context.authorizer.detail',
      },
      templates: {
        'application/json':
          '{"detail":"$context.authorizer.detail","n":$context.authorizer.n,"who":"$context.authorizer.principalId",' +
          '"none":"$context.authorizer.none$context.nothing","id":"$context.requestId","type":"$context.error.responseType",' +
          '"message":$context.error.messageString,"raw":"$context.error.message.","ip":"$context.identity.sourceIp"}',
      },
    });
    app.api.addGatewayResponse('Misconfigured', {
      type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
      statusCode: '503',
    });
    app.api.addGatewayResponse('Others', {
      type: ResponseType.DEFAULT_4XX,
      responseHeaders: { 'X-Class': "'4'" },
    });
    app.api.addGatewayResponse('Faults', {
      type: ResponseType.DEFAULT_5XX,
      responseHeaders: { 'X-Class': "'5'", 'Content-Type': "'application/problem+json'" },
      templates: { 'application/json': '{"detail":$context.error.messageString}' },
    });
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

  function denied(context: object, headers: Record<string, string> = {}): Promise<Response> {
    const Verdict = JSON.stringify({ principalId: 'me', policyDocument, context });
    return fetch(`${running.url}/closed`, { headers: { Verdict, ...headers } });
  }

  it('has the status, headers and body that the template gives it', async () => {
    const response = await denied({ detail: 'Invalid token.', n: 7 }, { Origin: 'https://a.example' });

    expect(response.status).toBe(401);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'www-authenticate': 'Token',
      'x-asked-from': 'https://a.example',
      'x-detail': 'Invalid token.',
      'x-request': response.headers.get('x-amzn-RequestId'),
    });
    expect(await response.json()).toEqual({
      detail: 'Invalid token.',
      n: 7,
      who: 'me',
      none: '',
      id: response.headers.get('x-amzn-RequestId'),
      type: 'ACCESS_DENIED',
      message: 'User is not authorized to access this resource with an explicit deny',
      raw: 'User is not authorized to access this resource with an explicit deny.',
      ip: '127.0.0.1',
    });
  });

  it('leaves out a header whose source is not there or cannot be sent', async () => {
    const response = await denied({ detail: 'two\nlines', n: 1 });

    expect(response.status).toBe(401);
    expect(response.headers.get('X-Asked-From')).toBeNull();
    expect(response.headers.get('X-Detail')).toBeNull();
  });

  it('of a class applies to types that are not customised, with their own status and body', async () => {
    const response = await fetch(`${running.url}/unknown`);

    expect(response.status).toBe(403);
    expect(response.headers.get('X-Class')).toBe('4');
    expect(await response.text()).toBe('{"message":"Missing Authentication Token"}');
  });

  it('of a class does not apply to types that are customised', async () => {
    expect((await denied({ n: 1 })).headers.get('X-Class')).toBeNull();

    const response = await fetch(`${running.url}/closed`, { headers: { Verdict: '{}' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('X-Class')).toBeNull();
    expect(await response.text()).toBe('{"message":null}');
  });

  it("of the 5XX class has the status of the failure, and may change the body's type", async () => {
    const response = await fetch(`${running.url}/open`, { method: 'POST', body: '{}' });

    expect(response.status).toBe(502);
    expect(response.headers.get('X-Class')).toBe('5');
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.text()).toBe('{"detail":"Internal server error"}');
  });

  it('of the 5XX class applies to a failed authorizer that is not customised', async () => {
    const response = await fetch(`${running.url}/closed`, { headers: { Verdict: '{"error":"x"}' } });

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"detail":null}');
  });
});

import { Duration } from 'aws-cdk-lib';
import { type CorsOptions, LambdaIntegration, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { echo, obedient, obedientAuthorizer, serveSample } from '../sample-app';

describe('A gateway response', () => {
  const sample = serveSample((app) => {
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
  });

  function denied(context: object, headers: Record<string, string> = {}): Promise<Response> {
    const policyDocument = { Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' }] };
    const Verdict = JSON.stringify({ principalId: 'me', policyDocument, context });
    return sample.fetch('/closed', { headers: { Verdict, ...headers } });
  }

  it('has the status, headers and body that the template gives it', async () => {
    const response = await denied({ detail: 'Invalid token.', n: 7 }, { Origin: 'https://a.example' });
    const requestId = response.headers.get('x-amzn-RequestId');

    expect(response.status).toBe(401);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'www-authenticate': 'Token',
      'x-asked-from': 'https://a.example',
      'x-detail': 'Invalid token.',
      'x-request': requestId,
    });
    expect(await response.json()).toEqual({
      detail: 'Invalid token.',
      n: 7,
      who: 'me',
      none: '',
      id: requestId,
      type: 'ACCESS_DENIED',
      message: 'User is not authorized to access this resource with an explicit deny',
      raw: 'User is not authorized to access this resource with an explicit deny.',
      ip: '127.0.0.1',
    });
  });

  it('leaves out a header whose source is missing or cannot be sent', async () => {
    const { status, headers } = await denied({ detail: 'two\nlines', n: 1 });

    expect([status, headers.get('X-Asked-From'), headers.get('X-Detail')]).toEqual([401, null, null]);
  });

  const post = { method: 'POST', body: '{}' };
  it.each<[string, string, RequestInit, number, string | null, string]>([
    ['4XX', '/unknown', {}, 403, '4', '{"message":"Missing Authentication Token"}'],
    ['no', '/closed', { headers: { Verdict: '{}' } }, 503, null, '{"message":null}'],
    ['5XX', '/open', post, 502, '5', '{"detail":"Internal server error"}'],
    ['5XX', '/closed', { headers: { Verdict: '{"error":"x"}' } }, 500, '5', '{"detail":null}'],
  ])('of a class applies to the types without one of their own: %s %s', async (...parts) => {
    const [, path, init, status, headerClass, body] = parts;
    const response = await sample.fetch(path, init);

    expect([response.status, response.headers.get('X-Class')]).toEqual([status, headerClass]);
    expect(response.headers.get('Content-Type')).toBe(
      headerClass === '5' ? 'application/problem+json' : 'application/json',
    );
    expect(await response.text()).toBe(body);
  });
});

describe('The MOCK methods that CDK writes for preflight requests', () => {
  const [one, two, three] = ['https://one.example', 'https://two.example', 'https://three.example'];
  const sample = serveSample((app) => {
    const integration = new LambdaIntegration(app.addFunction('Echo', echo));
    const addResource = (name: string, allowOrigins: string[], options: Partial<CorsOptions> = {}) => {
      const resource = app.api.root.addResource(name);
      resource.addMethod('GET', integration);
      resource.addCorsPreflight({ allowOrigins, allowMethods: ['GET', 'POST'], ...options });
    };
    addResource('single', [one!], { allowHeaders: ['Authorization'], maxAge: Duration.hours(1) });
    addResource('several', [one!, two!, three!], { allowCredentials: true });
    addResource('all', ['*'], { statusCode: 200 });
  });

  const preflight = (path: string, headers: Record<string, string>) =>
    sample.fetch(path, { method: 'OPTIONS', headers });

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
    ['/several', { Origin: two }, 204, two],
    ['/several', { origin: three }, 204, three],
    ['/several', { Origin: 'https://evil.example' }, 204, one],
    ['/several', {}, 204, one],
    ['/all', { Origin: two }, 200, '*'],
  ])('name the allowed origin that asks, else the first, or all: %s %j', async (...parts) => {
    const [path, headers, status, allowed] = parts;
    const response = await preflight(path, headers as Record<string, string>);

    expect([response.status, response.headers.get('Access-Control-Allow-Origin')]).toEqual([status, allowed]);
  });
});

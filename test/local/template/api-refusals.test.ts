import { changed, changedIntegration, leastResources, load, type Resources } from './written-assembly';

function authorizer(properties: object): Resources {
  const least = {
    AuthorizerResultTtlInSeconds: 0,
    AuthorizerUri: 'x',
    RestApiId: { Ref: 'Api' },
    Type: 'REQUEST',
  };
  return { Auth: { Type: 'AWS::ApiGateway::Authorizer', Properties: { ...least, ...properties } } };
}

function gatewayResponse(properties: object): Resources {
  const least = { ResponseType: 'ACCESS_DENIED', RestApiId: { Ref: 'Api' } };
  return { Answer: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: { ...least, ...properties } } };
}

function mock(properties: object): Resources {
  return changed('Method', { Integration: { Type: 'MOCK', ...properties } });
}

function resource(
  PathPart: string,
  ParentId: unknown = { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
): Resources[string] {
  return { Type: 'AWS::ApiGateway::Resource', Properties: { ParentId, PathPart, RestApiId: { Ref: 'Api' } } };
}

const unknownThings: readonly [string, Resources, string | RegExp][] = [
  [
    'a type of authorizer',
    authorizer({ Type: 'TOKEN' }),
    'Auth (AWS::ApiGateway::Authorizer): Type: Only authorizers of type REQUEST with TTL 0',
  ],
  [
    'an authorizer that is cached',
    authorizer({ AuthorizerResultTtlInSeconds: 300 }),
    'AuthorizerResultTtlInSeconds: Only authorizers',
  ],
  [
    'an authorizer without a TTL, which is cached',
    authorizer({ AuthorizerResultTtlInSeconds: undefined }),
    /Auth .*AuthorizerResultTtlInSeconds/,
  ],
  [
    'an authorizer that wants a header',
    authorizer({ IdentitySource: 'method.request.header.Authorization' }),
    'IdentitySource: Only authorizers',
  ],
  [
    'an authorizer of no function',
    authorizer({}),
    'Auth (AWS::ApiGateway::Authorizer): x invokes no function of the template',
  ],
  [
    'another authorization',
    changed('Method', { AuthorizationType: 'AWS_IAM' }),
    'Method (AWS::ApiGateway::Method): AuthorizationType: ',
  ],
  [
    'a resource from elsewhere',
    changed('Method', { ResourceId: 'abc' }),
    'Method (AWS::ApiGateway::Method): the resource abc is not in the template',
  ],
  [
    'an authorizer from elsewhere',
    changed('Method', { AuthorizationType: 'CUSTOM', AuthorizerId: 'abc' }),
    'Method (AWS::ApiGateway::Method): the authorizer abc is not in the template',
  ],
  ['API keys', changed('Method', { ApiKeyRequired: true }), 'ApiKeyRequired: API keys are not understood'],
  [
    'request validators',
    changed('Method', { RequestValidatorId: 'v' }),
    'the property RequestValidatorId is not understood',
  ],
  ['another method', changed('Method', { HttpMethod: 'TRACE' }), 'HttpMethod: '],
  ['another integration', changedIntegration({ Type: 'HTTP_PROXY' }), /^Method .*Integration\.Type: /],
  [
    'a property of an integration',
    changedIntegration({ Credentials: 'arn' }),
    /^Method .*Integration\.Credentials: /,
  ],
  [
    'a time-out over 29 seconds',
    changedIntegration({ TimeoutInMillis: 30_000 }),
    /Integration\.TimeoutInMillis: /,
  ],
  [
    'an invocation by another method',
    changedIntegration({ IntegrationHttpMethod: 'GET' }),
    'A function is invoked with POST',
  ],
  [
    'an invocation of something else',
    changedIntegration({ Uri: 'arn:aws:apigateway:us-east-1:sqs:path/1/q' }),
    'invokes no function of the template',
  ],
  [
    'a method twice',
    { Again: leastResources['Method'] ?? {} },
    'Again (AWS::ApiGateway::Method): its resource has another method GET',
  ],
  [
    'a part of a path',
    { Part: resource('a/b') },
    'Part (AWS::ApiGateway::Resource): PathPart: Not a path part',
  ],
  [
    'a parent from elsewhere',
    { Part: resource('a', 'xyz') },
    'Part (AWS::ApiGateway::Resource): the parent xyz is not in the template',
  ],
  [
    'a path twice',
    { One: resource('a'), Two: resource('a') },
    'Two (AWS::ApiGateway::Resource): another resource has the same parent and takes a too',
  ],
  [
    'two variables in one place',
    { One: resource('{a}'), Two: resource('{b+}') },
    'Two (AWS::ApiGateway::Resource): another resource',
  ],
  [
    'something after a greedy variable',
    { One: resource('{a+}'), Two: resource('b', { Ref: 'One' }) },
    'Two (AWS::ApiGateway::Resource): nothing can follow {a+}',
  ],
  ['stage variables', changed('Stage', { Variables: {} }), 'the property Variables'],
  [
    'a deployment from elsewhere',
    changed('Stage', { DeploymentId: 'abc' }),
    'Stage (AWS::ApiGateway::Stage): the deployment abc is not in the template',
  ],
  [
    'a resource policy',
    changed('Api', { Policy: {} }),
    'Api (AWS::ApiGateway::RestApi): the property Policy',
  ],
  [
    'a gateway response',
    gatewayResponse({ ResponseType: 'TEAPOT' }),
    'Answer (AWS::ApiGateway::GatewayResponse): ResponseType: No such response type',
  ],
  ['a status', gatewayResponse({ StatusCode: 'ok' }), 'StatusCode: Expected a status'],
  [
    'a second gateway response',
    { ...gatewayResponse({}), Same: gatewayResponse({})['Answer'] ?? {} },
    'Same (AWS::ApiGateway::GatewayResponse): there is another one for ACCESS_DENIED',
  ],
  [
    'a template of another type',
    gatewayResponse({ ResponseTemplates: { 'text/html': '' } }),
    /ResponseTemplates\.text\/html: /,
  ],
  [
    'a variable of a gateway response',
    gatewayResponse({ ResponseTemplates: { 'application/json': '$stageVariables.a' } }),
    '$stageVariables.a in its template is not understood',
  ],
  [
    'a header mapping',
    gatewayResponse({ ResponseParameters: { 'gatewayresponse.header.A': 'method.request.querystring.a' } }),
    'the mapping of gatewayresponse.header.A from method.request.querystring.a is not understood',
  ],
  [
    'a header without quotes',
    gatewayResponse({ ResponseParameters: { 'gatewayresponse.header.A': 'plain' } }),
    'from plain is not understood',
  ],
  [
    'a place for a header',
    gatewayResponse({ ResponseParameters: { 'gatewayresponse.body': "'a'" } }),
    'the mapping of gatewayresponse.body',
  ],
  [
    'a header that the method does not declare',
    mock({
      IntegrationResponses: [
        { StatusCode: '200', ResponseParameters: { 'method.response.header.A': "'a'" } },
      ],
    }),
    'Method (AWS::ApiGateway::Method): its responses do not declare method.response.header.A for 200',
  ],
  [
    'a pattern that is none',
    mock({ IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '(' }] }),
    'Not a regular expression',
  ],
  [
    'a template that is not VTL',
    mock({ RequestTemplates: { 'application/json': '#if(' } }),
    'Method (AWS::ApiGateway::Method): a mapping template is not VTL',
  ],
  [
    'a variable of a mapping template',
    mock({ RequestTemplates: { 'application/json': '{"statusCode": $input.json("$.a")}' } }),
    /^Method .*\$input\.json\("\$\.a"\).* in a mapping template is not understood$/,
  ],
];

describe('An API is refused, by the name of the resource, for', () => {
  it.each(unknownThings)('%s that is not understood', (_, resources, message) => {
    expect(() => load(resources)).toThrow(message);
  });
});

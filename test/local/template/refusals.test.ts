import { changed, filesOf, leastResources, load, loadFiles, type Resources } from '../written-assembly';

const rest = { RestApiId: { Ref: 'Api' } };

/** One resource beside the least ones. */
const added = (logicalId: string, Type: string, Properties: object): Resources => ({
  [logicalId]: { Type, Properties },
});
const integration = (properties: object) => {
  const { Integration } = leastResources['Method']!['Properties'] as { Integration: object };
  return changed('Method', { Integration: { ...Integration, ...properties } });
};
const mock = (properties: object) => {
  const IntegrationResponses = [{ StatusCode: '200' }];
  return changed('Method', { Integration: { Type: 'MOCK', IntegrationResponses, ...properties } });
};
const json = (text: string) => ({ 'application/json': text });
const authorizer = (properties: object) => {
  const least = { AuthorizerResultTtlInSeconds: 0, AuthorizerUri: 'x', Type: 'REQUEST', ...rest };
  return added('Auth', 'AWS::ApiGateway::Authorizer', { ...least, ...properties });
};
const response = (properties: object, logicalId = 'Answer') =>
  added(logicalId, 'AWS::ApiGateway::GatewayResponse', {
    ResponseType: 'ACCESS_DENIED',
    ...rest,
    ...properties,
  });
const mapped = (name: string, source: string) => response({ ResponseParameters: { [name]: source } });
const part = (
  id: string,
  PathPart: string,
  ParentId: unknown = { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
) => added(id, 'AWS::ApiGateway::Resource', { ParentId, PathPart, ...rest });
const table = (properties: object) =>
  added('Users', 'AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...properties,
  });
const policy = (statement: object, Roles: unknown[] = [{ Ref: 'Role' }]) => {
  const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 'a:B', Resource: '*', ...statement }] };
  return added('Policy', 'AWS::IAM::Policy', { PolicyDocument, Roles });
};
const handler = (value: unknown) => changed('Handler', { Handler: value });

const refusals: readonly (readonly [message: string, Resources])[] = [
  ['Queue (AWS::SQS::Queue): this type is not understood', added('Queue', 'AWS::SQS::Queue', {})],
  ['Queue (AWS::SQS::Queue): the condition Prod', { Queue: { Type: 'AWS::SQS::Queue', Condition: 'Prod' } }],
  [
    'Users (AWS::DynamoDB::Table): the property GlobalSecondaryIndexes is',
    table({ GlobalSecondaryIndexes: [] }),
  ],
  ['KeySchema.0.KeyType: ', table({ KeySchema: [{ AttributeName: 'pk', KeyType: 'SORT' }] })],
  ['the property Colour is not understood', added('Alarm', 'AWS::CloudWatch::Alarm', { Colour: 'red' })],
  // Functions and roles
  [
    'Handler (AWS::Lambda::Function): the property Layers is not understood',
    changed('Handler', { Layers: [] }),
  ],
  ['Runtime: Expected a Node.js runtime', changed('Handler', { Runtime: 'python3.13' })],
  ['Handler (AWS::Lambda::Function): Code.', changed('Handler', { Code: { ZipFile: '' } })],
  ['no asset has the key x.zip', changed('Handler', { Code: { S3Bucket: 'b', S3Key: 'x.zip' } })],
  ['Handler: Expected <file>.<export>', handler('src/index.handler')],
  ['Environment.Variables.A: ', changed('Handler', { Environment: { Variables: { A: 1 } } })],
  [
    'the role arn:aws:iam::1:role/O is not in the template',
    changed('Handler', { Role: 'arn:aws:iam::1:role/O' }),
  ],
  [
    'Role (AWS::IAM::Role): the managed policy arn:aws:iam::aws:policy/Admin is not understood',
    changed('Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Admin'] }),
  ],
  ['the property Users is not understood', added('Policy', 'AWS::IAM::Policy', { Users: [] })],
  ['Policy (AWS::IAM::Policy): the role Other is not in the template', policy({}, ['Other'])],
  ['Policy (AWS::IAM::Policy): An IAM statement has a member Principal', policy({ Principal: '*' })],
  [
    'operator that is not understood here: IpAddress',
    policy({ Condition: { IpAddress: { 'aws:SourceIp': '::1' } } }),
  ],
  // Intrinsic functions
  ['Handler (AWS::Lambda::Function): Fn::ImportValue is not understood', handler({ 'Fn::ImportValue': 'x' })],
  ['Fn::GetAtt of Api.Arn (AWS::ApiGateway::RestApi) is not', handler({ 'Fn::GetAtt': ['Api', 'Arn'] })],
  ['Fn::GetAtt of Gone, which is not in the template', handler({ 'Fn::GetAtt': 'Gone.Arn' })],
  ['Ref to Gone, which is not in the template', handler({ Ref: 'Gone' })],
  ['Ref to AWS::NotificationARNs', handler({ Ref: 'AWS::NotificationARNs' })],
  ['Fn::Select has no element 3', handler({ 'Fn::Select': [3, ['a']] })],
  ['Fn::Join needs two arguments', handler({ 'Fn::Join': [''] })],
  // Authorizers
  [
    'Auth (AWS::ApiGateway::Authorizer): Type: Only authorizers of type REQUEST',
    authorizer({ Type: 'TOKEN' }),
  ],
  ['AuthorizerResultTtlInSeconds: Only authorizers', authorizer({ AuthorizerResultTtlInSeconds: 300 })],
  ['AuthorizerResultTtlInSeconds', authorizer({ AuthorizerResultTtlInSeconds: undefined })],
  ['IdentitySource: Only authorizers', authorizer({ IdentitySource: 'method.request.header.Authorization' })],
  ['x invokes no function of the template', authorizer({})],
  // Methods
  [
    'Method (AWS::ApiGateway::Method): AuthorizationType: ',
    changed('Method', { AuthorizationType: 'AWS_IAM' }),
  ],
  ['the resource abc is not in the template', changed('Method', { ResourceId: 'abc' })],
  [
    'the authorizer abc is not in the template',
    changed('Method', { AuthorizationType: 'CUSTOM', AuthorizerId: 'abc' }),
  ],
  ['ApiKeyRequired: API keys are not understood', changed('Method', { ApiKeyRequired: true })],
  ['the property RequestValidatorId is not understood', changed('Method', { RequestValidatorId: 'v' })],
  ['HttpMethod: ', changed('Method', { HttpMethod: 'TRACE' })],
  [
    'Again (AWS::ApiGateway::Method): its resource has another method GET',
    { Again: leastResources['Method']! },
  ],
  ['Integration.Type: ', integration({ Type: 'HTTP_PROXY' })],
  ['Integration.Credentials: ', integration({ Credentials: 'arn' })],
  ['Integration.TimeoutInMillis: ', integration({ TimeoutInMillis: 30_000 })],
  ['A function is invoked with POST', integration({ IntegrationHttpMethod: 'GET' })],
  ['invokes no function of the template', integration({ Uri: 'arn:aws:apigateway:us-east-1:sqs:path/1/q' })],
  ['Integration.IntegrationResponses', mock({ IntegrationResponses: [] })],
  ['SelectionPattern', mock({ IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '2..' }] })],
  ['PassthroughBehavior', mock({ PassthroughBehavior: 'NEVER' })],
  [
    'its responses do not declare method.response.header.A for 200',
    mock({
      IntegrationResponses: [
        { StatusCode: '200', ResponseParameters: { 'method.response.header.A': "'a'" } },
      ],
    }),
  ],
  ['a mapping template is not VTL', mock({ RequestTemplates: json('#if(') })],
  [
    '$input.json("$.a")} in a mapping template is not',
    mock({ RequestTemplates: json('{"a": $input.json("$.a")}') }),
  ],
  // Resources, stage and API
  ['Part (AWS::ApiGateway::Resource): PathPart: Not a path part', part('Part', 'a/b')],
  ['the parent xyz is not in the template', part('Part', 'a', 'xyz')],
  ['another resource has the same parent and takes a too', { ...part('One', 'a'), ...part('Two', 'a') }],
  ['takes {b+} too', { ...part('One', '{a}'), ...part('Two', '{b+}') }],
  ['nothing can follow {a+}', { ...part('One', '{a+}'), ...part('Two', 'b', { Ref: 'One' }) }],
  ['the property Variables is not understood', changed('Stage', { Variables: {} })],
  ['the deployment abc is not in the template', changed('Stage', { DeploymentId: 'abc' })],
  ['Api (AWS::ApiGateway::RestApi): the property Policy', changed('Api', { Policy: {} })],
  ['the API Elsewhere is not in the template', response({ RestApiId: 'Elsewhere' })],
  // Gateway responses
  ['ResponseType: No such response type', response({ ResponseType: 'TEAPOT' })],
  ['StatusCode: Expected a status', response({ StatusCode: 'ok' })],
  ['there is another one for ACCESS_DENIED', { ...response({}), ...response({}, 'Same') }],
  ['ResponseTemplates.text/html: ', response({ ResponseTemplates: { 'text/html': '' } })],
  ['$stageVariables.a in its template is not', response({ ResponseTemplates: json('$stageVariables.a') })],
  ['mapping of gatewayresponse.header.A from plain is not', mapped('gatewayresponse.header.A', 'plain')],
  [
    'from method.request.querystring.a is',
    mapped('gatewayresponse.header.A', 'method.request.querystring.a'),
  ],
  ['the mapping of gatewayresponse.body', mapped('gatewayresponse.body', "'a'")],
];

describe('A template is refused at start, by the name of the resource', () => {
  it.each(refusals)('%s', (message, resources) => {
    expect(() => load(resources)).toThrow(message);
    expect(() => load(resources)).toThrow(/^\w+ \(AWS::\w+::\w+\): /);
  });

  it('for everything of which type or property is unknown, all at once', () => {
    const resources = { ...changed('Api', { Policy: {} }), Queue: { Type: 'AWS::SQS::Queue' } };

    expect(() => load(resources)).toThrow(
      new Error(
        'Api (AWS::ApiGateway::RestApi): the property Policy is not understood\n' +
          'Queue (AWS::SQS::Queue): this type is not understood',
      ),
    );
  });

  it.each(['Api', 'Stage', 'Deployed'])('if it has no or two of what it must have once: %s', (logicalId) => {
    const { [logicalId]: one = {}, ...others } = leastResources;

    expect(() => loadFiles(filesOf(others))).toThrow(
      /must have one AWS::ApiGateway::\w+; found: none|is not in the template|has no AWS::ApiGateway::RestApi/,
    );
    expect(() => load({ Second: one })).toThrow(
      logicalId === 'Api'
        ? 'The template of Stack must have one AWS::ApiGateway::Stage; found: none'
        : `The template of Stack must have one ${one['Type']}; found: ${logicalId}, Second`,
    );
  });

  it('for an unknown section, or an unknown attribute of a resource', () => {
    const Role = { ...leastResources['Role'], CreationPolicy: {} };

    expect(() => load({}, { Transform: 'AWS::Serverless' })).toThrow('is not understood: Transform: ');
    expect(() => load({ Role })).toThrow(
      'The template of Stack is not understood: Resources.Role.CreationPolicy: ',
    );
  });
});

describe("A stage's settings for its methods", () => {
  const setting = (methodAndPath: string, more: object = {}) => {
    const [HttpMethod, ResourcePath] = methodAndPath.split(' ');
    return { HttpMethod, ResourcePath, ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20, ...more };
  };
  const loadWith = (...MethodSettings: object[]) => load(changed('Stage', { MethodSettings }));

  it('limit nothing if they do not speak of throttling, and all that such settings may say is ignored', () => {
    const more = {
      CacheDataEncrypted: true,
      CacheTtlInSeconds: 60,
      CachingEnabled: false,
      LoggingLevel: 'INFO',
    };
    const {
      apis: [api],
    } = loadWith({
      HttpMethod: '*',
      ResourcePath: '/*',
      DataTraceEnabled: false,
      MetricsEnabled: true,
      ...more,
    });
    expect(api.resources[0]?.methods.get('GET')).not.toHaveProperty('throttling');
  });

  it.each<[string, object[]]>([
    ['CachingEnabled: Caching is not understood', [setting('* /*', { CachingEnabled: true })]],
    ['Retries: ', [setting('* /*', { Retries: 1 })]],
    ['HttpMethod: ', [setting('* /*', { HttpMethod: undefined })]],
    ['ThrottlingRateLimit: ', [setting('* /*', { ThrottlingRateLimit: '10' })]],
    ['A limit cannot be negative', [setting('* /*', { ThrottlingRateLimit: -1 })]],
    ['ThrottlingBurstLimit: ', [setting('* /*', { ThrottlingBurstLimit: 1.5 })]],
    ['understood only together', [setting('* /*', { ThrottlingBurstLimit: undefined })]],
    ['understood only together', [setting('* /*', { ThrottlingRateLimit: undefined })]],
    ['it has two settings for GET /', [setting('GET /'), setting('GET /')]],
    ['its setting for POST / is for no method of the API', [setting('POST /')]],
    ['its setting for * / is for no method of the API', [setting('* /')]],
    ['its setting for GET * is for no method of the API', [setting('GET /*')]],
  ])('are refused: %s', (message, settings) => {
    expect(() => loadWith(...settings)).toThrow(message);
    expect(() => loadWith(...settings)).toThrow(/^Stage \(AWS::ApiGateway::Stage\): /);
  });
});

describe('An assembly is refused for', () => {
  const files = filesOf(leastResources);
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Stack.template.json' } };

  it.each<[string, object, RegExp]>([
    ['a missing manifest', { 'manifest.json': '' }, /manifest\.json cannot be read; run `cdk synth` first$/],
    [
      'no stack',
      { 'manifest.json': { artifacts: {} } },
      /one artifact of type aws:cloudformation:stack; found: none$/,
    ],
    ['two stacks', { 'manifest.json': { artifacts: { A: stack, B: stack } } }, /found: A, B$/],
    ['a manifest of another form', { 'manifest.json': [] }, /manifest\.json is not understood: artifacts: /],
    ['a template that is no JSON', { 'Stack.template.json': '{' }, /Stack\.template\.json cannot be read/],
  ])('%s', (_, broken, message) => {
    expect(() => loadFiles({ ...files, ...broken })).toThrow(message);
  });

  it('missing code', () => {
    expect(() => loadFiles(files, 'asset.other')).toThrow(
      /The asset folder .*asset\.code is missing; synthesise again$/,
    );
  });
});

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
/** Of the table's stream, with the grants for it. */
const mapping = (properties: object) => ({
  ...table({ StreamSpecification: { StreamViewType: 'KEYS_ONLY' } }),
  ...policy({ Action: 'dynamodb:*', Resource: { 'Fn::GetAtt': ['Users', 'StreamArn'] } }),
  ...added('Mapping', 'AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': ['Users', 'StreamArn'] },
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    FunctionName: { Ref: 'Handler' },
    StartingPosition: 'TRIM_HORIZON',
    ...properties,
  }),
});
const filtered = (Pattern: string) => mapping({ FilterCriteria: { Filters: [{ Pattern }] } });
const handler = (value: unknown) => changed('Handler', { Handler: value });

const methodSettings = (...settings: object[]) => {
  const least = { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
  return changed('Stage', { MethodSettings: settings.map((setting) => ({ ...least, ...setting })) });
};

const refusals: readonly (readonly [message: string, Resources])[] = [
  ['Stream (AWS::Kinesis::Stream): this type is not understood', added('Stream', 'AWS::Kinesis::Stream', {})],
  [
    'Stream (AWS::Kinesis::Stream): the condition Prod',
    { Stream: { Type: 'AWS::Kinesis::Stream', Condition: 'Prod' } },
  ],
  ['Users (AWS::DynamoDB::Table): the property GlobalSecondary', table({ GlobalSecondaryIndexes: [] })],
  ['KeySchema.0.KeyType: ', table({ KeySchema: [{ AttributeName: 'pk', KeyType: 'SORT' }] })],
  ['the property Colour is not understood', added('Alarm', 'AWS::CloudWatch::Alarm', { Colour: 'red' })],
  // Streams
  ['StreamSpecification.StreamViewType: ', table({ StreamSpecification: { StreamViewType: 'ALL' } })],
  ['is no stream of a table in the template', { ...mapping({}), ...table({}) }],
  ['the function Gone is not in the template', mapping({ FunctionName: 'Gone' })],
  ['StartingPosition: ', mapping({ StartingPosition: 'LATEST' })],
  ['the property ParallelizationFactor is not', mapping({ ParallelizationFactor: 2 })],
  ['BatchSize: ', mapping({ BatchSize: 0 })],
  ['FunctionResponseTypes.0: ', mapping({ FunctionResponseTypes: ['Other'] })],
  ['FilterCriteria: ', mapping({ FilterCriteria: undefined })],
  ['FilterCriteria.Filters.0.Pattern: ', filtered('{')],
  ['FilterCriteria.Filters.0.Pattern: Expected "eventName":["INSERT"] in it', filtered('{"eventID":["x"]}')],
  ['Pattern: Expected "eventName"', filtered('{"eventName":["INSERT","MODIFY"]}')],
  ['Filters.0.Pattern.eventID', filtered('{"eventName":["INSERT"],"eventID":[{"suffix":"x"}]}')],
  ['Filters.0.Pattern.a', filtered('{"eventName":["INSERT"],"a":[{"prefix":"x","suffix":"y"}]}')],
  [
    'the role of Handler may not dynamodb:DescribeStream on arn:aws:dynamodb',
    { ...mapping({}), ...policy({}) },
  ],
  [
    'may not sqs:SendMessage on arn:q',
    mapping({ DestinationConfig: { OnFailure: { Destination: 'arn:q' } } }),
  ],
  // Functions and roles
  ['the property Layers is not understood', changed('Handler', { Layers: [] })],
  ['Runtime: Expected a Node.js runtime', changed('Handler', { Runtime: 'python3.13' })],
  ['no asset has the key x.zip', changed('Handler', { Code: { S3Bucket: 'b', S3Key: 'x.zip' } })],
  ['Handler: Expected <file>.<export>', handler('src/index.handler')],
  ['Environment.Variables.A: ', changed('Handler', { Environment: { Variables: { A: 1 } } })],
  ['the role arn:O is not in the template', changed('Handler', { Role: 'arn:O' })],
  [
    'the managed policy arn:x:policy/Admin is',
    changed('Role', { ManagedPolicyArns: ['arn:x:policy/Admin'] }),
  ],
  ['the role Other is not in the template', policy({}, ['Other'])],
  ['An IAM statement has a member Principal', policy({ Principal: '*' })],
  // Intrinsic functions
  ['Handler (AWS::Lambda::Function): Fn::ImportValue is not understood', handler({ 'Fn::ImportValue': 'x' })],
  ['Fn::GetAtt of Api.Arn (AWS::ApiGateway::RestApi) is not', handler({ 'Fn::GetAtt': ['Api', 'Arn'] })],
  ['Ref to Gone, which is not in the template', handler({ Ref: 'Gone' })],
  ['Ref to AWS::NotificationARNs', handler({ Ref: 'AWS::NotificationARNs' })],
  ['Fn::Select has no element 3', handler({ 'Fn::Select': [3, ['a']] })],
  ['Fn::Join needs two arguments', handler({ 'Fn::Join': [''] })],
  // Authorizers
  ['Type: Only authorizers of type REQUEST', authorizer({ Type: 'TOKEN' })],
  ['AuthorizerResultTtlInSeconds: Only authorizers', authorizer({ AuthorizerResultTtlInSeconds: 300 })],
  ['AuthorizerResultTtlInSeconds', authorizer({ AuthorizerResultTtlInSeconds: undefined })],
  ['IdentitySource: Only authorizers', authorizer({ IdentitySource: 'method.request.header.Authorization' })],
  ['x invokes no function of the template', authorizer({})],
  // Methods
  ['AuthorizationType: ', changed('Method', { AuthorizationType: 'AWS_IAM' })],
  ['the resource abc is not in the template', changed('Method', { ResourceId: 'abc' })],
  ['the authorizer a is not', changed('Method', { AuthorizationType: 'CUSTOM', AuthorizerId: 'a' })],
  ['ApiKeyRequired: API keys are not understood', changed('Method', { ApiKeyRequired: true })],
  ['HttpMethod: ', changed('Method', { HttpMethod: 'TRACE' })],
  ['its resource has another method GET', { Again: leastResources['Method']! }],
  ['Integration.Type: ', integration({ Type: 'HTTP_PROXY' })],
  ['Integration.Credentials: ', integration({ Credentials: 'arn' })],
  ['Integration.TimeoutInMillis: ', integration({ TimeoutInMillis: 30_000 })],
  ['invokes no function of the template', integration({ Uri: 'arn:aws:apigateway:us-east-1:sqs:path/1/q' })],
  ['SelectionPattern', mock({ IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '2..' }] })],
  ['PassthroughBehavior', mock({ PassthroughBehavior: 'NEVER' })],
  ['a mapping template is not VTL', mock({ RequestTemplates: json('#if(') })],
  ['$input.json("$.a") in a mapping template', mock({ RequestTemplates: json('$input.json("$.a")') })],
  // Resources, stage and API
  ['PathPart: Not a path part', part('Part', 'a/b')],
  ['the parent xyz is not in the template', part('Part', 'a', 'xyz')],
  ['another resource has the same parent and takes a too', { ...part('One', 'a'), ...part('Two', 'a') }],
  ['takes {b+} too', { ...part('One', '{a}'), ...part('Two', '{b+}') }],
  ['nothing can follow {a+}', { ...part('One', '{a+}'), ...part('Two', 'b', { Ref: 'One' }) }],
  ['the deployment abc is not in the template', changed('Stage', { DeploymentId: 'abc' })],
  ['the API Elsewhere is not in the template', response({ RestApiId: 'Elsewhere' })],
  // Gateway responses
  ['ResponseType: No such response type', response({ ResponseType: 'TEAPOT' })],
  ['StatusCode: Expected a status', response({ StatusCode: 'ok' })],
  ['there is another one for ACCESS_DENIED', { ...response({}), ...response({}, 'Same') }],
  ['ResponseTemplates.text/html: ', response({ ResponseTemplates: { 'text/html': '' } })],
  ['$stageVariables.a in its template is not', response({ ResponseTemplates: json('$stageVariables.a') })],
  ['mapping of gatewayresponse.header.A from plain is not', mapped('gatewayresponse.header.A', 'plain')],
  ['the mapping of gatewayresponse.body', mapped('gatewayresponse.body', "'a'")],
  // Settings of a stage for its methods
  ['CachingEnabled: Caching is not understood', methodSettings({ CachingEnabled: true })],
  ['Retries: ', methodSettings({ Retries: 1 })],
  ['A limit cannot be negative', methodSettings({ ThrottlingRateLimit: -1 })],
  ['ThrottlingBurstLimit: ', methodSettings({ ThrottlingBurstLimit: 1.5 })],
  ['understood only together', methodSettings({ ThrottlingBurstLimit: undefined })],
  ['understood only together', methodSettings({ ThrottlingRateLimit: undefined })],
  ['it has two settings for * *', methodSettings({}, {})],
  ['its setting for POST / is for no method', methodSettings({ HttpMethod: 'POST', ResourcePath: '/' })],
  ['its setting for * / is for no method of the API', methodSettings({ ResourcePath: '/' })],
];

describe('A template is refused at start, by the name of the resource', () => {
  it.each(refusals)('%s', (message, resources) => {
    expect(() => load(resources)).toThrow(message);
    expect(() => load(resources)).toThrow(/^\w+ \(AWS::\w+::\w+\): /);
  });

  it('for everything of which type or property is unknown, all at once', () => {
    const resources = { ...changed('Api', { Policy: {} }), Stream: { Type: 'AWS::Kinesis::Stream' } };

    expect(() => load(resources)).toThrow(
      new Error(
        'Api (AWS::ApiGateway::RestApi): the property Policy is not understood\n' +
          'Stream (AWS::Kinesis::Stream): this type is not understood',
      ),
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

import { changed, filesOf, leastResources, load, loadFiles, type Resources } from './written-assembly';

const table = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

function policy(statement: object): Resources {
  const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 'a:B', Resource: '*', ...statement }] };
  return { Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument, Roles: [{ Ref: 'Role' }] } } };
}

const unknownThings: readonly [string, Resources, string | RegExp][] = [
  ['a type', { Queue: { Type: 'AWS::SQS::Queue' } }, 'Queue (AWS::SQS::Queue): this type is not understood'],
  [
    'a condition',
    { Queue: { Type: 'AWS::SQS::Queue', Condition: 'Prod' } },
    'Queue (AWS::SQS::Queue): the condition Prod',
  ],
  [
    'a property of a table',
    { Users: { Type: 'AWS::DynamoDB::Table', Properties: { ...table, GlobalSecondaryIndexes: [] } } },
    'Users (AWS::DynamoDB::Table): the property GlobalSecondaryIndexes is not understood',
  ],
  [
    'a part of a property',
    {
      Users: {
        Type: 'AWS::DynamoDB::Table',
        Properties: { ...table, KeySchema: [{ AttributeName: 'pk', KeyType: 'SORT' }] },
      },
    },
    /^Users \(AWS::DynamoDB::Table\): KeySchema\.0\.KeyType: /,
  ],
  [
    'provisioned billing of nothing',
    { Users: { Type: 'AWS::DynamoDB::Table', Properties: { ...table, BillingMode: 'PROVISIONED' } } },
    'needs a ProvisionedThroughput',
  ],
  [
    'a property of a function',
    changed('Handler', { Layers: [] }),
    'Handler (AWS::Lambda::Function): the property Layers',
  ],
  ['another runtime', changed('Handler', { Runtime: 'python3.13' }), 'Runtime: Expected a Node.js runtime'],
  ['another place for code', changed('Handler', { Code: { ZipFile: '' } }), /Handler .*: Code\.\w+: /],
  [
    'an asset',
    changed('Handler', { Code: { S3Bucket: 'b', S3Key: 'x.zip' } }),
    'Handler (AWS::Lambda::Function): no asset has the key x.zip',
  ],
  [
    'a handler in a folder',
    changed('Handler', { Handler: 'src/index.handler' }),
    'Handler: Expected <file>.<export>',
  ],
  [
    'a variable that is no text',
    changed('Handler', { Environment: { Variables: { A: 1 } } }),
    'Environment.Variables.A: ',
  ],
  [
    'a role from elsewhere',
    changed('Handler', { Role: 'arn:aws:iam::1:role/Other' }),
    'the role arn:aws:iam::1:role/Other is not in the template',
  ],
  [
    'a managed policy',
    changed('Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    'Role (AWS::IAM::Role): the managed policy arn:aws:iam::aws:policy/AdministratorAccess is not understood',
  ],
  [
    'a policy for users',
    { Policy: { Type: 'AWS::IAM::Policy', Properties: { Users: [] } } },
    'the property Users',
  ],
  [
    'a policy for a role from elsewhere',
    {
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyDocument: { Statement: [] }, Roles: ['Other'] },
      },
    },
    'Policy (AWS::IAM::Policy): the role Other is not in the template',
  ],
  ['a member of a statement', policy({ Principal: '*' }), /^Policy \(AWS::IAM::Policy\): .*Principal/],
  [
    'a condition operator',
    policy({ Condition: { IpAddress: { 'aws:SourceIp': '::1' } } }),
    /^Policy .*IpAddress/,
  ],
  [
    'an intrinsic function',
    changed('Handler', { Handler: { 'Fn::ImportValue': 'x' } }),
    'Handler (AWS::Lambda::Function): Fn::ImportValue is not understood',
  ],
  [
    'an attribute',
    changed('Handler', { Handler: { 'Fn::GetAtt': ['Api', 'Arn'] } }),
    'Handler (AWS::Lambda::Function): Fn::GetAtt of Api.Arn (AWS::ApiGateway::RestApi) is not understood',
  ],
  [
    'an attribute of nothing',
    changed('Handler', { Handler: { 'Fn::GetAtt': 'Gone.Arn' } }),
    'Fn::GetAtt of Gone, which is not in the template',
  ],
  [
    'a reference',
    changed('Handler', { Handler: { Ref: 'Gone' } }),
    'Handler (AWS::Lambda::Function): Ref to Gone, which is not in the template',
  ],
  [
    'a pseudo parameter',
    changed('Handler', { Handler: { Ref: 'AWS::NotificationARNs' } }),
    'Ref to AWS::NotificationARNs',
  ],
];

describe('A template is refused, by the name of the resource, for', () => {
  it.each(unknownThings)('%s that is not understood', (_, resources, message) => {
    expect(() => load(resources)).toThrow(message);
  });

  it('everything of which the type or property is unknown, all at once', () => {
    const resources = { ...changed('Api', { Policy: {} }), Queue: { Type: 'AWS::SQS::Queue' } };

    expect(() => load(resources)).toThrow(
      new Error(
        'Api (AWS::ApiGateway::RestApi): the property Policy is not understood\n' +
          'Queue (AWS::SQS::Queue): this type is not understood',
      ),
    );
  });

  it.each(['Api', 'Stage', 'Deployed'])('having no or two of what it must have once: %s', (logicalId) => {
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

  it('an attribute of a resource, beside its properties, that it does not know', () => {
    const Role = { ...leastResources['Role'], CreationPolicy: {} };

    expect(() => load({ Role })).toThrow(
      'The template of Stack is not understood: Resources.Role.CreationPolicy: ',
    );
  });

  it('a section that it does not know', () => {
    expect(() => load({}, { Transform: 'AWS::Serverless' })).toThrow(
      'The template of Stack is not understood: Transform: ',
    );
  });
});

describe('An assembly is refused for', () => {
  const files = filesOf(leastResources);
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Stack.template.json' } };

  it.each([
    [
      'a manifest that is missing',
      { ...files, 'manifest.json': '' },
      /manifest\.json cannot be read; run `cdk synth` first$/,
    ],
    [
      'no stack',
      { ...files, 'manifest.json': { artifacts: {} } },
      /must hold one artifact of type aws:cloudformation:stack; found: none$/,
    ],
    ['two stacks', { ...files, 'manifest.json': { artifacts: { A: stack, B: stack } } }, /found: A, B$/],
    [
      'a manifest of another form',
      { ...files, 'manifest.json': [] },
      /manifest\.json is not understood: artifacts: /,
    ],
    [
      'a template that is no JSON',
      { ...files, 'Stack.template.json': '{' },
      /Stack\.template\.json cannot be read/,
    ],
  ])('%s', (_, broken, message) => {
    expect(() => loadFiles(broken)).toThrow(message);
  });

  it('code that is missing', () => {
    expect(() => loadFiles(files, 'asset.other')).toThrow(
      /The asset folder .*asset\.code is missing; synthesise again$/,
    );
  });
});

import type { Template } from 'aws-cdk-lib/assertions';
import { listRoutes, servedMethods } from '../../functions/endpoints';
import { type BackendFunctionName, backendFunctionNames, backendFunctions } from '../../functions/functions';
import type { FunctionDefinition } from '../../functions/shared/definition';
import { readEnvironment } from '../../functions/shared/environment';
import { sessionAttributes, sessionOwnerAttributes } from '../../functions/shared/store/schema';
import { longestWait } from '../../lib/timeouts';
import { resourcesOf, templateWith, unexplainedFindings, warningsWith } from '../support/assembly';
import { grantsIn, looseGrantsIn, rolesNearPasswordsIn } from '../support/grants';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
}

/** The logical ids in which data live must not change. */
const TABLES: Record<string, string> = {
  TablesUsersBA34CAA2: 'users',
  TablesTokens107FFD66: 'tokens',
  TablesRateLimits87C09B19: 'rateLimits',
  TablesOutboxD51CD487: 'outbox',
};

/** The actions on each table that a function's definition names. */
function grantsOf(name: BackendFunctionName): Record<string, string[]> {
  const { tables }: FunctionDefinition = backendFunctions[name];
  return Object.fromEntries(
    Object.entries(tables).map(([table, grants = []]) => [
      table,
      [...new Set(grants.flatMap((grant) => ('read' in grant ? grant.read : grant.write)))].sort(),
    ]),
  );
}

const asArray = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value]);
const constructId = (name: string) =>
  `${name
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}Function`;

function functionOf(template: Template, name: string): [string, Resource] {
  const isOurs = ([id]: [string, Resource]) => new RegExp(`^${constructId(name)}[0-9A-F]{8}$`).test(id);
  const found = resourcesOf(template, 'AWS::Lambda::Function').filter(isOurs);
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Every statement of a function's role. */
function statementsOf(template: Template, name: string): any[] {
  const roleId = functionOf(template, name)[1].Properties['Role']['Fn::GetAtt'][0];
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties['Roles'].some((role: any) => role.Ref === roleId))
    .flatMap(([, { Properties }]) => Properties['PolicyDocument'].Statement);
}

/** The API's methods by "POST /api/signup". */
function methodsOf(template: Template): Record<string, any> {
  const resources = Object.fromEntries(resourcesOf(template, 'AWS::ApiGateway::Resource'));
  const pathOf = (reference: any): string => {
    const resource = resources[reference.Ref];
    return resource ? `${pathOf(resource.Properties['ParentId'])}/${resource.Properties['PathPart']}` : '';
  };
  return Object.fromEntries(
    resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => [
      `${Properties['HttpMethod']} ${pathOf(Properties['ResourceId']) || '/'}`,
      Properties,
    ]),
  );
}

/** Of its stream and its queue, which no definition names; the tests of messages below do. */
const isOfDelivery = ({ Action }: any): boolean =>
  /dynamodb:DescribeStream|^sqs:/.test(asArray<string>(Action).join());

const dev = templateWith({});
const prod = templateWith({ stage: 'prod' });

describe('the API', () => {
  const methods = methodsOf(dev);
  const expected = listRoutes().flatMap((route) =>
    servedMethods(route).map((method) => [`${method} ${route.path}`, route] as const),
  );

  it('has the methods of the route table, the fallback, and no other', () => {
    expect(Object.keys(methods).sort()).toEqual(
      [...expected.map(([name]) => name), 'ANY /', 'ANY /{proxy+}'].sort(),
    );
  });

  it.each(expected)('%s calls its own function', (name, route) => {
    const [functionId] = functionOf(dev, route.name);
    expect(JSON.stringify(methods[name].Integration.Uri)).toContain(`"${functionId}"`);
    expect(methods[name].Integration.Type).toBe('AWS_PROXY');
  });

  it('only signup, login, what needs a message and the fallback are public; all else stands behind the authorizer', () => {
    const [authorizerId] = resourcesOf(dev, 'AWS::ApiGateway::Authorizer')[0]!;
    const isOpen = ([, { AuthorizationType }]: [string, any]) => AuthorizationType === 'NONE';
    const open = Object.entries(methods).filter(isOpen);
    expect(open.map(([name]) => name).sort()).toEqual([
      'ANY /',
      'ANY /{proxy+}',
      'POST /api/api-token-auth',
      'POST /api/auth/users/activation',
      'POST /api/auth/users/confirm_deletion',
      'POST /api/auth/users/request_deletion',
      'POST /api/auth/users/resend_activation',
      'POST /api/auth/users/reset_password',
      'POST /api/auth/users/reset_password_confirm',
      'POST /api/signup',
    ]);
    for (const [, { AuthorizationType, AuthorizerId }] of Object.entries(methods).filter(
      (one) => !isOpen(one),
    ))
      expect([AuthorizationType, AuthorizerId.Ref]).toEqual(['CUSTOM', authorizerId]);
  });

  it('asks the authorizer about every request, also one without a header, and caches nothing', () => {
    dev.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
    dev.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: '',
    });
  });

  it('is regional, and has the stage as its name', () => {
    dev.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
    dev.hasResourceProperties('AWS::ApiGateway::Stage', { StageName: 'dev' });
    prod.hasResourceProperties('AWS::ApiGateway::Stage', { StageName: 'prod' });
  });

  it('lets so many requests a second through to each method, and fewer to those that hash a password', () => {
    const settings = templateWith({ requestsPerSecond: '50', hashesPerSecond: '3' });
    const throttleOf = (template: Template) => {
      const [, { Properties }] = resourcesOf(template, 'AWS::ApiGateway::Stage')[0]!;
      return Properties['MethodSettings'].map((one: any) => [
        `${one.HttpMethod} ${one.ResourcePath.replaceAll('~1', '/')}`,
        one.ThrottlingRateLimit,
        one.ThrottlingBurstLimit,
      ]);
    };
    const hashing = listRoutes().filter(({ passwordHashes }) => passwordHashes);
    expect(hashing.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['signup', 'login', 'set-password']),
    );
    expect(throttleOf(settings)).toEqual([
      ['* /*', 50, 100],
      ...hashing.flatMap(({ methods, path }) => methods.map((method) => [`${method} /${path}`, 3, 3])),
    ]);
    expect(throttleOf(templateWith({ rateLimits: 'off' }))).toEqual([['* /*', undefined, undefined]]);
  });

  it('has no CORS unless origins are named', () => {
    expect(JSON.stringify(dev.toJSON())).not.toContain('Access-Control');
    const web = templateWith({ corsOrigins: 'https://a.example,https://b.example' });
    expect(Object.keys(methodsOf(web))).toEqual(
      expect.arrayContaining(listRoutes().map(({ path }) => `OPTIONS ${path}`)),
    );
  });
});

describe('the variables of the functions', () => {
  const originsOf = (count: number) =>
    Array.from({ length: count }, (_, index) => `https://customer-${100 + index}.example.com`).join(',');
  /** As Lambda counts them: the JSON of all names and values, with the longest names that tables can have. */
  const bytesIn = (template: Template): number[] =>
    resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      Buffer.byteLength(
        JSON.stringify(Properties['Environment'].Variables, (_, value) =>
          value.Ref ? 'x'.repeat(255) : value,
        ),
      ),
    );

  it('are refused in words that name the setting when they are more than the 4 KB that Lambda takes', () => {
    expect(() => templateWith({ corsOrigins: originsOf(120) })).toThrow(
      /^The setting corsOrigins is too long: with it the function signup has 5,\d{3} bytes of environment variables, and Lambda takes 4,096\. /,
    );
  });

  it('are taken up to there', () => {
    expect(Math.max(...bytesIn(templateWith({ corsOrigins: originsOf(60) })))).toBeLessThanOrEqual(4096);
  });
});

describe('the answers that the gateway makes itself', () => {
  const responses: Record<string, Record<string, any>> = Object.fromEntries(
    resourcesOf(dev, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => [
      Properties['ResponseType'],
      Properties,
    ]),
  );

  it('are customised for every type that can be', () => {
    expect(Object.keys(responses).sort()).toEqual(
      [
        'ACCESS_DENIED',
        'API_CONFIGURATION_ERROR',
        'AUTHORIZER_CONFIGURATION_ERROR',
        'AUTHORIZER_FAILURE',
        'BAD_REQUEST_BODY',
        'BAD_REQUEST_PARAMETERS',
        'DEFAULT_4XX',
        'DEFAULT_5XX',
        'EXPIRED_TOKEN',
        'INTEGRATION_FAILURE',
        'INTEGRATION_TIMEOUT',
        'INVALID_API_KEY',
        'INVALID_SIGNATURE',
        'MISSING_AUTHENTICATION_TOKEN',
        'QUOTA_EXCEEDED',
        'RESOURCE_NOT_FOUND',
        'THROTTLED',
        'UNAUTHORIZED',
        'UNSUPPORTED_MEDIA_TYPE',
        'WAF_FILTERED',
      ].sort(),
    );
  });

  it.each(Object.entries(responses))('%s has a detail, is JSON and is not cached', (_, properties) => {
    expect(Object.keys(JSON.parse(properties['ResponseTemplates']['application/json']))).toEqual(['detail']);
    expect(properties['ResponseParameters']).toMatchObject({
      'gatewayresponse.header.Cache-Control': "'no-store'",
    });
  });

  it('never echo what the request said', () => {
    const templates = JSON.stringify(
      Object.values(responses).map((response) => response['ResponseTemplates']),
    );
    expect(templates.match(/\$context\.[\w.]+/g)).toEqual(['$context.authorizer.detail']);
    expect(templates).not.toContain('method.request');
  });

  it.each(['ACCESS_DENIED', 'UNAUTHORIZED'])('%s is a 401 with its challenge', (type) => {
    expect(responses[type]).toMatchObject({
      StatusCode: '401',
      ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': "'Token'" },
    });
  });

  it.each(['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR'])('%s is a 503 and never a 401', (type) => {
    expect(responses[type]).toMatchObject({
      StatusCode: '503',
      ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" },
    });
  });
});

describe.each(backendFunctionNames)('the function %s', (name) => {
  const [, { Properties }] = functionOf(dev, name);

  it('has exactly the variables that its code reads', () => {
    const given = Properties['Environment'].Variables;
    const before = process.env;
    process.env = Object.fromEntries(Object.keys(given).map((variable) => [variable, 'x']));
    expect(Object.keys(readEnvironment(backendFunctions[name] as FunctionDefinition)).sort()).toEqual(
      Object.keys(given).sort(),
    );
    process.env = before;
  });

  it('may do on each table what its code does, and nothing else anywhere', () => {
    const found: Record<string, string[]> = {};
    for (const { Effect, Action, Resource } of statementsOf(dev, name).filter((one) => !isOfDelivery(one))) {
      expect(Effect).toBe('Allow');
      for (const resource of asArray<any>(Resource)) {
        const [target] = resource['Fn::GetAtt'];
        const kind = TABLES[target] ?? target;
        const actions = asArray<string>(Action).map((action) => action.replace('dynamodb:', ''));
        found[kind] = [...(found[kind] ?? []), ...actions].sort();
      }
    }
    const logs = Object.keys(found).find((target) => target.startsWith(`${constructId(name)}Logs`))!;
    const { [logs]: logActions, ...tables } = found;
    expect(logActions).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(tables).toEqual(grantsOf(name));
  });

  it('keeps its log for a month', () => {
    const logGroupId = Properties['LoggingConfig'].LogGroup.Ref;
    expect(dev.findResources('AWS::Logs::LogGroup')[logGroupId]!['Properties']).toMatchObject({
      RetentionInDays: 30,
    });
  });

  it('has time for its calls to the database, each at its worst, and a second more', () => {
    expect(Properties['Timeout']).toBeGreaterThanOrEqual(longestWait(backendFunctions[name]) + 1);
  });
});

describe('the grants', () => {
  const limitsOf = (name: string, action: string, table: string) => {
    const roleId = functionOf(dev, name)[1].Properties['Role']['Fn::GetAtt'][0];
    const found = grantsIn(dev).filter(
      (grant) => grant.role === roleId && grant.actions.includes(action) && TABLES[grant.table] === table,
    );
    return found.map(({ attributes, partitionKeys }) => ({ attributes, partitionKeys }));
  };

  it('to write name the attributes, and have none returned but those that were written', () => {
    expect(looseGrantsIn(dev)).toEqual([]);
  });

  it('reach a password hash where a password is set or checked, and nowhere else', () => {
    const roles = rolesNearPasswordsIn(dev).map((role) => role.replace(/FunctionRole[0-9A-F]{8}$/, ''));
    expect(new Set(roles)).toEqual(
      new Set([
        ...['Signup', 'Login', 'SetPassword', 'SetUsername', 'UpdateMe', 'DeleteMe'],
        'ResetPasswordConfirm',
      ]),
    );
    expect(limitsOf('set-username', 'UpdateItem', 'users')[0]?.attributes).not.toContain('passwordHash');
    expect(limitsOf('update-me', 'UpdateItem', 'users')[0]?.attributes).not.toContain('passwordHash');
  });

  it.each(['authorizer', 'logout-all'])('of %s to read users make it name what it reads', (name) => {
    expect(limitsOf(name, 'BatchGetItem', 'users')).toEqual([
      { attributes: expect.arrayContaining(['pk', 'id', 'role', 'isActive', 'sessionGeneration']) },
    ]);
    expect(limitsOf(name, 'BatchGetItem', 'users')[0]?.attributes).not.toContain('email');
  });

  it('of login change of a user the password hash alone', () => {
    expect(limitsOf('login', 'UpdateItem', 'users')).toEqual([
      { attributes: ['pk', 'passwordHash'], partitionKeys: ['USER#*'] },
    ]);
  });

  it('of one BatchGetItem over two tables hold whether IAM looks at the attributes and keys of each table or of all together', () => {
    const asked = [...sessionOwnerAttributes, ...sessionAttributes];
    const batches = grantsIn(dev).filter(({ actions }) => actions.includes('BatchGetItem'));
    expect(new Set(batches.map(({ role }) => role)).size).toBe(3);
    for (const { table, attributes, partitionKeys } of batches) {
      expect(partitionKeys).toBeUndefined();
      if (/Users/.test(table)) expect(attributes).toEqual(expect.arrayContaining(asked));
      else expect(attributes).toBeUndefined();
      expect(attributes ?? []).not.toContain('passwordHash');
    }
  });

  it('of logout-all change of a user the generation of the sessions alone', () => {
    expect(limitsOf('logout-all', 'UpdateItem', 'users')).toEqual([
      { attributes: ['pk', 'id', 'sessionGeneration'], partitionKeys: ['USER#*'] },
    ]);
  });

  it('of signup change the id counter and no user', () => {
    expect(limitsOf('signup', 'UpdateItem', 'users')).toEqual([
      { attributes: ['pk', 'lastId'], partitionKeys: ['COUNTER#user'] },
    ]);
    expect(limitsOf('signup', 'PutItem', 'users')).toMatchObject([
      { partitionKeys: ['USER#*', 'USERNAME#*', 'EMAIL#*', 'ID#*'] },
    ]);
  });
});

describe('the tables', () => {
  const tablesOf = (template: Template) => resourcesOf(template, 'AWS::DynamoDB::Table');

  it('expire sessions by the attribute that the code writes', () => {
    dev.hasResourceProperties('AWS::DynamoDB::Table', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('keep the logical ids in which data live, whatever the settings', () => {
    for (const template of [dev, prod])
      expect(
        tablesOf(template)
          .map(([id]) => id)
          .sort(),
      ).toEqual(Object.keys(TABLES).sort());
  });

  it('of stage dev go with the stack', () => {
    for (const [, { DeletionPolicy, Properties }] of tablesOf(dev)) {
      expect([DeletionPolicy, Properties['DeletionProtectionEnabled']]).toEqual(['Delete', false]);
    }
  });

  it('of any other stage are kept, protected, and Users can be restored to a point in time', () => {
    for (const [, { DeletionPolicy, Properties }] of tablesOf(prod)) {
      expect([DeletionPolicy, Properties['DeletionProtectionEnabled']]).toEqual(['Retain', true]);
    }
    const users = Object.fromEntries(tablesOf(prod))['TablesUsersBA34CAA2']!;
    expect(users.Properties['PointInTimeRecoverySpecification']).toMatchObject({
      PointInTimeRecoveryEnabled: true,
    });
  });
});

describe('messages', () => {
  const byEmail = templateWith({ emailFrom: 'Example <no-reply@example.com>', stage: 'prod' });
  const byBus = templateWith({ messages: 'eventbridge' });
  const [, source] = resourcesOf(dev, 'AWS::Lambda::EventSourceMapping')[0]!;
  const [queueId, queue] = resourcesOf(dev, 'AWS::SQS::Queue')[0]!;
  const outboxId = Object.keys(TABLES).find((id) => TABLES[id] === 'outbox')!;
  const statementWith = (template: Template, action: string): any[] =>
    Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties['PolicyDocument'].Statement)
      .filter(({ Action }) => asArray<string>(Action).includes(action));
  const variablesOf = (template: Template) =>
    functionOf(template, 'deliver')[1].Properties['Environment'].Variables;

  it('are announced by the stream of Outbox, which contains keys alone; no other table has one', () => {
    const streams = resourcesOf(dev, 'AWS::DynamoDB::Table').flatMap(
      ([id, { Properties }]: [string, Resource]) =>
        Properties['StreamSpecification'] ? [[TABLES[id], Properties['StreamSpecification']]] : [],
    );
    expect(streams).toEqual([['outbox', { StreamViewType: 'KEYS_ONLY' }]]);
  });

  it('that are new invoke deliver, in batches of ten, and nothing else in Outbox does', () => {
    dev.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    expect(source.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [outboxId, 'StreamArn'] },
      FunctionName: { Ref: functionOf(dev, 'deliver')[0] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
    });
    const { Filters } = source.Properties.FilterCriteria;
    expect(Filters.map(({ Pattern }: any) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'MESSAGE#' }] } } } },
    ]);
  });

  it('that fail are tried again for six hours at most, without those that were sent, and then reported to the queue', () => {
    expect(source.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 6 * 3600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } } },
    });
  });

  it('that failed leave a report for 14 days, encrypted, in a queue that speaks TLS only', () => {
    expect(queue.Properties).toEqual({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    dev.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: queueId }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
  });

  it('are read from this stream and reported to this queue by deliver alone', () => {
    const ofDeliver = statementsOf(dev, 'deliver').filter(isOfDelivery);
    expect(ofDeliver).toEqual([
      {
        Effect: 'Allow',
        Action: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
          (action) => `dynamodb:${action}`,
        ),
        Resource: { 'Fn::GetAtt': [outboxId, 'StreamArn'] },
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [queueId, 'Arn'] } },
    ]);
    for (const action of ['dynamodb:GetRecords', 'sqs:SendMessage'])
      expect(statementWith(dev, action)).toHaveLength(1);
  });

  it('have no channel by default: no bus, and no grant to send', () => {
    dev.resourceCountIs('AWS::Events::EventBus', 0);
    expect([...statementWith(dev, 'ses:SendEmail'), ...statementWith(dev, 'events:PutEvents')]).toEqual([]);
    expect(variablesOf(dev)).toMatchObject({
      MESSAGE_CHANNEL: 'none',
      EMAIL_FROM: 'none',
      EVENT_BUS_NAME: 'none',
      RESET_URL: 'none',
      MESSAGE_LIFETIME_SECONDS: '600',
    });
  });

  it('leave by SES from one address, by deliver alone', () => {
    const [statement, ...others] = statementWith(byEmail, 'ses:SendEmail');
    expect(others).toEqual([]);
    expect(statementsOf(byEmail, 'deliver')).toContainEqual(statement);
    expect(statement).toMatchObject({
      Action: 'ses:SendEmail',
      Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@example.com' } },
    });
    const arns = statement.Resource.map((arn: any) =>
      arn['Fn::Join'][1].map((part: any) => part.Ref ?? part).join(''),
    );
    const own = 'arn:AWS::Partition:ses:AWS::Region:AWS::AccountId';
    expect(arns.sort()).toEqual([`${own}:configuration-set/*`, `${own}:identity/*`]);
    expect(variablesOf(byEmail)).toMatchObject({
      MESSAGE_CHANNEL: 'ses',
      EMAIL_FROM: 'Example <no-reply@example.com>',
    });
    byEmail.resourceCountIs('AWS::Events::EventBus', 0);
  });

  it('leave by a bus of their own, never by the default one, by deliver alone', () => {
    const buses = resourcesOf(byBus, 'AWS::Events::EventBus');
    expect(buses.map(([, { Properties }]) => Properties)).toEqual([{ Name: 'TokenAuth' }]);
    const [[busId]] = buses as [[string, any]];
    const statements = statementWith(byBus, 'events:PutEvents');
    expect(statements).toEqual([
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: { 'Fn::GetAtt': [busId, 'Arn'] } },
    ]);
    expect(statementsOf(byBus, 'deliver')).toContainEqual(statements[0]);
    expect(variablesOf(byBus)).toMatchObject({
      MESSAGE_CHANNEL: 'eventbridge',
      EVENT_BUS_NAME: { Ref: busId },
    });
    expect(byBus.findOutputs('EventBusName')['EventBusName']!['Value']).toEqual({ Ref: busId });
  });

  it('may leave by SES while events take the bus', () => {
    const both = templateWith({ emailFrom: 'a@example.com', events: 'on' });
    both.resourceCountIs('AWS::Events::EventBus', 1);
    expect(variablesOf(both)['MESSAGE_CHANNEL']).toBe('ses');
    expect([statementWith(both, 'ses:SendEmail'), statementWith(both, 'events:PutEvents')]).toMatchObject([
      [{}],
      [{}],
    ]);
  });

  it('that nobody will receive are announced once at synthesis, and only where there is no channel', () => {
    expect(warningsWith({ events: 'on' })).toEqual([expect.stringContaining('[ack: TokenAuth:NoMessages]')]);
    expect(warningsWith({ emailFrom: 'a@example.com' })).toEqual([]);
    expect(warningsWith({ messages: 'eventbridge' })).toEqual([]);
  });

  it.each<[string, Template]>([
    ['none', dev],
    ['SES', byEmail],
    ['a bus', byBus],
  ])('need no grant on everything: with %s', (_, template) => {
    const resources = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties['PolicyDocument'].Statement)
      .flatMap(({ Resource }) => asArray<any>(Resource));
    expect(resources).not.toContain('*');
  });
});

describe('the stack', () => {
  it('says where the API and the tables are', () => {
    expect(Object.keys(dev.findOutputs('*')).sort()).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'FailureQueueUrl',
        'OutboxTableName',
        'RateLimitsTableName',
        'TokensTableName',
        'UsersTableName',
      ]),
    );
  });

  it.each([
    {
      stage: 'prod',
      corsOrigins: 'https://a.example,https://b.example',
      monitoring: 'on',
      alarmEmail: 'ops@example.com',
      emailFrom: 'Example <no-reply@example.com>',
      emailVerification: 'required',
      events: 'on',
    },
    {},
    { sam: 'on', emailFrom: 'no-reply@example.com' },
    { messages: 'eventbridge' },
  ])('has no finding of cdk-nag unexplained with %j', (settings) => {
    expect(unexplainedFindings(settings)).toEqual([]);
  });
});

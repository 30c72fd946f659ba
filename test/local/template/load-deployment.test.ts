import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { templateWith } from '../../support/assembly';
import { serveSample } from '../sample-app';
import { changed, load } from '../written-assembly';

describe('A template of CDK, with settings that mean nothing here,', () => {
  const sample = serveSample(
    (app) => {
      const { stack, api } = app;
      const table = new Table(stack, 'Users', {
        partitionKey: { name: 'pk', type: AttributeType.STRING },
        sortKey: { name: 'sk', type: AttributeType.NUMBER },
        billingMode: BillingMode.PAY_PER_REQUEST,
        deletionProtection: true,
        maxReadRequestUnits: 10,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        removalPolicy: RemovalPolicy.RETAIN,
        timeToLiveAttribute: 'expiresAt',
      });
      const logGroup = new LogGroup(stack, 'Logs', { retention: RetentionDays.ONE_WEEK });
      const role = new Role(stack, 'OwnRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      logGroup.grantWrite(role);
      const telling = `exports.handler = async (event, context) =>
        ({ statusCode: 200, body: JSON.stringify([process.env, context.getRemainingTimeInMillis()]) });`;
      const full = app.addFunction('Full', telling, {
        architecture: Architecture.ARM_64,
        description: 'Full',
        environment: {
          TABLE: table.tableName,
          ARN: table.tableArn,
          REGION: stack.region,
          ACCOUNT: stack.account,
          STACK: stack.stackName,
          JOINED: Fn.join('-', ['a', stack.partition, stack.urlSuffix]),
          SUBSTITUTED: Fn.sub(`\${AWS::Region}/\${Extra}/\${!Kept}`, { Extra: table.tableName }),
          SELECTED: Fn.select(5, Fn.split(':', table.tableArn)),
        },
        loggingFormat: LoggingFormat.JSON,
        logGroup,
        memorySize: 256,
        role,
        timeout: Duration.seconds(60),
      });
      api.root.addMethod('GET', new LambdaIntegration(full), {
        operationName: 'Show',
        requestParameters: { 'method.request.querystring.page': true },
      });
      const plain = new LambdaIntegration(app.addFunction('Plain', telling));
      api.root.addResource('plain').addMethod('GET', plain);
      new CfnOutput(stack, 'Address', { value: api.url });
    },
    {
      props: {
        description: 'Sample',
        deployOptions: { stageName: 'live', tracingEnabled: true, metricsEnabled: true },
      },
    },
  );

  it('gives functions their variables, with every reference resolved, and their limits', async () => {
    const [variables, remaining] = (await (await sample.fetch('')).json()) as [object, number];
    const [users] = Object.keys(sample.running().tables);

    expect(variables).toMatchObject({
      TABLE: users,
      ARN: `arn:aws:dynamodb:us-east-1:123456789012:table/${users}`,
      REGION: 'us-east-1',
      ACCOUNT: '123456789012',
      STACK: 'Sample',
      JOINED: 'a-aws-amazonaws.com',
      SUBSTITUTED: `us-east-1/${users}/\${Kept}`,
      SELECTED: `table/${users}`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    });
    expect(remaining).toBeGreaterThan(30_000);
  });

  it("has CloudFormation's defaults: three seconds and 128 MB", async () => {
    const [variables, remaining] = (await (await sample.fetch('/plain')).json()) as [object, number];

    expect(variables).toMatchObject({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128' });
    expect(remaining).toBeLessThanOrEqual(3000);
  });

  it('gives tables their keys', async () => {
    const { dynamoDbEndpoint: endpoint, tables } = sample.running();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'any' };
    const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
    const TableName = Object.values(tables)[0];
    const { Table: users } = await client.send(new DescribeTableCommand({ TableName }));

    expect(users?.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    client.destroy();
  });
});

it("a stage's settings that do not speak of throttling limit nothing", () => {
  const setting = {
    HttpMethod: '*',
    ResourcePath: '/*',
    CacheDataEncrypted: true,
    CacheTtlInSeconds: 60,
    CachingEnabled: false,
    DataTraceEnabled: false,
    LoggingLevel: 'INFO',
    MetricsEnabled: true,
  };
  const {
    apis: [api],
  } = load(changed('Stage', { MethodSettings: [setting] }));
  expect(api.resources[0]?.methods.get('GET')).not.toHaveProperty('throttling');
});

it('a template may take defaults from its parameters, and leave out members by AWS::NoValue', () => {
  const Variables = {
    DEFAULT: { Ref: 'Level' },
    GONE: { Ref: 'AWS::NoValue' },
    ID: { Ref: 'AWS::StackId' },
    SPLIT: { 'Fn::Select': [0, { 'Fn::Split': ['|', { 'Fn::Sub': `\${Level}|x` }] }] },
    ATTRIBUTE: { 'Fn::Sub': `\${Role.Arn}` },
  };
  const resources = changed('Handler', { Environment: { Variables }, Timeout: { Ref: 'AWS::NoValue' } });
  const { functions } = load(resources, { Parameters: { Level: { Type: 'String', Default: 'INFO' } } });

  expect(functions[0]?.timeoutSeconds).toBe(3);
  expect(functions[0]?.environment).toEqual({
    DEFAULT: 'INFO',
    ID: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Stack/local',
    SPLIT: 'INFO',
    ATTRIBUTE: 'arn:aws:iam::123456789012:role/Role',
  });
});

it('a template may hold CDK metadata, conditions, outputs, rules and mappings, all of which are ignored', () => {
  const CDKMetadata = { Type: 'AWS::CDK::Metadata', Condition: 'CDKMetadataAvailable' };
  const sections = {
    Conditions: { CDKMetadataAvailable: { 'Fn::Equals': ['a', 'b'] } },
    Mappings: { M: {} },
    Outputs: { O: { Value: { 'Fn::ImportValue': 'x' } } },
    Rules: {},
    Description: 'x',
  };

  expect(() => load({ CDKMetadata }, sections)).not.toThrow();
});

it("a function's grants are those of its role, also as one statement without a list, and of its policies", () => {
  const [own, attached] = ['a:Own', 'a:Attached'].map((Action) => ({
    Effect: 'Allow',
    Action,
    Resource: '*',
  }));
  const PolicyDocument = { Statement: [attached] };
  const { functions } = load({
    ...changed('Role', { Policies: [{ PolicyName: 'P', PolicyDocument: { Statement: own } }] }),
    Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument, Roles: [{ Ref: 'Role' }] } },
  });

  expect(functions[0]?.role.statements).toEqual([own, attached]);
});

it("a table's stream may invoke a function with what its filter says, and has limits of its own", () => {
  const stream = { 'Fn::GetAtt': ['Users', 'StreamArn'] };
  const reading = { Effect: 'Allow', Action: 'dynamodb:*', Resource: stream };
  const sending = {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: { 'Fn::GetAtt': ['Failed', 'Arn'] },
  };
  const Pattern = '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"A#"},"B"]}}}}';
  const from = { 'ses:FromAddress': 'no-reply@example.com' };
  const { eventSources, functions } = load({
    ...changed('Role', {
      Policies: [
        { PolicyName: 'P', PolicyDocument: { Statement: [reading, sending] } },
        {
          PolicyName: 'Q',
          PolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Action: 'ses:SendEmail',
              Resource: ['arn:aws:ses:us-east-1:123456789012:identity/*'],
              Condition: { StringEquals: from },
            },
          },
        },
      ],
    }),
    ...changed('Handler', {
      Environment: {
        Variables: {
          BUS: { Ref: 'Bus' },
          BUS_ARN: { 'Fn::GetAtt': ['Bus', 'Arn'] },
          QUEUE: { Ref: 'Failed' },
          QUEUE_NAME: { 'Fn::GetAtt': ['Failed', 'QueueName'] },
        },
      },
    }),
    Users: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'messages' } },
    Failed: { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { PolicyDocument: {}, Queues: [{ Ref: 'Failed' }] },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 10,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
        EventSourceArn: stream,
        FilterCriteria: { Filters: [{ Pattern }] },
        FunctionName: { Ref: 'Handler' },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRecordAgeInSeconds: 21600,
        MaximumRetryAttempts: -1,
        StartingPosition: 'TRIM_HORIZON',
      },
    },
  });

  expect(eventSources).toMatchObject([
    {
      functionId: 'Handler',
      table: { name: 'Users' },
      stream: {
        arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/Users/stream/2000-01-01T00:00:00.000',
        viewType: 'KEYS_ONLY',
      },
      batchSize: 10,
      bisects: true,
      reportsItemFailures: true,
      maxRetries: Number.POSITIVE_INFINITY,
      maxAgeSeconds: 21600,
      patterns: [JSON.parse(Pattern)],
    },
  ]);
  expect(functions[0]?.environment).toEqual({
    BUS: 'messages',
    BUS_ARN: 'arn:aws:events:us-east-1:123456789012:event-bus/messages',
    QUEUE: 'https://sqs.us-east-1.amazonaws.com/123456789012/Failed',
    QUEUE_NAME: 'Failed',
  });
});

it('alarms, dashboard and topic of the monitored stack are ignored', () => {
  const { Resources } = templateWith({ monitoring: 'on', alarmEmail: 'ops@example.com' }).toJSON();
  const isIgnored = ([, { Type }]: [string, any]) => /^AWS::(CloudWatch|SNS|Logs)::/.test(Type);
  const monitoring = Object.entries<any>(Resources).filter(isIgnored);

  expect(monitoring.length).toBeGreaterThan(10);
  expect(() => load(Object.fromEntries(monitoring))).not.toThrow();
});

import { join } from 'node:path';
import { CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { LambdaIntegration, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, Dashboard, GraphWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Deployment } from '../../../local/template/deployment';
import { loadDeployment } from '../../../local/template/load-deployment';
import { SampleApp } from '../sample-app';
import { changed, load } from '../written-assembly';

const handler = 'exports.handler = async () => ({ statusCode: 200 });';

describe('A template of CDK, with all that is of no meaning here,', () => {
  const app = new SampleApp({
    binaryMediaTypes: ['image/png'],
    description: 'Sample',
    deployOptions: {
      stageName: 'live',
      throttlingRateLimit: 5,
      throttlingBurstLimit: 10,
      methodOptions: { '/items/GET': { throttlingRateLimit: 0.5, throttlingBurstLimit: 1 } },
      tracingEnabled: true,
      metricsEnabled: true,
    },
  });
  let deployment: Deployment;

  beforeAll(() => {
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
    const role = new Role(stack, 'OwnRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Inline: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/*`] }),
          ],
        }),
      },
    });
    logGroup.grantWrite(role);
    table.grant(role, 'dynamodb:GetItem');
    const full = app.addFunction('Full', handler, {
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
      timeout: Duration.seconds(10),
    });
    const items = api.root.addResource('items');
    items.addMethod('GET', new LambdaIntegration(full), {
      operationName: 'ListItems',
      requestParameters: { 'method.request.querystring.page': true },
      ...app.authorizedBy(app.addFunction('Plain', handler)),
    });
    items.addResource('{id}').addMethod('ANY', new LambdaIntegration(full, { timeout: Duration.seconds(5) }));
    const topic = new Topic(stack, 'Topic', { displayName: 'Alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription('operator@example.com'));
    const alarm = new Alarm(stack, 'Alarm', {
      alarmDescription: 'Errors',
      evaluationPeriods: 1,
      metric: full.metricErrors(),
      threshold: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    new Dashboard(stack, 'Dashboard').addWidgets(new GraphWidget({ left: [alarm.metric] }));
    api.addGatewayResponse('Denied', { type: ResponseType.ACCESS_DENIED, statusCode: '401' });
    new CfnOutput(stack, 'Address', { value: api.url });
    deployment = loadDeployment(app.synthesise());
  });

  afterAll(() => app.remove());

  it('gives the tables, named by their logical ids', () => {
    const [users, ...others] = deployment.tables;
    expect(others).toEqual([]);
    expect(deployment.stackName).toBe('Sample');
    expect(users).toEqual({
      logicalId: expect.stringMatching(/^Users/),
      name: users?.logicalId,
      arn: `arn:aws:dynamodb:us-east-1:123456789012:table/${users?.logicalId}`,
      keySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      attributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
    });
  });

  it('gives the functions, with their code, settings and every reference in their variables resolved', () => {
    const full = deployment.functions.find(({ logicalId }) => logicalId.startsWith('Full'));
    const [users] = deployment.tables;

    expect(full).toMatchObject({
      arn: `arn:aws:lambda:us-east-1:123456789012:function:${full?.logicalId}`,
      codeFolder: expect.stringContaining(join('cdk.out', 'asset.')),
      handler: 'index.handler',
      timeoutSeconds: 10,
      memoryMegabytes: 256,
    });
    const plain = deployment.functions.find(({ logicalId }) => logicalId.startsWith('Plain'));
    expect(plain).toMatchObject({ timeoutSeconds: 3, memoryMegabytes: 128, environment: {} });
    expect(plain?.role.statements).toEqual([]);
    expect(full?.environment).toEqual({
      TABLE: users?.logicalId,
      ARN: users?.arn,
      REGION: 'us-east-1',
      ACCOUNT: '123456789012',
      STACK: 'Sample',
      JOINED: 'a-aws-amazonaws.com',
      SUBSTITUTED: `us-east-1/${users?.logicalId}/\${Kept}`,
      SELECTED: `table/${users?.logicalId}`,
    });
  });

  it("gives a function's grants: those of its role and those of the policies attached to it", () => {
    const full = deployment.functions.find(({ logicalId }) => logicalId.startsWith('Full'));
    const [users] = deployment.tables;

    expect(full?.role.statements).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${users?.arn}/index/*` },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringMatching(/^arn:aws:logs:us-east-1:123456789012:log-group:Logs\w+:\*$/),
      },
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: [users?.arn] },
    ]);
  });

  it('gives the API, its paths, methods, integrations, authorizers and limits', () => {
    const {
      apis: [api],
      functions,
    } = deployment;
    const full = functions.find(({ logicalId }) => logicalId.startsWith('Full'))?.logicalId;
    const plain = functions.find(({ logicalId }) => logicalId.startsWith('Plain'))?.logicalId;
    const shown = api.resources.map(({ path, methods }) => [path, Object.fromEntries(methods)]);

    expect(api).toMatchObject({ stageName: 'live', binaryMediaTypes: ['image/png'] });
    expect(Object.fromEntries(shown)).toMatchObject({
      '/': {},
      '/items': {
        GET: {
          authorizer: { functionId: plain },
          throttling: { rateLimit: 0.5, burstLimit: 1 },
          integration: { type: 'AWS_PROXY', functionId: full, timeoutMilliseconds: 29_000 },
        },
      },
      '/items/{id}': {
        ANY: {
          integration: { functionId: full, timeoutMilliseconds: 5000 },
          throttling: { rateLimit: 5, burstLimit: 10 },
        },
      },
    });
    expect(api.gatewayResponses.get('ACCESS_DENIED')).toEqual({ statusCode: 401, headers: [] });
  });
});

describe('A template', () => {
  it('may take defaults from its parameters, and leave out members by AWS::NoValue', () => {
    const Variables = {
      DEFAULT: { Ref: 'Level' },
      GONE: { Ref: 'AWS::NoValue' },
      ID: { Ref: 'AWS::StackId' },
      SPLIT: { 'Fn::Select': [0, { 'Fn::Split': ['|', { 'Fn::Sub': `\${Level}|x` }] }] },
      ATTRIBUTE: { 'Fn::Sub': `\${Role.Arn}` },
    };
    const { functions } = load(
      changed('Handler', { Environment: { Variables }, Timeout: { Ref: 'AWS::NoValue' } }),
      {
        Parameters: { Level: { Type: 'String', Default: 'INFO' } },
      },
    );

    expect(functions[0]?.timeoutSeconds).toBe(3);
    expect(functions[0]?.environment).toEqual({
      DEFAULT: 'INFO',
      ID: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Stack/local',
      SPLIT: 'INFO',
      ATTRIBUTE: 'arn:aws:iam::123456789012:role/Role',
    });
  });

  it('may hold CDK metadata and its condition, outputs, rules and mappings, none of which is looked at', () => {
    const metadata = {
      Type: 'AWS::CDK::Metadata',
      Condition: 'CDKMetadataAvailable',
      Properties: { Analytics: 'x' },
    };
    const sections = {
      Conditions: { CDKMetadataAvailable: { 'Fn::Equals': ['a', 'b'] } },
      Mappings: { M: {} },
      Outputs: { O: { Value: { 'Fn::ImportValue': 'x' } } },
      Rules: {},
      Description: 'x',
    };

    expect(() => load({ CDKMetadata: metadata }, sections)).not.toThrow();
  });

  it('may write one statement without a list', () => {
    const Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
    const { functions } = load(
      changed('Role', { Policies: [{ PolicyName: 'P', PolicyDocument: { Statement } }] }),
    );

    expect(functions[0]?.role.statements).toEqual([Statement]);
  });
});

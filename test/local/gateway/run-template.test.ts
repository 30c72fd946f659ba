import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import { type RunningApi, type RunOptions, runTemplate } from '../../../local/run';
import { SampleApp, serveSample } from '../sample-app';

/** Runs the command in the request's body, `{ name, input }`, with the credentials that the function has. */
const databaseClient = `
  const sdk = require(${JSON.stringify(require.resolve('@aws-sdk/client-dynamodb'))});
  const client = new sdk.DynamoDBClient({ maxAttempts: 1 });
  exports.handler = async (event) => {
    try {
      const { name, input } = JSON.parse(event.body);
      const { $metadata, ...output } = await client.send(new sdk[name]({ TableName: process.env.TABLE, ...input }));
      return { statusCode: 200, body: JSON.stringify(output) };
    } catch (error) {
      return { statusCode: 500, body: JSON.stringify({ name: error.name, message: error.message }) };
    }
  };`;

const apps: SampleApp[] = [];
const dataDir = mkdtempSync(join(tmpdir(), 'local-data-'));
afterAll(() => {
  for (const app of apps) app.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

function newApp(): SampleApp {
  const app = new SampleApp();
  apps.push(app);
  return app;
}

describe('Running a template', () => {
  let options: RunOptions;
  let running: RunningApi;

  beforeAll(async () => {
    const app = newApp();
    const partitionKey = { name: 'pk', type: AttributeType.STRING };
    const table = new Table(app.stack, 'Items', { partitionKey, timeToLiveAttribute: 'expiresAt' });
    new Table(app.stack, 'Others', { partitionKey, sortKey: { name: 'at', type: AttributeType.NUMBER } });
    const client = app.addFunction('Client', databaseClient, { environment: { TABLE: table.tableName } });
    table.grant(client, 'dynamodb:PutItem');
    client.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'open'] },
          StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        },
      }),
    );
    app.api.root.addResource('client').addMethod('POST', new LambdaIntegration(client));
    app.api.root.addCorsPreflight({ allowOrigins: ['*'] });
    options = { assembly: app.synthesise(), port: 0, dataDir };
    running = await runTemplate(options);
  });

  afterAll(() => running.close());

  async function send(name: string, input: object, url = running.url): Promise<any> {
    const response = await fetch(`${url}/client`, { method: 'POST', body: JSON.stringify({ name, input }) });
    return response.json();
  }

  const Key = { pk: { S: 'a' } };
  const getOpen = { Key, ProjectionExpression: '#o', ExpressionAttributeNames: { '#o': 'open' } };

  it('lets functions do in the database what the template grants them', async () => {
    const Item = { ...Key, open: { S: 'x' }, secret: { S: 'y' } };
    expect(await send('PutItemCommand', { Item })).toEqual({});
    expect(await send('GetItemCommand', getOpen)).toEqual({ Item: { open: { S: 'x' } } });
  });

  it.each([
    ['an action', 'DeleteItem', { Key }],
    ['an attribute', 'GetItem', { Key, ProjectionExpression: 'secret' }],
    ['all attributes', 'GetItem', { Key }],
    ['another table', 'PutItem', { TableName: 'Users', Item: Key }],
  ])('refuses a function %s that it has no grant for, as AWS does', async (_, action, input) => {
    expect(await send(`${action}Command`, input)).toEqual({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        new RegExp(
          `^User: arn:aws:sts::123456789012:assumed-role/Client\\w+/Client\\w+ is not authorized to perform: dynamodb:${action} ` +
            'on resource: arn:aws:dynamodb:us-east-1:123456789012:table/\\w+ because',
        ),
      ),
    });
  });

  it('keeps the data from one run to the next, and frees port and data when it is closed', async () => {
    await send('PutItemCommand', { Item: { ...Key, open: { S: 'still here' } } });
    const port = Number(new URL(running.url).port);
    await Promise.all([running.close(), running.close()]);
    await expect(fetch(running.url)).rejects.toThrow();
    running = await runTemplate({ ...options, port });

    expect(await send('GetItemCommand', getOpen)).toEqual({ Item: { open: { S: 'still here' } } });
  });

  it('refuses a table that exists with another key, and says which', async () => {
    const app = newApp();
    app.api.root.addCorsPreflight({ allowOrigins: ['*'] });
    const [first = ''] = Object.keys(running.tables);
    new Table(app.stack, 'Items', { partitionKey: { name: 'id', type: AttributeType.BINARY } });
    const { dynamoDbEndpoint } = running;

    await expect(runTemplate({ assembly: app.synthesise(), port: 0, dynamoDbEndpoint })).rejects.toThrow(
      `The table ${first} exists with another key: pk S HASH instead of id B HASH. Delete it first.`,
    );
  });

  it('uses another DynamoDB if it is given one, in which all functions have the same key', async () => {
    const keys = new Set<string>();
    const authorise = ({ accessKeyId }: { accessKeyId: string }) => {
      keys.add(accessKeyId);
      return undefined;
    };
    const engine = await startDynamoDb({ authorise });
    const { assembly } = options;
    const other = await runTemplate({ assembly, port: 0, dynamoDbEndpoint: engine.endpoint });

    expect(await send('ScanCommand', {}, other.url)).toMatchObject({ Items: [] });
    expect([...keys]).toEqual(['local']);
    await other.close();
    await engine.close();
    await expect(runTemplate({ assembly, port: 0, dynamoDbEndpoint: engine.endpoint })).rejects.toThrow(
      new RegExp(`^The database at ${engine.endpoint} cannot be reached: .*ECONNREFUSED`),
    );
  });
});

describe('The clock of the local server', () => {
  const telling = 'exports.handler = async () => ({ statusCode: 200, body: String(Date.now()) });';
  const sample = serveSample((app) => {
    app.api.root.addMethod('GET', new LambdaIntegration(app.addFunction('Telling', telling)));
  });

  async function ask(method: string, body?: string): Promise<any> {
    const response = await sample.fetch('/_local/clock/', { method, ...(body !== undefined && { body }) });
    return { status: response.status, ...((await response.json()) as object) };
  }

  it('goes forward by what is asked, for every function, and back at once', async () => {
    const DAY = 86_400;
    expect(await ask('POST', '{"advance":"8d"}')).toMatchObject({ status: 200, moved_by_seconds: 8 * DAY });
    expect(await ask('POST', '{"advance":"90s"}')).toMatchObject({ moved_by_seconds: 8 * DAY + 90 });
    const before = Date.now();
    expect(Date.parse((await ask('GET')).now) - before).toBeGreaterThanOrEqual((8 * DAY + 90) * 1000);
    expect(Number(await (await sample.fetch('')).text()) - before).toBeGreaterThan(8 * DAY * 1000);
    expect(await ask('POST', '{"reset":true}')).toMatchObject({ moved_by_seconds: 0 });
  });

  it.each([
    '',
    '{',
    '{}',
    '{"advance":8}',
    '{"advance":"8"}',
    '{"advance":"-8d"}',
    '{"advance":"8d","x":1}',
    '[]',
  ])('stays where it is for %s and says what it takes', async (body) => {
    expect(await ask('POST', body)).toEqual({
      status: 400,
      detail: 'Send {"advance":"8d"} (a number and s, m, h or d) or {"reset":true}.',
    });
    expect(await ask('GET')).toMatchObject({ moved_by_seconds: 0 });
  });

  it('has its own path alone', async () => {
    expect((await ask('DELETE')).status).toBe(405);
    expect((await sample.fetch('/_local/clocks/')).status).toBe(403);
  });
});

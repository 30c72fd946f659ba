import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { startDynamoDb } from '../../../local/dynamodb/engine';
import { type RunningApi, runTemplate } from '../../../local/run';
import { SampleApp } from '../template/synthesise';

/** Runs the commands in the request's body, `{ name, input }` each, with the credentials that the function has. */
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

const secondTable = { partitionKey: { name: 'user', type: AttributeType.STRING } };

describe('Running a template', () => {
  const app = new SampleApp();
  const dataDir = mkdtempSync(join(tmpdir(), 'local-data-'));
  let assembly: string;
  let running: RunningApi;
  let table: Table;

  beforeAll(async () => {
    table = new Table(app.stack, 'Items', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
    });
    new Table(app.stack, 'Others', { ...secondTable, sortKey: { name: 'at', type: AttributeType.NUMBER } });
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
    assembly = app.synthesise();
    running = await runTemplate({ assembly, port: 0, dataDir });
  });

  afterAll(async () => {
    await running.close();
    app.remove();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function send(name: string, input: object, url = running.url): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/client`, { method: 'POST', body: JSON.stringify({ name, input }) });
    return response.json() as Promise<Record<string, unknown>>;
  }

  it('tells what it serves: routes with their functions, tables with their names', () => {
    const client = expect.stringMatching(/^Client/);
    expect(running.routes).toHaveLength(2);
    expect(running.routes).toEqual(
      expect.arrayContaining([
        { method: 'OPTIONS', path: '/' },
        { method: 'POST', path: '/client', function: client },
      ]),
    );
    const names = Object.entries(running.tables);
    expect(names.map(([logicalId, name]) => logicalId === name)).toEqual([true, true]);
    expect(running.dynamoDbEndpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('lets functions do in the database what the template grants them', async () => {
    expect(
      await send('PutItemCommand', { Item: { pk: { S: 'a' }, open: { S: 'x' }, secret: { S: 'y' } } }),
    ).toEqual({});

    const item = {
      Key: { pk: { S: 'a' } },
      ProjectionExpression: '#o',
      ExpressionAttributeNames: { '#o': 'open' },
    };
    expect(await send('GetItemCommand', item)).toEqual({ Item: { open: { S: 'x' } } });
  });

  it.each([
    ['an action', 'DeleteItemCommand', { Key: { pk: { S: 'a' } } }, 'dynamodb:DeleteItem'],
    [
      'an attribute',
      'GetItemCommand',
      { Key: { pk: { S: 'a' } }, ProjectionExpression: 'secret' },
      'dynamodb:GetItem',
    ],
    ['all attributes', 'GetItemCommand', { Key: { pk: { S: 'a' } } }, 'dynamodb:GetItem'],
    ['another table', 'PutItemCommand', { TableName: 'Users', Item: { pk: { S: 'a' } } }, 'dynamodb:PutItem'],
  ])('refuses a function %s that it has no grant for, as AWS does', async (...[, name, input, action]) => {
    expect(await send(name, input)).toEqual({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        new RegExp(
          `^User: arn:aws:sts::123456789012:assumed-role/Client\\w+/Client\\w+ is not authorized to perform: ${action} on resource: arn:aws:dynamodb:us-east-1:123456789012:table/\\w+ because`,
        ),
      ),
    });
  });

  it('names the port that is in use, and what to do, in one line', async () => {
    const port = Number(new URL(running.url).port);

    await expect(runTemplate({ assembly, port })).rejects.toThrow(
      new RegExp(`^Port ${port} is already in use. Choose another with PORT=${port + 1} npm start\\.$`),
    );
  });

  it('keeps the data from one run to the next, and frees port and data when it is closed', async () => {
    await send('PutItemCommand', { Item: { pk: { S: 'kept' }, open: { S: 'still here' } } });
    const port = Number(new URL(running.url).port);
    await Promise.all([running.close(), running.close()]);
    await expect(fetch(running.url)).rejects.toThrow();
    running = await runTemplate({ assembly, port, dataDir });

    const input = {
      Key: { pk: { S: 'kept' } },
      ProjectionExpression: 'pk, #o',
      ExpressionAttributeNames: { '#o': 'open' },
    };
    expect(await send('GetItemCommand', input)).toMatchObject({ Item: { open: { S: 'still here' } } });
  });

  it('ends without an answer what is under way when it is closed', async () => {
    const hanging = new SampleApp();
    let hasBegun: (text: Buffer | string) => void = () => undefined;
    const begun = new Promise((resolve) => {
      hasBegun = resolve;
    });
    const code =
      'exports.handler = () => { console.log("begun"); return new Promise(() => setInterval(() => {}, 1000)); };';
    hanging.api.root.addMethod('GET', new LambdaIntegration(hanging.addFunction('Hanging', code)));
    const output = { stdout: { write: hasBegun }, stderr: process.stderr };
    const other = await runTemplate({ assembly: hanging.synthesise(), port: 0, output });

    const answer = expect(fetch(other.url)).rejects.toThrow();
    await begun;
    await other.close();
    await answer;
    hanging.remove();
  });

  it('uses another DynamoDB if it is given one, in which all functions have the same key', async () => {
    const keys = new Set<string>();
    const engine = await startDynamoDb({
      authorise: ({ accessKeyId }) => {
        keys.add(accessKeyId);
        return undefined;
      },
    });
    const other = await runTemplate({ assembly, port: 0, dynamoDbEndpoint: engine.endpoint });

    expect(other.dynamoDbEndpoint).toBe(engine.endpoint);
    expect(await send('ScanCommand', {}, other.url)).toMatchObject({ Items: [] });
    expect([...keys]).toEqual(['local']);
    await other.close();
    await engine.close();
  });

  it('says which database it cannot reach', async () => {
    const closed = await startDynamoDb({});
    await closed.close();

    await expect(runTemplate({ assembly, port: 0, dynamoDbEndpoint: closed.endpoint })).rejects.toThrow(
      new RegExp(`^The database at ${closed.endpoint} cannot be reached: .*ECONNREFUSED`),
    );
  });
});

describe('A template that cannot be run', () => {
  const app = new SampleApp();
  const dataDir = mkdtempSync(join(tmpdir(), 'local-data-'));
  let blocker: Server;

  beforeAll(async () => {
    blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    blocker.close();
    app.remove();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is refused with the message of every bundle that cannot be loaded, and leaves nothing running', async () => {
    const broken = app.addFunction('Broken', 'throw new TypeError("bad bundle");');
    const alsoBroken = app.addFunction('AlsoBroken', 'require("./nowhere");');
    app.api.root.addMethod('GET', new LambdaIntegration(broken));
    app.api.root.addMethod('POST', new LambdaIntegration(alsoBroken));
    new Table(app.stack, 'Items', secondTable);
    const assembly = app.synthesise();

    const { port } = blocker.address() as AddressInfo;
    const failure = runTemplate({ assembly, port, dataDir });
    await expect(failure).rejects.toThrow(/^Broken\w+ cannot be loaded: TypeError: bad bundle$/m);
    await expect(failure).rejects.toThrow(/^AlsoBroken\w+ cannot be loaded: Error: Cannot find module/m);
    // The folder is free again, or else this would fail otherwise.
    await expect(runTemplate({ assembly, port, dataDir })).rejects.toThrow(/cannot be loaded/);
  });
});

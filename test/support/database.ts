/**
 * Tables in a real DynamoDB engine: the embedded one, or whatever AWS_ENDPOINT_URL_DYNAMODB names. The tables are as in the template, under
 * names of their own, so that suites can share an engine.
 */
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { connect, type Database, type Tables } from '../../functions/shared/store/database';
import { outboxTable, rateLimitsTable, tokensTable, usersTable } from '../../functions/shared/store/schema';
import { startDynamoDb } from '../../local/dynamodb/engine';
import { postponeTimeOuts } from './time-outs';

const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });

const definitions = {
  users: {
    AttributeDefinitions: [string(usersTable.partitionKey)],
    KeySchema: [hash(usersTable.partitionKey)],
  },
  tokens: {
    AttributeDefinitions: [string(tokensTable.partitionKey), string(tokensTable.sortKey)],
    KeySchema: [hash(tokensTable.partitionKey), range(tokensTable.sortKey)],
  },
  rateLimits: {
    AttributeDefinitions: [string(rateLimitsTable.partitionKey)],
    KeySchema: [hash(rateLimitsTable.partitionKey)],
  },
  outbox: {
    AttributeDefinitions: [string(outboxTable.partitionKey)],
    KeySchema: [hash(outboxTable.partitionKey)],
  },
};

export interface TestDatabase extends Omit<Database<keyof Tables>, 'close'> {
  close(): Promise<void>;
  /** Everything in the tables, as one text to search. */
  dump(): Promise<string>;
  items(table: keyof Tables): Promise<Record<string, any>[]>;
  put(table: keyof Tables, item: Record<string, unknown>): Promise<void>;
}

/** Gives the SDK what it looks for; a real endpoint's own settings are left alone. */
export function useLocalCredentials(): void {
  process.env['AWS_REGION'] ??= 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
}

/** The time-outs of calls play no part until it is closed. */
export async function startDatabase(): Promise<TestDatabase> {
  useLocalCredentials();
  const restoreTimeOuts = postponeTimeOuts();
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const engine = given ? undefined : await startDynamoDb({});
  if (engine) process.env['AWS_ENDPOINT_URL_DYNAMODB'] = engine.endpoint;
  const prefix = `test-${randomUUID()}`;
  const database = connect({
    users: `${prefix}-users`,
    tokens: `${prefix}-tokens`,
    rateLimits: `${prefix}-limits`,
    outbox: `${prefix}-outbox`,
  });
  const { tables } = database;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  for (const [name, definition] of Object.entries(definitions)) {
    const TableName = tables[name as keyof typeof tables];
    await client.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...definition }));
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
  }
  const items = async (table: keyof Tables) => {
    const { Items } = await client.send(new ScanCommand({ TableName: tables[table], ConsistentRead: true }));
    return Items ?? [];
  };
  return {
    ...database,
    items,
    dump: async () =>
      JSON.stringify(await Promise.all((Object.keys(definitions) as (keyof Tables)[]).map(items))),
    put: async (table, Item) => void (await client.send(new PutCommand({ TableName: tables[table], Item }))),
    close: async () => {
      for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      database.close();
      await engine?.close();
      if (engine) delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
      restoreTimeOuts();
    },
  };
}

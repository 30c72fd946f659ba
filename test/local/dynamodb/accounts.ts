/** What the tests of the embedded DynamoDB share: engines that are closed for them, and a table of accounts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoDbEngine, type EngineOptions, startDynamoDb } from '../../../local/dynamodb/engine';

export const table = 'Accounts';
export type Entries = NonNullable<TransactWriteCommandInput['TransactItems']>;

const cleanups: (() => Promise<unknown> | unknown)[] = [];

/** Undone in reverse, after each test that called for it. */
export function afterwards(cleanup: () => Promise<unknown> | unknown): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function start(options: EngineOptions = {}): Promise<DynamoDbEngine> {
  const engine = await startDynamoDb(options);
  afterwards(() => engine.close());
  return engine;
}

export function connect(
  { endpoint }: { readonly endpoint: string },
  accessKeyId = 'local',
): DynamoDBDocumentClient {
  const credentials = { accessKeyId, secretAccessKey: 'none' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
  afterwards(() => client.destroy());
  return DynamoDBDocumentClient.from(client);
}

export async function createAccounts(
  client: DynamoDBDocumentClient,
  name = table,
  key = 'id',
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
}

/** A started engine in memory with the table in it. */
export async function startWithAccounts(options: EngineOptions = {}) {
  const engine = await start(options);
  const client = connect(engine);
  await createAccounts(client);
  return { engine, client };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-dynamodb-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function put(id: string, attributes: Record<string, unknown> = {}): Entries[number] {
  return { Put: { TableName: table, Item: { id, ...attributes } } };
}

export function putNew(id: string, attributes: Record<string, unknown> = {}): Entries[number] {
  const condition = { ConditionExpression: 'attribute_not_exists(id)' };
  return { Put: { TableName: table, Item: { id, ...attributes }, ...condition } };
}

export async function transact(
  client: DynamoDBDocumentClient,
  entries: Entries,
  token?: string,
): Promise<void> {
  const named = token === undefined ? {} : { ClientRequestToken: token };
  await client.send(new TransactWriteCommand({ TransactItems: entries, ...named }));
}

export async function cancellation(transaction: Promise<unknown>): Promise<TransactionCanceledException> {
  const error = await transaction.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TransactionCanceledException) return error;
  throw new Error('The transaction was expected to be cancelled.', { cause: error });
}

export async function allItems(client: DynamoDBDocumentClient): Promise<Record<string, unknown>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Object.fromEntries(Items.map((item) => [item['id'], item]));
}

/**
 * Creates a deployment's tables in a DynamoDB on this machine. Tables that are there are kept, with their items.
 * Time to live is not switched on: AWS deletes some time, and so nothing may rely on the deletion.
 */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { region } from './arns';
import type { TableDefinition } from './deployment';

/** The access key that may do everything in the embedded DynamoDB: not a function's, but the developer's own. */
export const administratorKey = 'local';

const maxWaitSeconds = 30;

/** Rejects if the database cannot be reached, or has a table of that name with another key. */
export async function createTables(endpoint: string, tables: readonly TableDefinition[]): Promise<void> {
  const credentials = { accessKeyId: administratorKey, secretAccessKey: administratorKey };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  try {
    await Promise.all(tables.map((table) => createTable(client, table)));
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Error(`The database at ${endpoint} cannot be reached: ${error.message}`, { cause: error });
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  const existing = await describe(client, table.logicalId);
  if (existing !== undefined) {
    refuseOtherKey(existing, table);
    return;
  }
  await client.send(new CreateTableCommand(inputOf(table)));
  const wait = { client, maxWaitTime: maxWaitSeconds, minDelay: 1 };
  await waitUntilTableExists(wait, { TableName: table.logicalId });
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function inputOf({
  logicalId,
  keySchema,
  attributeDefinitions,
  billing,
}: TableDefinition): CreateTableCommandInput {
  const { mode, ...throughput } = billing;
  return {
    TableName: logicalId,
    KeySchema: [...keySchema],
    AttributeDefinitions: [...attributeDefinitions],
    BillingMode: mode,
    ...('ReadCapacityUnits' in throughput ? { ProvisionedThroughput: throughput } : {}),
  };
}

function refuseOtherKey(existing: TableDescription, { logicalId, ...wanted }: TableDefinition): void {
  const there = keyText(existing.KeySchema ?? [], existing.AttributeDefinitions ?? []);
  const due = keyText(wanted.keySchema, wanted.attributeDefinitions);
  if (there === due) return;
  throw new Error(
    `The table ${logicalId} exists with another key: ${there} instead of ${due}. Delete it first.`,
  );
}

interface Named {
  readonly AttributeName?: string | undefined;
}

/** `pk S HASH, sk N RANGE` */
function keyText(
  keySchema: readonly (Named & { readonly KeyType?: string | undefined })[],
  attributes: readonly (Named & { readonly AttributeType?: string | undefined })[],
): string {
  const parts = keySchema.map(({ AttributeName, KeyType }) => {
    const type = attributes.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType;
    return `${AttributeName} ${type} ${KeyType}`;
  });
  return parts
    .sort((left, right) => Number(left.endsWith('RANGE')) - Number(right.endsWith('RANGE')))
    .join(', ');
}

/** The SDK marks what it threw after its attempts; what the service did not say came from the network. */
function isUnreachable(error: unknown): error is Error {
  return error instanceof Error && '$metadata' in error && !(error instanceof DynamoDBServiceException);
}

/**
 * Time to live: deletes items whose time is over, by the real clock. DynamoDB does so within a few days, and leaves what
 * is over for five years. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Schedule } from '../delivery/source';
import type { LineWriter } from '../functions/worker';
import type { TableDefinition } from '../template/deployment';

export interface ExpiryOptions {
  readonly client: DynamoDBClient;
  readonly tables: readonly TableDefinition[];
  readonly stderr: LineWriter;
  readonly schedule: Schedule;
}

const firstMilliseconds = 60_000;
const furtherMilliseconds = 3_600_000;
const fiveYearsSeconds = 5 * 365 * 24 * 3600;

/** Sweeps a minute after the start, and then once an hour. Returns how to stop. */
export function startExpiry({ client, tables, stderr, schedule }: ExpiryOptions): () => Promise<void> {
  let isClosed = false;
  let sweeping: Promise<void> | undefined;
  let cancel = () => {};

  async function sweep(): Promise<void> {
    for (const table of tables.filter(({ timeToLive }) => timeToLive !== undefined)) {
      for await (const key of findExpired(client, table)) {
        if (isClosed) return;
        await deleteExpired(client, table, key);
      }
    }
  }

  function sweepAfter(milliseconds: number): void {
    if (isClosed) return;
    cancel = schedule(milliseconds, () => {
      sweeping = sweep()
        .catch(({ message }: Error) => {
          if (!isClosed) stderr.write(`Expired items cannot be deleted: ${message}\n`);
        })
        .finally(() => sweepAfter(furtherMilliseconds));
    });
  }

  sweepAfter(firstMilliseconds);
  return async () => {
    isClosed = true;
    cancel();
    await sweeping;
    client.destroy();
  };
}

type Key = NonNullable<DeleteItemCommandInput['Key']>;

async function* findExpired(
  client: DynamoDBClient,
  { name, keySchema, timeToLive = '' }: TableDefinition,
): AsyncGenerator<Key> {
  const now = Math.floor(Date.now() / 1000);
  const keys = keySchema.map(({ AttributeName }) => AttributeName);
  const pages = paginateScan(
    { client },
    {
      TableName: name,
      FilterExpression: '#time BETWEEN :earliest AND :now',
      ProjectionExpression: keys.map((_, index) => `#key${index}`).join(),
      ExpressionAttributeNames: {
        '#time': timeToLive,
        ...Object.fromEntries(keys.map((key, index) => [`#key${index}`, key])),
      },
      ExpressionAttributeValues: {
        ':earliest': { N: String(now - fiveYearsSeconds) },
        ':now': { N: String(now) },
      },
    },
  );
  for await (const { Items = [] } of pages) yield* Items;
}

/** Unless its time was moved meanwhile. */
async function deleteExpired(
  client: DynamoDBClient,
  { name, timeToLive = '' }: TableDefinition,
  key: Key,
): Promise<void> {
  const deletion = new DeleteItemCommand({
    TableName: name,
    Key: key,
    ConditionExpression: '#time <= :now',
    ExpressionAttributeNames: { '#time': timeToLive },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
  });
  await client.send(deletion).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}

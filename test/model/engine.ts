/**
 * The embedded DynamoDB below its HTTP server: its store and its transactions, one call at a time. So the test can see
 * every item between two commands at next to no cost, and put faults of its own before it.
 */
import { DynamoDbError, refusal } from '../../local/dynamodb/errors';
import { itemWrites, writeItem } from '../../local/dynamodb/item-writes';
import { createJobQueue } from '../../local/dynamodb/job-queue';
import { elementsOf, membersOf, type Payload } from '../../local/dynamodb/payload';
import { openStore, type Store } from '../../local/dynamodb/store';
import { transactionsOn } from '../../local/dynamodb/transactions';

export const TABLES = {
  users: 'model-users',
  tokens: 'model-tokens',
  rateLimits: 'model-rate-limits',
} as const;

export interface Reply {
  readonly status: number;
  readonly body: Payload;
}

export type Item = Readonly<Record<string, string | number | boolean>>;

export interface Engine {
  execute(operation: string, payload: Payload): Promise<Reply>;
  user(pk: string): Promise<Item | undefined>;
  deleteUser(pk: string): Promise<void>;
  sessions(locator: string): Promise<readonly Item[]>;
  deleteSession(session: Item): Promise<void>;
  close(): Promise<void>;
}

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keyed = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });
const definitions: readonly Payload[] = [
  { TableName: TABLES.users, AttributeDefinitions: [text('pk')], KeySchema: [keyed('pk', 'HASH')] },
  {
    TableName: TABLES.tokens,
    AttributeDefinitions: [text('user'), text('session')],
    KeySchema: [keyed('user', 'HASH'), keyed('session', 'RANGE')],
  },
  {
    TableName: TABLES.rateLimits,
    AttributeDefinitions: [text('limitKey')],
    KeySchema: [keyed('limitKey', 'HASH')],
  },
];

export async function startEngine(): Promise<Engine> {
  const store = await openStore(undefined);
  const execute = executeOn(store);
  for (const definition of definitions)
    await accepted(execute('CreateTable', { BillingMode: 'PAY_PER_REQUEST', ...definition }));
  const read = (operation: string, payload: Payload) =>
    accepted(execute(operation, { ConsistentRead: true, ...payload }));
  const remove = (TableName: string, Key: Payload) => accepted(execute('DeleteItem', { TableName, Key }));
  return {
    execute,
    user: async (pk) => {
      const { Item } = await read('GetItem', { TableName: TABLES.users, Key: { pk: { S: pk } } });
      return Item === undefined ? undefined : plain(Item);
    },
    deleteUser: async (pk) => void (await remove(TABLES.users, { pk: { S: pk } })),
    sessions: async (locator) => {
      const { Items } = await read('Query', {
        TableName: TABLES.tokens,
        KeyConditionExpression: '#user = :user',
        ExpressionAttributeNames: { '#user': 'user' },
        ExpressionAttributeValues: { ':user': { S: locator } },
      });
      return elementsOf(Items).map(plain);
    },
    deleteSession: async ({ user, session }) =>
      void (await remove(TABLES.tokens, { user: { S: user }, session: { S: session } })),
    close: () => store.close(),
  };
}

function executeOn(store: Store): Engine['execute'] {
  const queue = createJobQueue();
  const startedAt = performance.now();
  const transactWriteItems = transactionsOn(store, () => performance.now() - startedAt);
  const run = (operation: string, payload: Payload) => {
    if (operation === 'TransactWriteItems') return transactWriteItems(payload);
    const call = store.prepare(operation, payload);
    if (!itemWrites.includes(operation)) return store.run(call);
    return writeItem(store, call, payload['ReturnValuesOnConditionCheckFailure']);
  };
  return async (operation, payload) => {
    try {
      return { status: 200, body: await queue.run(async () => run(operation, payload)) };
    } catch (error) {
      const failure = error instanceof DynamoDbError ? error : refusal('InternalServerError', String(error));
      return { status: failure.status, body: failure.body };
    }
  };
}

async function accepted(reply: Promise<Reply>): Promise<Payload> {
  const { status, body } = await reply;
  if (status !== 200) throw new Error(`The test's own call failed: ${JSON.stringify(body)}`);
  return body;
}

/** An item of texts, numbers and booleans without their types. */
const plain = (item: unknown): Item =>
  Object.fromEntries(
    Object.entries(membersOf(item)).map(([name, value]) => {
      const { S, N, BOOL } = membersOf(value);
      return [name, N === undefined ? ((S ?? BOOL) as string | boolean) : Number(N)];
    }),
  );

/** The engine with the tables of a run, every item of which the test can see between two commands. */
import { type JsonObject, readElements, readMembers } from '../../local/json';
import { openEngine, type Engine as PlainEngine, type Reply } from '../support/engine';

export const TABLES = {
  users: 'model-users',
  tokens: 'model-tokens',
  rateLimits: 'model-rate-limits',
  outbox: 'model-outbox',
} as const;

export type Item = Readonly<Record<string, string | number | boolean>>;

export interface Engine extends PlainEngine {
  user(pk: string): Promise<Item | undefined>;
  deleteUser(pk: string): Promise<void>;
  sessions(locator: string): Promise<readonly Item[]>;
  deleteSession(session: Item): Promise<void>;
}

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keyed = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });
const definitions: readonly JsonObject[] = [
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
  const { execute, close } = await openEngine();
  for (const definition of definitions)
    await accepted(execute('CreateTable', { BillingMode: 'PAY_PER_REQUEST', ...definition }));
  const read = (operation: string, payload: JsonObject) =>
    accepted(execute(operation, { ConsistentRead: true, ...payload }));
  const remove = (TableName: string, Key: JsonObject) => accepted(execute('DeleteItem', { TableName, Key }));
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
      return readElements(Items).map(plain);
    },
    deleteSession: async ({ user, session }) =>
      void (await remove(TABLES.tokens, { user: { S: user }, session: { S: session } })),
    close,
  };
}

async function accepted(reply: Promise<Reply>): Promise<JsonObject> {
  const { status, body } = await reply;
  if (status !== 200) throw new Error(`The test's own call failed: ${JSON.stringify(body)}`);
  return body;
}

/** An item of texts, numbers and booleans without their types. */
const plain = (item: unknown): Item =>
  Object.fromEntries(
    Object.entries(readMembers(item)).map(([name, value]) => {
      const { S, N, BOOL } = readMembers(value);
      return [name, N === undefined ? ((S ?? BOOL) as string | boolean) : Number(N)];
    }),
  );

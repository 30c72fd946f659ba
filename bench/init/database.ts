/**
 * In place of DynamoDB, over HTTP: answers every call at once, just enough for each function to succeed. It keeps nothing and knows one
 * user with one session, which the example token opens.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { hashSync } from 'bcryptjs';
import { sessionOf } from '../../functions/shared/domain/session';
import { parseUnverifiedToken } from '../../functions/shared/domain/token';
import { sessionKey, userKey } from '../../functions/shared/store/schema';
import { exampleToken } from '../../tools/sam/example-events';
import { bcryptCost, examplePassword, exampleSessionId, lifetimes, tables } from './environments';

interface Call {
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
}

export interface Database {
  readonly url: string;
  close(): void;
}

export async function startDatabase(): Promise<Database> {
  const answers = answersOf(storedItems());
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const answer = answers[operation]?.((await json(request)) as Call);
    response.writeHead(answer ? 200 : 400, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer ?? { __type: 'UnknownOperationException' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Any key of a table leads to its one item. */
function answersOf(items: Readonly<Record<string, object>>): Record<string, (call: Call) => object> {
  const itemOf = ({ TableName = '' }: Call) => items[TableName];
  return {
    BatchGetItem: ({ RequestItems = {} }) => ({
      Responses: Object.fromEntries(Object.keys(RequestItems).map((table) => [table, [items[table]]])),
      UnprocessedKeys: {},
    }),
    GetItem: (call) => ({ Item: itemOf(call) }),
    Query: (call) => ({ Items: [itemOf(call)], Count: 1, ScannedCount: 1 }),
    UpdateItem: (call) => ({ Attributes: itemOf(call) }),
    PutItem: () => ({}),
    DeleteItem: () => ({}),
    TransactWriteItems: () => ({}),
  };
}

function storedItems(): Readonly<Record<string, object>> {
  const token = parseUnverifiedToken(exampleToken);
  if (!token) throw new Error('The example token is none.');
  const { locator } = token;
  const holder = { userId: 1, sessionGeneration: 0, device: 'bench', nowMs: Date.now(), lifetimes };
  const session = { ...sessionKey(token), ...sessionOf(token, holder), id: exampleSessionId };
  const user = {
    ...userKey(locator),
    ...{ id: 1, username: 'newuser', role: 'CLERK', isActive: true, sessionGeneration: 0 },
    ...{ locator, lastId: 1, passwordHash: hashSync(examplePassword, bcryptCost) },
  };
  return {
    [tables.users]: asStored(user),
    [tables.tokens]: asStored(session),
    [tables.rateLimits]: asStored({ attempts: 1, lastAttemptAtMs: 0 }),
  };
}

const asStored = (item: object): object =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (typeof value === 'number') return [name, { N: String(value) }];
      return [name, typeof value === 'boolean' ? { BOOL: value } : { S: value }];
    }),
  );

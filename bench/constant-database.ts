/**
 * In place of DynamoDB, at the other end of the socket: every operation on items has one answer, the one that lets a request succeed, at once
 * and whatever was written before. So nothing but the caller's own work is in its CPU time.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { examplePrincipal, exampleToken } from '../cli/sam-events';
import { sessionOf } from '../functions/shared/domain/session';
import { issueToken, parseUnverifiedToken } from '../functions/shared/domain/token';

export interface ConstantDatabase {
  readonly endpoint: string;
  /** The hash of every user's password, from now on. */
  keepHash(passwordHash: string): void;
  /** How many calls were answered since the last time this was asked. */
  takeCount(): number;
  close(): void;
}

type Item = Readonly<Record<string, string | number | boolean>>;

/** What of a request says which item is meant, or table. */
interface Payload {
  readonly TableName?: string;
  readonly Key?: Readonly<Record<string, { readonly S: string }>>;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly object[] }>>;
}

/** On 127.0.0.1, at a port that is free. */
export async function startConstantDatabase(): Promise<ConstantDatabase> {
  let count = 0;
  let passwordHash = '';
  const tables = new Map<string, Payload>();
  const server = createServer(async (request, response) => {
    count += 1;
    await answer(request, response, { tables, ...itemsWith(passwordHash) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keepHash: (hash) => {
      passwordHash = hash;
    },
    takeCount: () => {
      const taken = count;
      count = 0;
      return taken;
    },
    close: () => server.close(),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, content: Content): Promise<void> {
  const payload: Payload = JSON.parse(await text(request));
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const result = answerTo(operation, payload, content);
  const body = JSON.stringify(result);
  response.writeHead('__type' in result ? 400 : 200, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID(),
    'x-amz-crc32': '0',
  });
  response.end(body);
}

const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIMES = { tokenLifetimeSeconds: 7 * 86_400, sessionLifetimeSeconds: 90 * 86_400 };
const holder = { userId: examplePrincipal.userId, sessionGeneration: 0, device: 'curl/8.5.0' };
const token = parseUnverifiedToken(exampleToken) ?? issueToken('', '');

/** A session that began so many days ago; of the example's token if none is given. */
function storedSession(days: number, of = token): Item {
  const session = sessionOf(of, { ...holder, nowMs: Date.now() - days * DAY_MS, lifetimes: LIFETIMES });
  return { user: of.locator, session: of.session, ...session };
}

type Items = ReturnType<typeof itemsWith>;

/** The tables are those that were created, as they were asked for. */
type Content = Items & { readonly tables: Map<string, Payload> };

function itemsWith(passwordHash: string) {
  const own = { ...storedSession(1), id: examplePrincipal.sessionId };
  const others = ['ab12', '90ef'].map((session) => storedSession(2, issueToken(token.locator, session)));
  const { userId: id, role } = examplePrincipal;
  const owner = { pk: `USER#${token.locator}`, id, role, isActive: true, sessionGeneration: 0 };
  const rest = { username: 'newuser', email: 'newuser@example.com', createdAt: 1795363200 };
  return {
    own,
    sessions: [own, ...others],
    owner,
    user: { ...owner, ...rest, passwordHash },
    marker: { pk: 'USERNAME#newuser', locator: token.locator },
    limit: { attempts: 1, lastAttemptAtMs: Date.now(), attemptId: randomUUID(), expiresAt: 4102444800 },
  };
}

function answerTo(operation: string, payload: Payload, { tables, ...items }: Content): object {
  const { TableName = '', Key = {}, RequestItems = {} } = payload;
  switch (operation) {
    case 'CreateTable':
      tables.set(TableName, payload);
      return { TableDescription: payload };
    case 'DescribeTable':
      return tables.has(TableName)
        ? { Table: { ...tables.get(TableName), TableStatus: 'ACTIVE' } }
        : NOT_FOUND;
    case 'BatchGetItem': {
      const found = Object.entries(RequestItems).map(
        ([
          table,
          {
            Keys: [key = {}],
          },
        ]) => [table, [attributesOf('pk' in key ? items.owner : items.own)]],
      );
      return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
    }
    case 'GetItem':
      return { Item: attributesOf(itemAt(Key['pk']?.S, items)) };
    case 'Query':
      return { Items: items.sessions.map(attributesOf), Count: 3, ScannedCount: 3 };
    case 'UpdateItem':
      return updated(Key, items);
    default:
      return {};
  }
}

const NOT_FOUND = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' };

function updated(key: object, { limit }: Items): object {
  if ('limitKey' in key) return { Attributes: attributesOf(limit) };
  return 'pk' in key ? { Attributes: attributesOf({ lastId: 1 }) } : {};
}

function itemAt(pk: string | undefined, { own, user, marker }: Items): Item {
  if (pk === undefined) return own;
  return pk.startsWith('USERNAME#') ? marker : user;
}

const TYPES = { string: 'S', number: 'N', boolean: 'BOOL' } as const;

const attributesOf = (item: Item): object =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      const type = TYPES[typeof value as keyof typeof TYPES];
      return [name, { [type]: type === 'N' ? String(value) : value }];
    }),
  );

/**
 * `npm run bench -- growth`: what requests of one user cost while dead sessions of that user and other users are stored: items read, capacity
 * units, and milliseconds with the embedded database.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { table } from '../cli/table';
import { startDynamoDb } from '../local/dynamodb/engine';
import { administratorKey } from '../local/template/tables';
import { type Backend, readRounds, withBackend } from './backend';

/** Dead sessions of the user, with few other users; then other users, with one dead session. */
const DEAD_SESSIONS = [1, 20, 10_000];
const OTHER_USERS = [10, 1000, 100_000];

const account = { username: 'growing', email: 'growing@example.com', password: 'password123' };

/** In the order of a session's life: each begins where the one before ended. */
const requests = {
  login: ['/api/api-token-auth/', account],
  'GET dashboard': ['/api/dashboard/', undefined],
  'GET sessions': ['/api/sessions/', undefined],
  refresh: ['/api/refresh-token/', {}],
  logout: ['/api/logout/', {}],
} as const;

interface Cost {
  items: number;
  readUnits: number;
  writeUnits: number;
}

/** @returns the table. */
export async function growth(args: readonly string[]): Promise<string> {
  const options = { rounds: { type: 'string', default: '9' } } as const;
  const rounds = readRounds(parseArgs({ args: [...args], options }).values.rounds, [1, 100]);
  const engine = await startDynamoDb({});
  const meter = await startMeter(engine.endpoint);
  try {
    return await withBackend(
      ['rateLimits=off'],
      (backend) => measureAll(backend, { endpoint: engine.endpoint, meter }, rounds),
      { dynamoDbEndpoint: meter.endpoint },
    );
  } finally {
    meter.close();
    await engine.close();
  }
}

async function measureAll(
  backend: Backend,
  { endpoint, meter }: { readonly endpoint: string; readonly meter: Meter },
  rounds: number,
): Promise<string> {
  const database = await openDatabase(endpoint, backend);
  const { token } = (await backend.call('/api/signup/', { body: account })).body;
  await database.addUsers(OTHER_USERS[0] as number);
  const rows: string[][] = [];
  for (const dead of DEAD_SESSIONS) {
    await database.addDeadSessions(token, dead);
    rows.push([`${dead} dead sessions`, ...(await measure(dead))]);
  }
  await database.removeDeadSessions(token);
  for (const users of OTHER_USERS) {
    await database.addUsers(users);
    rows.push([`${users} other users`, ...(await measure(1))]);
  }
  return table([['items read · read units · write units · ms', ...Object.keys(requests)], ...rows]);

  /** Medians of some rounds. A login deletes dead sessions: they are stored again before each. */
  async function measure(dead: number): Promise<string[]> {
    const samples = new Map(Object.keys(requests).map((name) => [name, [] as (Cost & { ms: number })[]]));
    for (let round = -1; round < rounds; round += 1) {
      await database.addDeadSessions(token, Math.min(dead, 200));
      let current = '';
      for (const [name, [path, body]] of Object.entries(requests)) {
        meter.reset();
        const startedAt = performance.now();
        const reply = await backend.call(path, { ...(body && { body }), token: current });
        const ms = performance.now() - startedAt;
        if (reply.status !== 200) throw new Error(`${name} was answered ${reply.status}.`);
        current = reply.body.token ?? current;
        if (round >= 0) samples.get(name)?.push({ ...meter.cost(), ms });
      }
    }
    return [...samples.values()].map((all) =>
      [
        median(all.map(({ items }) => items)),
        median(all.map(({ readUnits }) => readUnits)),
        median(all.map(({ writeUnits }) => writeUnits)),
        median(all.map(({ ms }) => ms)).toFixed(0),
      ].join(' · '),
    );
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Stores what a bench needs, past the meter. */
async function openDatabase(endpoint: string, { tables }: Backend) {
  const credentials = { accessKeyId: administratorKey, secretAccessKey: administratorKey };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }),
  );
  const tableNamed = (name: string) =>
    Object.values(tables).find((each) => each.startsWith(`Tables${name}`)) ?? '';
  const [users, tokens] = [tableNamed('Users'), tableNamed('Tokens')];
  async function write(TableName: string, requests: readonly object[]): Promise<void> {
    for (let from = 0; from < requests.length; from += 25)
      await client.send(
        new BatchWriteCommand({ RequestItems: { [TableName]: requests.slice(from, from + 25) as never } }),
      );
  }
  const sessionKeys = (token: string, count: number) =>
    Array.from({ length: count }, (_, number) => ({
      user: token.slice(0, 10),
      session: number.toString(16).padStart(4, '0'),
    }));
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
  return {
    addUsers: (count: number) =>
      write(
        users,
        Array.from({ length: count }, (_, number) => ({
          PutRequest: {
            Item: {
              pk: `USER#${hex(number, 10)}`,
              id: 1000 + number,
              username: `user-${number}`,
              email: `user-${number}@example.com`,
              role: 'CLERK',
              isActive: true,
              sessionGeneration: 0,
              passwordHash: 'x'.repeat(75),
            },
          },
        })),
      ),
    /** Of an earlier generation, as after `logoutall`, in place of what was there. */
    addDeadSessions: (token: string, count: number) =>
      write(
        tokens,
        sessionKeys(token, count).map((key) => ({
          PutRequest: {
            Item: {
              ...key,
              id: hex(Number.parseInt(key.session, 16), 16),
              userId: 1,
              sessionGeneration: -1,
              tokenDigest: 'd'.repeat(64),
              successorSalt: 's'.repeat(32),
              refreshCount: 0,
              createdAtMs: Date.now(),
              refreshedAt: Math.floor(Date.now() / 1000),
              expiresAt: 4_102_444_800,
              sessionExpiresAt: 4_102_444_800,
              device: 'okhttp/4.9.2 on a telephone',
            },
          },
        })),
      ),
    removeDeadSessions: (token: string) =>
      write(
        tokens,
        sessionKeys(token, Math.max(...DEAD_SESSIONS)).map((Key) => ({ DeleteRequest: { Key } })),
      ),
  };
}

interface Meter {
  readonly endpoint: string;
  reset(): void;
  readonly cost: () => Cost;
  close(): void;
}

/** A proxy that asks the database for the units of each call. */
async function startMeter(database: string): Promise<Meter> {
  let cost: Cost = { items: 0, readUnits: 0, writeUnits: 0 };
  const server = createServer(async (request, response) => {
    const { 'x-amz-target': target = '', authorization = '' } = request.headers;
    const payload = JSON.parse((await buffer(request)).toString());
    const isMetered = /Item|Query|Scan/.test(String(target));
    const answer = await fetch(database, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': String(target),
        Authorization: authorization,
        'X-Amz-Date': String(request.headers['x-amz-date']),
      },
      body: JSON.stringify(isMetered ? { ...payload, ReturnConsumedCapacity: 'TOTAL' } : payload),
    });
    const text = await answer.text();
    if (isMetered) add(String(target), JSON.parse(text));
    response.statusCode = answer.status;
    response.end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  function add(target: string, { ConsumedCapacity = [], ScannedCount, Item, Responses = {} }: Answer): void {
    const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    const read = Object.values(Responses).reduce((sum, { length }) => sum + length, Item ? 1 : 0);
    cost.items += ScannedCount ?? read;
    if (/Get|Query|Scan/.test(target)) cost.readUnits += units;
    else cost.writeUnits += units;
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reset: () => {
      cost = { items: 0, readUnits: 0, writeUnits: 0 };
    },
    cost: () => cost,
    close: () => server.close().closeAllConnections(),
  };
}

interface Capacity {
  readonly CapacityUnits: number;
}

/** What matters of an answer of the database. */
interface Answer {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
  readonly ScannedCount?: number;
  readonly Item?: object;
  readonly Responses?: Readonly<Record<string, readonly object[]>>;
}

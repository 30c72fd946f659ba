/**
 * `npm run bench -- enumeration`: times logins of an unknown user, with a wrong password, and of a deactivated user, over HTTP. Each round
 * makes one of each, in random order, one at a time.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { table } from '../cli/table';
import { administratorKey } from '../local/template/tables';
import { type Backend, readRounds, withBackend } from './backend';

const password = 'password123';
const WARM_UP_ROUNDS = 20;
const kinds = ['unknown user', 'wrong password', 'deactivated user'] as const;
type Times = Readonly<Record<(typeof kinds)[number], number[]>>;

/** @returns the table. */
export async function enumeration(args: readonly string[]): Promise<string> {
  const options = { rounds: { type: 'string', default: '300' } } as const;
  const rounds = readRounds(parseArgs({ args: [...args], options }).values.rounds, [10, 10_000]);
  return report(await withBackend(['rateLimits=off'], (backend) => measure(backend, rounds)));
}

async function measure(backend: Backend, rounds: number): Promise<Times> {
  const active = await signup(backend);
  const deactivated = await signup(backend);
  await deactivate(backend, deactivated.token.slice(0, 10));
  const attempts = {
    'unknown user': () => ({ username: randomUUID(), password }),
    'wrong password': () => ({ username: active.username, password: randomUUID() }),
    'deactivated user': () => ({ username: deactivated.username, password }),
  };
  const times: Times = { 'unknown user': [], 'wrong password': [], 'deactivated user': [] };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const rest = [...kinds];
    for (const kind of kinds.flatMap(() => rest.splice(randomInt(rest.length), 1))) {
      const startedAt = performance.now();
      const { status } = await backend.call('/api/api-token-auth/', { body: attempts[kind]() });
      const took = performance.now() - startedAt;
      if (status !== 400) throw new Error(`A login that must fail was answered ${status}.`);
      if (round >= 0) times[kind].push(took);
    }
  }
  return times;
}

async function signup({ call }: Backend): Promise<{ readonly username: string; readonly token: string }> {
  const username = randomUUID();
  const { body } = await call('/api/signup/', {
    body: { username, email: `${username}@example.com`, password },
  });
  return { username, token: body.token };
}

/** Deactivates a user as an operator does. */
async function deactivate({ dynamoDbEndpoint, tables }: Backend, locator: string): Promise<void> {
  const credentials = { accessKeyId: administratorKey, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamoDbEndpoint, region: 'us-east-1', credentials });
  await client.send(
    new UpdateItemCommand({
      TableName: Object.values(tables).find((name) => name.startsWith('TablesUsers')),
      Key: { pk: { S: `USER#${locator}` } },
      UpdateExpression: 'SET isActive = :no',
      ExpressionAttributeValues: { ':no': { BOOL: false } },
    }),
  );
  client.destroy();
}

/**
 * The probability that a time of `some` is longer than one of `others`, where ties count half: 0.5 if the times reveal nothing, 0 or 1 if a
 * single request reveals everything (Mann-Whitney statistic / number of pairs).
 */
export function separation(some: readonly number[], others: readonly number[]): number {
  let longer = 0;
  for (const one of some) for (const other of others) longer += one > other ? 1 : one === other ? 0.5 : 0;
  return longer / (some.length * others.length);
}

function report(times: Times): string {
  const rows = kinds.map((kind) => {
    const sorted = [...times[kind]].sort((one, other) => one - other);
    const quantiles = [0.05, 0.5, 0.95].map((part) =>
      sorted[Math.ceil(part * sorted.length) - 1]?.toFixed(1),
    );
    return [kind, ...quantiles.map(String), separation(times[kind], times['unknown user']).toFixed(3)];
  });
  return [
    table([['failed login, ms', 'p5', 'p50', 'p95', 'longer than unknown'], ...rows]),
    `${times['unknown user'].length} logins of each. 0.500: one request tells nothing; 0.000 or 1.000: it tells for sure.`,
  ].join('\n\n');
}

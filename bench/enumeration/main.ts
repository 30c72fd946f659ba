/**
 * `npm run bench:enumeration -- --rounds 300`: how long a login takes that fails because the user is unknown, the password is wrong, or the user
 * is deactivated. One of each in turn, in an order drawn anew each round, one at a time, on a backend of its own.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { userKey } from '../../functions/shared/store/schema';
import { type RunningApi, runTemplate } from '../../local/run';
import { synthesise } from '../../local/synthesise';
import { administratorKey } from '../../local/template/tables';
import { bars, quantile, separation } from './distributions';

const PASSWORD = 'password123';
const WARM_UP_ROUNDS = 20;
const kinds = ['unknown user', 'wrong password', 'deactivated user'] as const;
type Kind = (typeof kinds)[number];

async function main(): Promise<void> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '300' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 10 || rounds > 10_000)
    throw new Error('--rounds takes a whole number from 10 to 10000.');
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-bench-'));
  try {
    await synthesise(folder, ['rateLimits=off']);
    const quiet = { write: () => true };
    const api = await runTemplate({ assembly: folder, port: 0, output: { stdout: quiet, stderr: quiet } });
    report(await measure(api, rounds).finally(() => api.close()));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Times = Readonly<Record<Kind, number[]>>;

async function measure(api: RunningApi, rounds: number): Promise<Times> {
  const active = await signup(api);
  const deactivated = await signup(api);
  await deactivate(api, deactivated.token.slice(0, 10));
  const attempts: Readonly<Record<Kind, () => [username: string, password: string]>> = {
    'unknown user': () => [randomUUID(), PASSWORD],
    'wrong password': () => [active.username, randomUUID()],
    'deactivated user': () => [deactivated.username, PASSWORD],
  };
  const times: Times = { 'unknown user': [], 'wrong password': [], 'deactivated user': [] };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const kind of shuffled(kinds)) {
      const [username, password] = attempts[kind]();
      const startedAt = performance.now();
      const { status } = await post(api, '/api/api-token-auth/', { username, password });
      const took = performance.now() - startedAt;
      if (status !== 400) throw new Error(`A login that must fail was answered ${status}.`);
      if (round >= 0) times[kind].push(took);
    }
  }
  return times;
}

async function post({ url }: RunningApi, path: string, body: object) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

async function signup(api: RunningApi): Promise<{ readonly username: string; readonly token: string }> {
  const username = randomUUID();
  const body = { username, email: `${username}@example.com`, password: PASSWORD };
  const { text } = await post(api, '/api/signup/', body);
  return { username, token: JSON.parse(text).token };
}

/** As an operator does it. */
async function deactivate({ dynamoDbEndpoint, tables }: RunningApi, locator: string): Promise<void> {
  const credentials = { accessKeyId: administratorKey, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamoDbEndpoint, region: 'us-east-1', credentials });
  const usersTable = Object.keys(tables).find((id) => id.startsWith('TablesUsers'));
  await DynamoDBDocumentClient.from(client).send(
    new UpdateCommand({
      TableName: usersTable,
      Key: userKey(locator),
      UpdateExpression: 'SET isActive = :no',
      ExpressionAttributeValues: { ':no': false },
    }),
  );
  client.destroy();
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(randomInt(rest.length), 1));
}

function report(times: Times): void {
  const all = Object.values(times).flat();
  const scale = { from: quantile(all, 0), to: quantile(all, 0.99), columns: 40 };
  const ms = (time: number): string => time.toFixed(1).padStart(8);
  console.log(
    `${times['unknown user'].length} logins of each kind that fail, milliseconds over HTTP, one at a time\n`,
  );
  console.log(
    `${''.padEnd(17)}      p5     p50     p95  ${ms(scale.from).trim()} to ${ms(scale.to).trim()} ms`,
  );
  for (const kind of kinds) {
    const quantiles = [0.05, 0.5, 0.95].map((part) => ms(quantile(times[kind], part))).join('');
    console.log(`${kind.padEnd(17)}${quantiles}  ${bars(times[kind], scale)}`);
  }
  console.log('\nSeparation (0.500: one request tells nothing; 1.000 or 0.000: it tells for sure)');
  for (const kind of kinds.slice(1))
    console.log(
      `  ${kind} longer than unknown user: ${separation(times[kind], times['unknown user']).toFixed(3)}`,
    );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

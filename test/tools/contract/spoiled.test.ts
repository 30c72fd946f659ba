/** Every row can fail: whatever is wrong with any one answer to it. */
import { type Connection, connect, type Reply } from '../../../bench/load/connection';
import { routeList } from '../../../functions/routes';
import type { Row } from '../../../tools/contract/row';
import { rows } from '../../../tools/contract/rows';
import { startApi, type TestApi } from '../../support/api';
import { playAgainst, type Recording, record, spoilings } from './recording';

let api: TestApi;
let connection: Connection;
beforeAll(async () => {
  const unlimited = { loginsPerAddress: 100_000, signupsPerAddress: 100_000, hashesPerSecond: 10_000 };
  // The account's own wait stays; a second is over soon on a busy machine.
  api = await startApi({ settings: { rateLimits: 'on', ...unlimited, loginWait: '1m' } });
  connection = connect(new URL(`${api.url}/`));
});
afterAll(async () => {
  connection.close();
  await api.close();
});

const aboutCors = (row: Row) => row.title.includes('corsOrigins');
const cases = rows.map((row) => [`${row.section}: ${row.title}`, row] as const);

/** What the gateway answers to preflight requests where `corsOrigins` is set; test/api/cors.test.ts has it from the gateway itself. */
const preflights = routeList.map(
  ({ method }): Reply => ({
    status: 204,
    text: '',
    body: undefined,
    headers: {
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': `OPTIONS,${method}`,
      'access-control-allow-headers': 'Authorization,Content-Type',
    },
  }),
);

const recordingOf = async (row: Row): Promise<Recording> =>
  aboutCors(row)
    ? { outcome: { kind: 'held' }, replies: preflights, prefix: 'contract-x' }
    : record(row, connection);

it.each(cases)('%s: fails when one answer is spoiled', async (_, row) => {
  const { outcome, replies, prefix } = await recordingOf(row);
  const options = { prefix, hasCors: aboutCors(row) };
  expect(outcome).toEqual({ kind: 'held' });
  expect(await playAgainst(row, (at) => replies[at], options)).toEqual({ kind: 'held' });
  const unnoticed: string[] = [];
  for (const [name, spoil] of Object.entries(spoilings))
    for (const [spoiledAt, reply] of replies.entries()) {
      const spoiled = spoil(reply);
      if (!spoiled) continue;
      const { kind } = await playAgainst(row, (at) => (at === spoiledAt ? spoiled : replies[at]), options);
      if (kind !== 'differs') unnoticed.push(`${name} at answer ${spoiledAt + 1}: ${kind}`);
    }
  expect(unnoticed).toEqual([]);
});

it.each(cases)('%s: fails at a server that answers everything by 200 {}', async (_, row) => {
  const everything = { status: 200, text: '{}', body: {}, headers: { 'content-type': 'application/json' } };
  const outcome = await playAgainst(row, () => everything, { hasCors: aboutCors(row) });
  expect(outcome.kind).toBe('differs');
});

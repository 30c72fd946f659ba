/**
 * Every row of the contract suite (`npm run contract`), against a backend with its default limits, which the suite has to live with.
 * After them, what only this backend can show: its settings are known, and it has no users but ours.
 */
import { type Connection, connect } from '../../bench/load/connection';
import { endAllSessions } from '../../tools/contract/clean-up';
import { Client } from '../../tools/contract/client';
import { judge } from '../../tools/contract/judge';
import { Ledger } from '../../tools/contract/ledger';
import { reach } from '../../tools/contract/reach';
import { rows } from '../../tools/contract/rows';
import { Secrets } from '../../tools/contract/secrets';
import { newName, startApi, type TestApi } from '../support/api';

let api: TestApi;
let connection: Connection;
let client: Client;
const ledger = new Ledger();
beforeAll(async () => {
  api = await startApi({ settings: { rateLimits: 'on' } });
  connection = connect(new URL(`${api.url}/`));
  client = new Client({
    connect: () => connect(new URL(`${api.url}/`)),
    ledger,
    secrets: new Secrets(),
    hasCors: false,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
});
afterAll(async () => {
  client.close();
  connection.close();
  await api.close();
});

it('is recognised as what it is', async () => {
  expect(await reach(connection, new URL(`${api.url}/`))).toEqual({ target: 'local', hasCors: false });
});

// The row about corsOrigins is played in test/api/cors.test.ts.
it.each(
  rows
    .filter(({ title }) => !title.includes('corsOrigins'))
    .map((row) => [row.section, row.title, row] as const),
)('%s: %s', async (_section, _title, row) => {
  expect(await judge(row, client, 'local')).toEqual({ kind: 'held' });
});

it('two runs in ten minutes fit into the limits of an address, and no session is left', async () => {
  const attempts = (event: string) => api.logged({ event }, 0);
  const signups = [...(await attempts('signup_succeeded')), ...(await attempts('signup_failed'))];
  const logins = [...(await attempts('login_succeeded')), ...(await attempts('login_failed'))];
  expect(signups.length).toBeLessThanOrEqual(10);
  expect(logins.length).toBeLessThanOrEqual(50);
  expect(await endAllSessions(connection, ledger)).toBe(0);
  for (const [token] of ledger.tokens())
    expect((await api.call('GET', '/api/dashboard/', { token: token! })).status).toBe(401);
  expect(api.log()).not.toContain('"kind":"failure"');
});

describe('with the default settings', () => {
  const account = () => {
    const username = newName();
    return { username, email: `${username}@example.com`, password: 'password123' };
  };

  it('Token-Expires-In is a week, to the second', async () => {
    const body = account();
    const signup = await api.call('POST', '/api/signup/', { body });
    const login = await api.call('POST', '/api/api-token-auth/', { body });
    const refresh = await api.call('POST', '/api/refresh-token/', { token: login.body.token });
    const dashboard = await api.call('GET', '/api/dashboard/', { token: refresh.body.token });
    const head = await api.call('HEAD', '/api/dashboard/', { token: refresh.body.token });
    for (const reply of [signup, login, refresh, dashboard, head]) {
      expect(Number(reply.headers.get('Token-Expires-In'))).toBeGreaterThan(604_700);
      expect(Number(reply.headers.get('Token-Expires-In'))).toBeLessThanOrEqual(604_800);
    }
    expect(dashboard.headers.get('Cache-Control')).toBe('no-store');
  });

  it('a password of eight characters is long enough, and who names no role is a CLERK', async () => {
    const short = await api.call('POST', '/api/signup/', { body: { ...account(), password: 'x7-Kq2w' } });
    expect(short.body).toEqual({
      password: ['This password is too short. It must contain at least 8 characters.'],
    });
    const enough = await api.call('POST', '/api/signup/', { body: { ...account(), password: 'x7-Kq2w!' } });
    expect([enough.status, enough.body.user.role]).toEqual([201, 'CLERK']);
  });
});

/** The whole backend, with the time-outs of its functions, over a database that is not there: 503, and nobody is logged out. */
import { listRoutes } from '../../functions/endpoints';
import { newName, type TestApi } from '../support/api';
import { type FaultyApi, type FaultyDatabase, startFaultyApi } from '../support/faulty-database';

let backend: FaultyApi;
let database: FaultyDatabase;
let api: TestApi;

beforeAll(async () => {
  backend = await startFaultyApi();
  ({ api, database } = backend);
});
beforeEach(() => database.decide(() => 'pass'));
afterAll(async () => {
  await backend.close();
});

/** Every route, once. */
function requestsOf(token: string) {
  const username = newName();
  const body = {
    username,
    email: `${username}@example.com`,
    password: 'password123',
    current_password: 'password123',
    new_password: 'another-word-1',
    new_username: newName(),
    uid: 'AAAAAAA',
    token: '0'.repeat(32),
  };
  return listRoutes().map(
    ({ methods: [method], path, access }) =>
      () =>
        api.call(
          method,
          `${path}/`,
          access === 'public' ? { body } : { token, ...(method !== 'GET' && { body }) },
        ),
  );
}

/** At the same time. */
const callAll = (token: string) => Promise.all(requestsOf(token).map((call) => call()));

async function expectUnavailable(token: string): Promise<void> {
  for (const { status, body, headers } of await callAll(token)) {
    expect([status, body]).toEqual([503, { detail: 'Service temporarily unavailable.' }]);
    expect(headers.get('Retry-After')).toBe('1');
    expect(headers.get('WWW-Authenticate')).toBeNull();
  }
}

it('every route answers 503 while the database says nothing, and the user is still signed in afterwards', async () => {
  const { token } = await api.signup();
  database.decide(() => 'silence');
  await expectUnavailable(token);
  database.decide(() => 'pass');
  expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(200);
});

it('transactions hold items of one user alone, never a counter that the requests of others write', async () => {
  const held: string[] = [];
  database.decide(({ payload }) => {
    for (const write of payload['TransactItems'] ?? []) {
      const [{ TableName, Key, Item }] = Object.values<any>(write) as [any];
      const [table] = /Tables[A-Z][a-z]+/.exec(TableName)!;
      held.push(`${table} ${(Key ?? Item).pk?.S ?? ''}`.split('#')[0]!);
    }
    return 'pass';
  });
  const { token } = await api.signup();
  await api.call('POST', '/api/logoutall/?keep=current', { token });
  // One after the other, so that no call runs out of its time on a busy machine.
  for (const call of requestsOf(token)) expect((await call()).status).not.toBe(503);
  await api.call('DELETE', '/api/auth/users/me/', {
    token: (await api.signup()).token,
    body: { current_password: 'password123' },
  });
  expect(new Set(held)).toEqual(
    new Set([
      ...['USERNAME', 'EMAIL', 'ID', 'IMPORT', 'USER'].map((kind) => `TablesUsers ${kind}`),
      'TablesTokens ',
      'TablesOutbox DELETED',
      'TablesOutbox CHALLENGE',
    ]),
  );
});

/** Sentences about changing and leaving an account. */
import { listRoutes } from '../../functions/endpoints';
import { accountDigest } from '../../functions/shared/domain/attempts';
import { accountLimitKey, laneLimitKey, networkAttribute } from '../../functions/shared/store/schema';
import { newName, type TestApi } from '../support/api';
import { type FaultyApi, type FaultyDatabase, startFaultyApi } from '../support/faulty-database';
import { itemsOf, type StoredItems } from '../support/stored-items';

let backend: FaultyApi;
let api: TestApi;
let database: FaultyDatabase;
let stored: StoredItems;

beforeAll(async () => {
  backend = await startFaultyApi({
    settings: { rateLimits: 'on', loginsPerAddress: 1000, signupsPerAddress: 1000 },
  });
  ({ api, database } = backend);
  stored = itemsOf(api);
});
afterEach(() => database.decide(() => 'pass'));
afterAll(async () => {
  stored.close();
  await backend.close();
});

const PASSWORD = 'password123';
const ME = '/api/auth/users/me/';
const login = (username: string, password = PASSWORD) =>
  api.call('POST', '/api/api-token-auth/', { body: { username, password } });
const leave = (token: string) => api.call('DELETE', ME, { token, body: { current_password: PASSWORD } });
const rename = (token: string, new_username: string) =>
  api.call('POST', '/api/auth/users/set_username/', {
    token,
    body: { current_password: PASSWORD, new_username },
  });
const TABLES = ['users', 'tokens', 'rateLimits', 'outbox'] as const;
const everything = async () => JSON.stringify(await Promise.all(TABLES.map((table) => stored.all(table))));

/** Secrets, what is made of them, and where things are. */
const HIDDEN = ['pk', 'passwordHash', 'user', 'session', 'tokenDigest', 'successorSalt'];
/** What only the program can use. */
const INTERNAL = ['sessionGeneration', 'passwordVersion', 'refreshCount', 'userId', 'sessionExpiresAt'];

function valuesOf(item: Record<string, any>) {
  const time = (name: string, value: number) =>
    new Date(name.endsWith('Ms') ? Math.floor(value / 1000) * 1000 : value * 1000);
  const members = Object.entries(item).filter(([name]) => !INTERNAL.includes(name));
  return {
    secrets: members
      .filter(([name]) => HIDDEN.includes(name))
      .map(([, value]) => String(value).replace(/^USER#/, '')),
    values: members
      .filter(([name]) => !HIDDEN.includes(name))
      .map(([name, value]) =>
        /At(Ms)?$/.test(name) ? time(name, value).toISOString().replace('.000Z', 'Z') : String(value),
      ),
  };
}

describe('accounts', () => {
  it('28. Change requires the current password.', async () => {
    const asking = listRoutes().filter(({ access, passwordHashes }) => access !== 'public' && passwordHashes);
    expect(asking.map(({ name }) => name)).toEqual([
      'set-password',
      'set-username',
      'update-me',
      'delete-me',
    ]);
    for (const { methods, path } of asking)
      for (const method of methods) {
        const { token, username } = await api.signup();
        const body = {
          new_password: 'another-word-1',
          re_new_password: 'another-word-1',
          new_username: `${username}-new`,
          email: 'new@example.com',
        };
        const before = await stored.all('users');
        const without = await api.call(method, `${path}/`, { token, body });
        expect([without.status, without.body]).toEqual([
          400,
          { current_password: ['This field is required.'] },
        ]);
        const wrong = { ...body, current_password: 'Password123' };
        const reply = await api.call(method, `${path}/`, { token, body: wrong });
        expect([reply.status, reply.body]).toEqual([400, { current_password: ['Invalid password.'] }]);
        expect(await stored.all('users')).toEqual(before);
      }
  });

  it('51. A user can delete the account through the API; the user, sessions, e-mail marker, codes and lock counters are gone at once; what stays is listed.', async () => {
    const { token, username, email, id } = await api.signup();
    const other = (await login(username)).body.token;
    await login(username, 'wrong-password');
    // A wrong password in both sessions, so that each has a counter.
    for (const text of [token, other])
      await api.call('DELETE', ME, { token: text, body: { current_password: 'wrong-password' } });
    expect((await leave(token)).status).toBe(204);
    for (const text of [token, other]) expect((await api.call('GET', ME, { token: text })).status).toBe(401);
    expect((await login(username)).status).toBe(400);
    const kept = (await stored.all('outbox')).filter(({ pk }) => pk === `DELETED#${id}`);
    expect(kept).toEqual([{ pk: `DELETED#${id}`, expiresAt: expect.any(Number) }]);
    const days = (kept[0]!['expiresAt'] - Date.now() / 1000) / 86_400;
    expect(Math.round(days)).toBe(36);
    const left = await everything();
    for (const text of [username, email, token.slice(0, 10)]) expect(left).not.toContain(text);
    // Nor is there a counter of the name any more, but that of the login above, which was of a name that nobody has.
    const account = `ACCOUNT#${accountDigest(username)}`;
    const counters = (await stored.all('rateLimits')).filter(({ limitKey }) =>
      limitKey.includes(account.slice(8)),
    );
    expect(counters.map(({ limitKey, attempts }) => [limitKey, attempts])).toEqual([[account, 1]]);
    // The name and the address are free, and whoever takes them inherits nothing.
    const next = await api.signup({ username, email });
    expect(next.id).toBeGreaterThan(id);
    expect((await api.call('GET', '/api/sessions/', { token: next.token })).body).toHaveLength(1);
  });

  it('a deletion that is killed between any two calls leaves the account whole, or nobody', async () => {
    const outcomes = new Set<string>();
    for (let calls = 0; calls < 12; calls += 1) {
      const { token, username, email } = await api.signup();
      await login(username);
      let seen = 0;
      database.decide(({ headers }) => {
        const isFirst = String(headers['amz-sdk-request']).startsWith('attempt=1');
        if (isFirst) seen += 1;
        return seen > calls ? 'error' : 'pass';
      });
      const reply = await leave(token);
      database.decide(() => 'pass');
      const marks = (await stored.all('users')).filter(
        ({ pk, locator }) => pk.endsWith(token.slice(0, 10)) || locator === token.slice(0, 10),
      );
      outcomes.add(`${reply.status}, ${marks.length} items`);
      if (marks.length === 4) {
        expect(reply.status).toBe(503);
        expect((await leave(token)).status).toBe(204);
        continue;
      }
      expect(marks).toEqual([]);
      expect((await api.call('GET', ME, { token })).status).toBe(401);
      // The name is not blocked, and nothing is known of who had it: five wrong logins are free, and the sixth has to wait.
      const next = await api.signup({ username, email });
      const [counter] = (await stored.all('rateLimits')).filter(
        ({ limitKey, ...rest }) =>
          limitKey.startsWith('ACCOUNT#') && Object.keys(rest).some((name) => name.startsWith('network#')),
      );
      expect(counter).toBeUndefined();
      expect((await leave(next.token)).status).toBe(204);
    }
    expect([...outcomes].sort()).toEqual(['204, 0 items', '503, 4 items']);
  });

  it('a deletion leaves the sessions of whoever is at the same place by then', async () => {
    const { token, id } = await api.signup();
    const sessions = async () =>
      (await stored.all('tokens')).filter(({ user }) => user === token.slice(0, 10));
    const [own] = await sessions();
    const next = { ...own, session: 'ffff', id: 'f'.repeat(16), userId: id + 1 };
    await stored.put('tokens', next);
    expect((await leave(token)).status).toBe(204);
    expect(await sessions()).toEqual([next]);
  });

  /** After failed logins, some of them in the lane of a network on which the account signed in. */
  async function signUpWithCounters() {
    const { token, username } = await api.signup();
    const account = accountDigest(username);
    const expiresAt = Math.ceil(Date.now() / 1000) + 1000;
    const failures = { attempts: 5, lastAttemptAtMs: Date.now(), expiresAt };
    const network = '0123456789abcdef';
    const known = { [networkAttribute(network)]: expiresAt };
    await stored.put('rateLimits', { ...accountLimitKey(account), ...failures, ...known });
    await stored.put('rateLimits', { ...laneLimitKey(account, network), ...failures });
    const counters = async () =>
      (await stored.all('rateLimits')).filter(({ limitKey }) => limitKey.includes(account));
    return { token, username, counters };
  }

  it.each([
    ['was given up', (token: string) => rename(token, newName())],
    ['was the name of a user who left', leave],
  ])('nothing is known of failures and networks under a name that %s', async (_, giveUp) => {
    const { token, counters } = await signUpWithCounters();
    expect(await counters()).toHaveLength(2);
    expect((await giveUp(token)).status).toBe(204);
    expect(await counters()).toEqual([]);
  });

  it('failures and networks stay with a name that is only written otherwise', async () => {
    const { token, username, counters } = await signUpWithCounters();
    const before = await counters();
    expect((await rename(token, username.toUpperCase())).status).toBe(204);
    expect(await counters()).toEqual(before);
  });

  it.each([
    ['POST', '/api/auth/users/set_password/', { new_password: 'another-word-1' }],
    ['POST', '/api/auth/users/set_username/', { new_username: 'locked-out' }],
    ['PUT', ME, { email: 'locked-out@example.com' }],
    ['PATCH', ME, {}],
    ['DELETE', ME, {}],
    ['GET', ME, undefined],
    ['GET', `${ME}export/`, undefined],
  ])(
    '%s %s does nothing for a user who is locked out after the authorizer looked',
    async (method, path, fields) => {
      const { token } = await api.signup();
      const locator = token.slice(0, 10);
      const userItem = async () => (await stored.all('users')).find(({ pk }) => pk === `USER#${locator}`);
      const before = await userItem();
      database.decide(async ({ operation, payload }) => {
        if (operation !== 'GetItem' || payload['Key']?.pk?.S !== `USER#${locator}`) return 'pass' as const;
        database.decide(() => 'pass');
        await stored.updateUser(locator, { expression: 'SET isActive = :no', values: { ':no': false } });
        return 'pass';
      });
      const body = fields && { current_password: PASSWORD, ...fields };
      const reply = await api.call(method, path, { token, ...(body && { body }) });
      expect([reply.status, reply.body]).toEqual([401, { detail: 'User inactive or deleted.' }]);
      expect(await userItem()).toEqual({ ...before, isActive: false });
    },
  );

  it('fifty deletions at once, against logins and refreshes, leave nobody who can sign in', async () => {
    const { token, username } = await api.signup();
    const other = (await login(username)).body.token;
    const [deletions, entries] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, (_, at) => leave(at % 2 ? token : other))),
      Promise.all([
        ...Array.from({ length: 5 }, () => login(username)),
        ...Array.from({ length: 5 }, () => api.call('POST', '/api/refresh-token/', { token: other })),
      ]),
    ]);
    const statuses = deletions.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    // 503: others were in the way for two seconds, and nothing was changed.
    for (const status of statuses) expect([204, 400, 401, 429, 503]).toContain(status);
    for (const { body } of [...entries, { body: { token } }, { body: { token: other } }])
      if (body.token) expect((await api.call('GET', ME, { token: body.token })).status).toBe(401);
    expect((await login(username)).status).not.toBe(200);
  });

  it('61. An export holds everything the backend keeps of a person, and no hash, digest or salt.', async () => {
    const device = 'Canary/1.0 (a device)';
    const { token, username, email, id } = await api.signup();
    await api.call('POST', '/api/api-token-auth/', {
      body: { username, password: PASSWORD },
      headers: { 'User-Agent': device },
    });
    const reply = await api.call('GET', `${ME}export/`, { token });
    expect(reply.headers.get('Content-Disposition')).toBe(`attachment; filename="account-${id}.json"`);
    const locator = token.slice(0, 10);
    const user = (await stored.all('users')).find(({ pk }) => pk === `USER#${locator}`)!;
    const sessions = (await stored.all('tokens')).filter((item) => item['user'] === locator);
    for (const item of [user, ...sessions]) {
      const { secrets, values } = valuesOf(item);
      for (const text of secrets) expect(reply.text).not.toContain(text);
      for (const text of values) expect(reply.text).toContain(text);
    }
    for (const text of [username, email, device]) expect(reply.text).toContain(text);
    expect(reply.body.sessions).toEqual((await api.call('GET', '/api/sessions/', { token })).body);
    const more = await Promise.all(
      Array.from({ length: 5 }, () => api.call('GET', `${ME}export/`, { token })),
    );
    expect(more.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
  });
});

/** Sentences about security that must be true, each tested from outside where that is possible. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { routeList, servedMethods } from '../../functions/routes';
import { digestOf, parseUnverifiedToken } from '../../functions/shared/domain/token';
import { newName, type TestApi } from '../support/api';
import { type FaultyApi, type FaultyDatabase, startFaultyApi } from '../support/faulty-database';
import { itemsOf, type StoredItems } from '../support/stored-items';

let api: TestApi;
let stored: StoredItems;
let backend: FaultyApi;
let database: FaultyDatabase;

beforeAll(async () => {
  backend = await startFaultyApi();
  ({ api, database } = backend);
  stored = itemsOf(api);
});
afterEach(async () => {
  database.decide(() => 'pass');
  await api.call('POST', '/_local/clock/', { body: { reset: true } });
});
afterAll(async () => {
  stored.close();
  await backend.close();
});

const advance = (time: string) => api.call('POST', '/_local/clock/', { body: { advance: time } });
const use = async (token: string) => (await api.call('GET', '/api/dashboard/', { token })).status;
const refresh = (token: string) => api.call('POST', '/api/refresh-token/', { token });
const login = (username: string) =>
  api.call('POST', '/api/api-token-auth/', { body: { username, password: 'password123' } });
const loginToken = async (username: string): Promise<string> => (await login(username)).body.token;
const locatorOf = (token: string) => token.slice(0, 10);

/** What a deactivation, a deletion, a change of role and an operator's "log this user out" each write: one item. */
const deactivate = (token: string) =>
  stored.updateUser(locatorOf(token), { expression: 'SET isActive = :no', values: { ':no': false } });
const endSessionsOf = (locator: string) =>
  stored.updateUser(locator, { expression: 'ADD sessionGeneration :one', values: { ':one': 1 } });

describe('tokens', () => {
  it('1. A token has at least 128 bits from a CSPRNG; no UUID, no timestamp, no counter.', async () => {
    const { username, token } = await api.signup();
    const tokens = [token, await loginToken(username), await loginToken(username)];
    const secrets = tokens.map((text) => text.slice(14));
    expect(new Set(secrets).size).toBe(3);
    for (const text of tokens) expect(text).toMatch(/^[0-9a-f]{40}$/);
    // Each pair of secrets differs in about fifteen sixteenths of its digits; a counter or a time would share a long beginning.
    expect(secrets[0]!.slice(0, 8)).not.toBe(secrets[1]!.slice(0, 8));
    expect(secrets[1]!.slice(0, 8)).not.toBe(secrets[2]!.slice(0, 8));
  });

  it("2. After signup, login and refresh, a scan of every item in every table finds no part of the issued token's 26 secret digits longer than 8 characters; the first 14 digits are locators by design and prove nothing.", async () => {
    const { username, token } = await api.signup();
    const second = await loginToken(username);
    const third = (await refresh(second)).body.token;
    const everything = JSON.stringify([await stored.all('users'), await stored.all('tokens')]);
    for (const text of [token, second, third]) {
      const secret = text.slice(14);
      for (let at = 0; at + 9 <= secret.length; at += 1)
        expect(everything).not.toContain(secret.slice(at, at + 9));
    }
    expect(everything).toContain(digestOf(parseUnverifiedToken(third)!));
    expect(await use(`${third.slice(0, 14)}${'0'.repeat(26)}`)).toBe(401);
  });

  it('3. Two logins of one user give two different tokens and neither invalidates the other; a documented limit applies.', async () => {
    const { username } = await api.signup();
    const [one, other] = [await loginToken(username), await loginToken(username)];
    expect(one).not.toBe(other);
    expect([await use(one), await use(other)]).toEqual([200, 200]);
    for (let count = 0; count < 20; count += 1) await login(username);
    expect([await use(one), await use(other)]).toEqual([401, 401]);
  });

  it('4. A token whose expiry has passed by one second is refused although its item is still in the table.', async () => {
    const { token } = await api.signup();
    await advance('7d');
    await advance('1s');
    expect(await use(token)).toBe(401);
    expect((await refresh(token)).status).toBe(401);
    expect(await stored.all('tokens')).toContainEqual(expect.objectContaining({ user: locatorOf(token) }));
  });

  it('5. The TTL attribute is a Number in epoch **seconds**, of the same name in table definition and code, and within a plausible range.', async () => {
    const { token } = await api.signup();
    const session = (await stored.all('tokens')).find((item) => item['user'] === locatorOf(token))!;
    const week = 7 * 86_400;
    expect(Number.isInteger(session['expiresAt'])).toBe(true);
    expect(Math.abs(session['expiresAt'] - Date.now() / 1000 - week)).toBeLessThan(60);
    // That the template names the same attribute is a promise of test/stack.
  });

  it('6. The idle limit and the absolute limit are both enforced; no number of refreshes passes the absolute limit.', async () => {
    const { token } = await api.signup();
    let current = token;
    for (let day = 0; day < 90; day += 5) {
      const reply = await refresh(current);
      expect(reply.status).toBe(200);
      current = reply.body.token;
      await advance('5d');
    }
    expect([(await refresh(current)).status, await use(current)]).toEqual([401, 401]);
  });

  it('7. Refresh is one atomic conditional operation: of N parallel refreshes with one token, all get the same successor.', async () => {
    const { token } = await api.signup();
    const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(token)));
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.token}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(200);
  });

  it('8. A rotated token used on refresh after its window ends the session and leaves an audit event.', async () => {
    const { token, id } = await api.signup();
    const successor = (await refresh(token)).body.token;
    await use(successor);
    await advance('31s');
    expect((await refresh(token)).status).toBe(401);
    expect(await use(successor)).toBe(401);
    const [event] = await api.logged({ event: 'token_reused', userId: id });
    expect(event).toMatchObject({ level: 'WARN', function: 'authorizer', sessionId: expect.any(String) });
  });

  it('9. A retry of refresh within the window returns the same successor.', async () => {
    const { token } = await api.signup();
    const successor = (await refresh(token)).body.token;
    await advance('6d');
    expect((await refresh(token)).body.token).toBe(successor);
    await use(successor);
    await advance('15s');
    expect((await refresh(token)).body.token).toBe(successor);
  });

  it('10. After logout returns 200 the next request with that token is refused, on a deployed stack, within the declared latency (default: at once).', async () => {
    const { token } = await api.signup();
    expect((await api.call('POST', '/api/logout/', { token })).status).toBe(200);
    expect([await use(token), (await refresh(token)).status]).toEqual([401, 401]);
  });

  it('11. Logout and refresh racing on one token never leave a live token behind.', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { token } = await api.signup();
      const [refreshed, logout] = await Promise.all([
        refresh(token),
        api.call('POST', '/api/logout/', { token }),
      ]);
      expect(logout.status).toBe(200);
      for (const text of [token, refreshed.body.token].filter(Boolean)) expect(await use(text)).toBe(401);
    }
  });

  it('12. Disabling or deleting an account ends all its sessions.', async () => {
    const [disabled, deleted] = [await api.signup(), await api.signup()];
    const tokens = [disabled.token, await loginToken(disabled.username)];
    await deactivate(disabled.token);
    for (const token of tokens) {
      const reply = await api.call('GET', '/api/dashboard/', { token });
      expect([reply.status, reply.body]).toEqual([401, { detail: 'User inactive or deleted.' }]);
      expect((await refresh(token)).status).toBe(401);
    }
    expect((await login(disabled.username)).status).toBe(400);
    // A deleted user whose place is taken by another: the old session opens neither.
    const pk = `USER#${locatorOf(deleted.token)}`;
    const item = (await stored.all('users')).find((user) => user['pk'] === pk)!;
    await stored.documents.send(
      new PutCommand({ TableName: stored.tableName('users'), Item: { ...item, id: 999_999 } }),
    );
    const reply = await api.call('GET', '/api/dashboard/', { token: deleted.token });
    expect([reply.status, reply.body]).toEqual([401, { detail: 'User inactive or deleted.' }]);
  });

  it('13. A password change or reset ends all other sessions by default, and all refreshes in flight.', async () => {
    // No endpoint changes passwords yet. What it will write is this one number, and this is what the number does.
    const { username, token } = await api.signup();
    const other = await loginToken(username);
    const successor = (await refresh(other)).body.token;
    await endSessionsOf(locatorOf(token));
    for (const text of [token, other, successor])
      expect([await use(text), (await refresh(text)).status]).toEqual([401, 401]);
    expect(await use(await loginToken(username))).toBe(200);
  });

  it('14. A user can list sessions and end one, the others, or all; ending asks for the password again or documents why not.', async () => {
    const { username, token } = await api.signup();
    const others = [await loginToken(username), await loginToken(username), await loginToken(username)];
    const listed: { id: string; current: boolean }[] = (await api.call('GET', '/api/sessions/', { token }))
      .body;
    expect(listed).toHaveLength(4);
    const { id } = listed.find(({ current }) => !current)!;
    expect((await api.call('DELETE', `/api/sessions/${id}/`, { token })).status).toBe(204);
    const statuses = await Promise.all(others.map(use));
    expect(statuses.sort()).toEqual([200, 200, 401]);
    expect((await api.call('POST', '/api/logoutall/?keep=current', { token })).status).toBe(204);
    expect(await Promise.all(others.map(use))).toEqual([401, 401, 401]);
    expect(await use(token)).toBe(200);
    expect((await api.call('POST', '/api/logoutall/', { token })).status).toBe(204);
    expect(await use(token)).toBe(401);
  });

  it("15. An operator can end one user's or all sessions.", async () => {
    const [one, other] = [await api.signup(), await api.signup()];
    await endSessionsOf(locatorOf(one.token));
    expect([await use(one.token), await use(other.token)]).toEqual([401, 200]);
    const users = (await stored.all('users')).filter(({ pk }) => pk.startsWith('USER#'));
    for (const { pk } of users) await endSessionsOf(pk.slice('USER#'.length));
    expect(await use(other.token)).toBe(401);
  });

  it('16. A token in query string, path or body is ignored.', async () => {
    const { token } = await api.signup();
    for (const { method, path } of routeList.filter(({ access }) => access === 'authenticated')) {
      const target = path.replace('{id}', token);
      const body = method === 'POST' ? { body: { token, Authorization: `Token ${token}` } } : {};
      expect(
        (await api.call(method, `${target}/?token=${token}&Authorization=Token%20${token}`, body)).status,
      ).toBe(401);
    }
    expect(await use(token)).toBe(200);
  });

  it('17. Every response that bears a token, and every 401, has `Cache-Control: no-store`.', async () => {
    const { username, token } = await api.signup();
    const replies = [await login(username), await refresh(token), await api.call('GET', '/api/dashboard/')];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 401]);
    for (const { headers } of replies) expect(headers.get('Cache-Control')).toBe('no-store');
  });

  it('18. 401 carries `WWW-Authenticate: Token`; on AWS this is checked on the wire, as a proxy integration remaps it.', async () => {
    const { token } = await api.signup();
    for (const headers of [
      {},
      { Authorization: 'Bearer x' },
      { Authorization: `Token ${token.slice(0, 14)}${'0'.repeat(26)}` },
    ]) {
      for (const { method, path } of routeList.filter(({ access }) => access === 'authenticated')) {
        const reply = await api.call(method, path, { headers });
        expect([reply.status, reply.headers.get('WWW-Authenticate')]).toEqual([401, 'Token']);
      }
    }
  });

  it('19. Lookup is by digest; no code path compares secret strings with `===`.', async () => {
    const { token } = await api.signup();
    const [session] = (await stored.all('tokens')).filter((item) => item['user'] === locatorOf(token));
    expect(session!['tokenDigest']).toBe(digestOf(parseUnverifiedToken(token)!));
    // What is stored opens nothing: neither the digest nor its beginning is a token.
    expect(await use(session!['tokenDigest'].slice(0, 40))).toBe(401);
    expect(await use(`${token.slice(0, 14)}${session!['tokenDigest'].slice(0, 26)}`)).toBe(401);
    // That no source compares a token or a digest otherwise is a convention: test/conventions.test.ts.
  });
});

describe('authorization', () => {
  it('42. Every route except the listed public ones has the authorizer; a test enumerates the template.', () => {
    const authorised = api.routes.map(({ method, path }) => `${method} ${path}`);
    for (const route of routeList) {
      for (const method of servedMethods(route)) expect(authorised).toContain(`${method} ${route.path}`);
    }
    // The template itself is enumerated in test/stack/template.test.ts; here every such route refuses a caller without a token.
    return Promise.all(
      routeList
        .filter(({ access }) => access === 'authenticated')
        .map(async ({ method, path }) => expect((await api.call(method, path)).status).toBe(401)),
    );
  });

  it('43. A role change or ban is in force at the next request.', async () => {
    const { token } = await api.signup();
    await stored.updateUser(locatorOf(token), {
      expression: 'SET #role = :role',
      values: { ':role': 'MANAGER' },
      names: { '#role': 'role' },
    });
    const reply = await api.call('GET', '/api/dashboard/', { token });
    expect(reply.body).toEqual({ message: 'Welcome to the Manager Dashboard!' });
    await deactivate(token);
    expect(await use(token)).toBe(401);
  });

  it('44. The authorizer cache is 0 by default. With caching on, the returned policy covers all methods the role may call, or is keyed by method; alternate calls by one token never give a wrong answer.', async () => {
    // That the template says 0 is a promise of test/stack. The policy covers the stage, so it would be right with a cache too.
    const { token } = await api.signup();
    for (let round = 0; round < 3; round += 1) {
      expect(await use(token)).toBe(200);
      expect((await api.call('GET', '/api/sessions/', { token })).status).toBe(200);
      expect((await api.call('DELETE', `/api/sessions/${newName()}/`, { token })).status).toBe(404);
    }
  });

  it('45. If DynamoDB fails or is throttled the answer is 500/503, never access, and never 401 (the app would log the user out).', async () => {
    const { username, token } = await api.signup();
    for (const fault of ['error', 'throttle'] as const) {
      database.decide(() => fault);
      for (const { method, path, access } of routeList) {
        const body =
          access === 'public'
            ? { body: { username, email: `${username}@example.com`, password: 'password123' } }
            : {};
        expect((await api.call(method, path, { token, ...body })).status).toBe(503);
      }
    }
    database.decide(() => 'pass');
    expect(await use(token)).toBe(200);
  });
});

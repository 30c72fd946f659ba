/** Sentences about security that must be true, each tested from outside where that is possible. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { listRoutes, servedMethods } from '../../functions/endpoints';
import {
  digestToken,
  issueToken,
  newLocator,
  parseUnverifiedToken,
} from '../../functions/shared/domain/token';
import { newName, type TestApi } from '../support/api';
import { type FaultyApi, type FaultyDatabase, startFaultyApi } from '../support/faulty-database';
import { type Operator, operatorOf } from '../support/operator';
import { itemsOf, type StoredItems } from '../support/stored-items';

let api: TestApi;
let stored: StoredItems;
let operator: Operator;
let backend: FaultyApi;
let database: FaultyDatabase;

beforeAll(async () => {
  backend = await startFaultyApi();
  ({ api, database } = backend);
  stored = itemsOf(api);
  operator = operatorOf(api);
});
afterEach(async () => {
  database.decide(() => 'pass');
  await api.call('POST', '/_local/clock/', { body: { reset: true } });
});
afterAll(async () => {
  operator.close();
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

const sessionOf = async (token: string) =>
  (await stored.all('tokens')).find(
    ({ user, session }) => user === locatorOf(token) && session === token.slice(10, 14),
  )!;

describe('tokens', () => {
  it('1. A token has at least 128 bits from a CSPRNG; no UUID, no timestamp, no counter.', async () => {
    // Math.random is no CSPRNG: whatever it says, tokens differ, from their first digits on, which a counter or a time would share.
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const drawn = [1, 2].map(() => issueToken(newLocator(), 'cd22').text);
    random.mockRestore();
    expect(drawn[0]!.slice(0, 10)).not.toBe(drawn[1]!.slice(0, 10));
    expect(drawn[0]!.slice(14, 22)).not.toBe(drawn[1]!.slice(14, 22));
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
    expect(everything).toContain(digestToken(parseUnverifiedToken(third)!));
    expect(everything).not.toContain('password123');
    expect(await use(`${third.slice(0, 14)}${'0'.repeat(26)}`)).toBe(401);
  });

  it('3. Two logins of one user give two different tokens and neither invalidates the other; a documented limit applies.', async () => {
    const { username, token } = await api.signup();
    const others: string[] = await Promise.all([loginToken(username), loginToken(username)]);
    expect(new Set(others).size).toBe(2);
    for (const text of [token, ...others]) expect(await use(text)).toBe(200);
    // With seventeen more, stored without a hash, the user has twenty.
    const taken = [token, ...others].map((text) => text.slice(10, 14));
    const free = Array.from({ length: 20 }, (_, at) => `00${at + 10}`).filter(
      (name) => !taken.includes(name),
    );
    const session = await sessionOf(others[0]!);
    for (const name of free.slice(0, 17))
      await stored.put('tokens', { ...session, session: name, id: name.padStart(16, '0') });
    const last = await loginToken(username);
    expect((await api.call('GET', '/api/sessions/', { token: last })).body).toHaveLength(20);
    expect(await Promise.all([token, ...others].map(use))).toEqual([401, 200, 200]);
  });

  it('59. What one account can make one request cost is bounded, whatever it has left behind.', async () => {
    const { username, token } = await api.signup();
    for (let round = 0; round < 3; round += 1)
      await api.call('POST', '/api/logoutall/', { token: await loginToken(username) });
    expect((await stored.all('tokens')).filter(({ user }) => user === locatorOf(token))).toEqual([]);
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
    const replies = await Promise.all(Array.from({ length: 12 }, () => refresh(token)));
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.token}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(200);
    expect(await sessionOf(token)).toMatchObject({ refreshCount: 1 });
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
    // DynamoDB is consistent only where it is asked to be: test/cli/request-kinds.test.ts looks at every read.
  });

  it('11. Logout and refresh racing on one token never leave a live token behind.', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { token } = await api.signup();
      const [refreshed, logout] = await Promise.all([
        refresh(token),
        api.call('POST', '/api/logout/', { token }),
      ]);
      expect(logout.status).toBe(200);
      for (const text of [token, refreshed.body.token].filter(Boolean)) expect(await use(text)).toBe(401);
    }
    // A logout that was long under way does not end the session that has taken the key of its own since.
    const { token } = await api.signup();
    const next = issueToken(locatorOf(token), token.slice(10, 14));
    database.decide(async ({ operation }) => {
      if (operation !== 'DeleteItem') return 'pass' as const;
      database.decide(() => 'pass');
      const session = await sessionOf(token);
      await stored.put('tokens', { ...session, id: 'f'.repeat(16), tokenDigest: digestToken(next) });
      return 'pass' as const;
    });
    expect((await api.call('POST', '/api/logout/', { token })).status).toBe(200);
    expect([await use(token), await use(next.text)]).toEqual([401, 200]);
  });

  it('12. Disabling or deleting an account ends all its sessions, also once it is enabled again.', async () => {
    const [disabled, deleted] = [await api.signup(), await api.signup()];
    const other = await loginToken(disabled.username);
    const refreshed = (await refresh(other)).body.token;
    await operator.json('deactivate', disabled.username);
    for (const token of [disabled.token, refreshed]) {
      const reply = await api.call('GET', '/api/dashboard/', { token });
      expect([reply.status, reply.body]).toEqual([401, { detail: 'User inactive or deleted.' }]);
      expect((await refresh(token)).status).toBe(401);
    }
    expect((await login(disabled.username)).status).toBe(400);
    await operator.json('activate', disabled.username);
    for (const token of [disabled.token, other, refreshed])
      expect([await use(token), (await refresh(token)).status]).toEqual([401, 401]);
    expect(await use(await loginToken(disabled.username))).toBe(200);
    const gone = await api.signup();
    const body = { current_password: 'password123' };
    expect((await api.call('DELETE', '/api/auth/users/me/', { token: gone.token, body })).status).toBe(204);
    await api.signup({ username: gone.username });
    expect([await use(gone.token), (await refresh(gone.token)).status]).toEqual([401, 401]);
    // A deleted user whose place is taken by another: the old session opens neither.
    const pk = `USER#${locatorOf(deleted.token)}`;
    const item = (await stored.all('users')).find((user) => user['pk'] === pk)!;
    await stored.documents.send(
      new PutCommand({ TableName: stored.tableName('users'), Item: { ...item, id: 999_999 } }),
    );
    const reply = await api.call('GET', '/api/dashboard/', { token: deleted.token });
    expect([reply.status, reply.body]).toEqual([401, { detail: 'User inactive or deleted.' }]);
  });

  it('a restore of the users revives no session and no id, once npm run users -- after-restore is done', async () => {
    const { username, token, id } = await api.signup();
    const backup = await stored.all('users');
    const second = await loginToken(username);
    expect((await api.call('POST', '/api/logoutall/', { token: second })).status).toBe(204);
    const third = await loginToken(username);
    const successor = (await refresh(third)).body.token;
    expect((await api.call('POST', '/api/logoutall/', { token: successor })).status).toBe(204);
    const fourth = await loginToken(username);
    const later = await api.signup();
    for (const { pk } of await stored.all('users')) await stored.remove('users', { pk });
    for (const item of backup) await stored.put('users', item);
    await operator.json('after-restore');
    for (const text of [token, second, third, successor, fourth, later.token])
      expect([await use(text), (await refresh(text)).status]).toEqual([401, 401]);
    expect(await use(await loginToken(username))).toBe(200);
    expect((await api.signup()).id).toBeGreaterThan(Math.max(id, later.id));
  });

  it('no header makes an adapter of a Lambda function believe another request', async () => {
    const { token } = await api.signup();
    const event = encodeURIComponent(
      JSON.stringify({
        requestContext: { authorizer: { userId: 1, role: 'ADMIN' } },
        headers: { Authorization: `Token ${token}` },
      }),
    );
    const headers = {
      'x-apigateway-event': event,
      'x-apigateway-context': event,
      'x-amzn-request-context': event,
      'x-amzn-lambda-context': event,
      'x-forwarded-user': 'admin',
      'x-original-url': '/api/signup/',
      'x-http-method-override': 'POST',
    };
    expect((await api.call('GET', '/api/dashboard/', { headers })).status).toBe(401);
    const greeted = await api.call('GET', '/api/dashboard/', { token, headers });
    expect(greeted.body).toEqual({ message: 'Welcome to the Clerk Dashboard!' });
  });

  it('13. A password change or reset ends all other sessions by default, and all refreshes in flight.', async () => {
    const { username, token } = await api.signup();
    const others: string[] = [await loginToken(username), await loginToken(username)];
    const successor = (await refresh(others[0]!)).body.token;
    const body = { current_password: 'password123', new_password: 'another-word-1' };
    const [changed, ...inFlight] = await Promise.all([
      api.call('POST', '/api/auth/users/set_password/', { token, body }),
      refresh(token),
      ...others.map(refresh),
      login(username),
    ]);
    expect(changed.status).toBe(204);
    const [own, ...ended] = inFlight.map((reply) => reply.body.token as string | undefined);
    expect([await use(own!), (await refresh(own!)).status]).toEqual([200, 200]);
    for (const text of [...others, successor, ...ended.filter((one) => one !== undefined)])
      expect([await use(text), (await refresh(text)).status]).toEqual([401, 401]);
    expect((await login(username)).status).toBe(400);
  });

  it('14. A user can list sessions and end one, the others, or all; ending asks for the password again or documents why not.', async () => {
    // No request has a body. What each of them ends, and what it leaves, is in test/contract/sessions.ts.
    const { token } = await api.signup();
    const [{ id }] = (await api.call('GET', '/api/sessions/', { token })).body;
    for (const end of ['POST /api/logoutall/?keep=current', `DELETE /api/sessions/${id}/`]) {
      const [method = '', path = ''] = end.split(' ');
      expect((await api.call(method, path, { token })).status).toBe(204);
    }
    expect(await use(token)).toBe(401);
  });

  it("15. An operator can end one user's or all sessions.", async () => {
    const [one, other] = [await api.signup(), await api.signup()];
    await operator.json('end-sessions', one.username);
    expect([await use(one.token), await use(other.token)]).toEqual([401, 200]);
    await operator.json('end-sessions', '--all');
    expect(await use(other.token)).toBe(401);
  });

  it('16. A token in query string, path or body is ignored.', async () => {
    const { token } = await api.signup();
    // On every route: test/contract/flow.ts.
    const path = `/api/logoutall/?token=${token}&Authorization=Token%20${token}`;
    const body = { token, Authorization: `Token ${token}` };
    expect((await api.call('POST', path, { body })).status).toBe(401);
    expect(await use(token)).toBe(200);
  });

  it('17. Every response that bears a token, and every 401, has `Cache-Control: no-store`.', async () => {
    // On every response of the contract: test/contract/responses.ts.
    const { token } = await api.signup();
    const replies = [await refresh(token), await api.call('GET', '/api/dashboard/')];
    expect(replies.map(({ status }) => status)).toEqual([200, 401]);
    for (const { headers } of replies) expect(headers.get('Cache-Control')).toBe('no-store');
  });

  it('18. 401 carries `WWW-Authenticate: Token`; on AWS this is checked on the wire, as a proxy integration remaps it.', async () => {
    // On every 401 of the contract: test/contract/responses.ts.
    const reply = await api.call('GET', '/api/dashboard/');
    expect([reply.status, reply.headers.get('WWW-Authenticate')]).toEqual([401, 'Token']);
  });

  it('19. Lookup is by digest; no code path compares secret strings with `===`.', async () => {
    const { token } = await api.signup();
    const [session] = (await stored.all('tokens')).filter((item) => item['user'] === locatorOf(token));
    expect(session!['tokenDigest']).toBe(digestToken(parseUnverifiedToken(token)!));
    // What is stored opens nothing: neither the digest nor its beginning is a token.
    expect(await use(session!['tokenDigest'].slice(0, 40))).toBe(401);
    expect(await use(`${token.slice(0, 14)}${session!['tokenDigest'].slice(0, 26)}`)).toBe(401);
    // That no source compares a token or a digest otherwise is a convention: test/conventions.test.ts.
  });
});

describe('authorization', () => {
  it('42. Every route except the listed public ones has the authorizer; a test enumerates the template.', () => {
    const authorised = api.routes.map(({ method, path }) => `${method} ${path}`);
    for (const route of listRoutes()) {
      for (const method of servedMethods(route)) expect(authorised).toContain(`${method} ${route.path}`);
    }
    // The template itself is enumerated in test/stack/template.test.ts; that each such route refuses a caller is in test/contract.
  });

  it('43. A role change or ban is in force at the next request.', async () => {
    const { username, token } = await api.signup();
    await operator.json('set-role', username, 'MANAGER');
    const reply = await api.call('GET', '/api/dashboard/', { token });
    expect(reply.body).toEqual({ message: 'Welcome to the Manager Dashboard!' });
    await operator.json('deactivate', username);
    expect(await use(token)).toBe(401);
  });

  it('44. The authorizer cache is 0 by default. With caching on, the returned policy covers all methods the role may call, or is keyed by method; alternate calls by one token never give a wrong answer.', async () => {
    // That the template says 0 is a promise of test/stack. The policy covers the stage, so it would be right with a cache too.
    const { token } = await api.signup();
    expect(await use(token)).toBe(200);
    expect((await api.call('DELETE', `/api/sessions/${newName()}/`, { token })).status).toBe(404);
    expect(await use(token)).toBe(200);
  });

  it('45. If DynamoDB fails or is throttled the answer is 500/503, never access, and never 401 (the app would log the user out).', async () => {
    // Each call of each endpoint, with each fault: test/faults/matrix.test.ts.
    const { username, token } = await api.signup();
    database.decide(() => 'throttle');
    const replies = await Promise.all([refresh(token), login(username)]);
    expect([await use(token), ...replies.map(({ status }) => status)]).toEqual([503, 503, 503]);
    database.decide(() => 'pass');
    expect(await use(token)).toBe(200);
  });
});

/** What must hold when requests come at once. */
import { newName, startApi, type TestApi } from '../support/api';
import { itemsOf, type StoredItems } from '../support/stored-items';

let api: TestApi;
let stored: StoredItems;

beforeAll(async () => {
  api = await startApi();
  stored = itemsOf(api);
});
afterAll(async () => {
  stored.close();
  await api.close();
});

const usersWith = async (attribute: string, value: string) =>
  (await stored.all('users')).filter((item) => item[attribute] === value);

const signup = (username: string, email: string) =>
  api.call('POST', '/api/signup/', { body: { username, email, password: 'password123' } });
const tally = (replies: readonly { status: number; text: string }[]) => {
  const counts: Record<string, number> = {};
  for (const { status, text } of replies) {
    const key = status === 201 || status === 200 ? String(status) : `${status} ${text}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('a hundred signups at once', () => {
  it('for one username make exactly one user; the others hear that it is taken', async () => {
    const username = newName();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        signup(index % 2 ? username : username.toUpperCase(), `${newName()}@example.com`),
      ),
    );
    expect(tally(replies)).toEqual({
      '201': 1,
      '400 {"username":["A user with that username already exists."]}': 99,
    });
    const winner = replies.find(({ status }) => status === 201)!;
    expect(await usersWith('username', winner.body.user.username)).toHaveLength(1);
  });

  it('for one e-mail address under a hundred usernames make exactly one user', async () => {
    const email = `${newName()}@example.com`;
    const replies = await Promise.all(Array.from({ length: 100 }, () => signup(newName(), email)));
    expect(tally(replies)).toEqual({
      '201': 1,
      '400 {"email":["user with this email address already exists."]}': 99,
    });
    expect(await usersWith('email', email)).toHaveLength(1);
  });

  it('for different users all succeed, each with an id of its own', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => signup(newName(), `${newName()}@example.com`)),
    );
    expect(tally(replies)).toEqual({ '201': 20 });
    expect(new Set(replies.map(({ body }) => body.user.id)).size).toBe(20);
  });
});

describe('refreshes at once', () => {
  it('of one token all get the same successor', async () => {
    const { token } = await api.signup();
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => api.call('POST', '/api/refresh-token/', { token })),
    );
    expect(tally(replies)).toEqual({ '200': 30 });
    const successors = new Set(replies.map(({ body }) => body.token));
    expect(successors.size).toBe(1);
    const [successor] = successors;
    expect((await api.call('GET', '/api/dashboard/', { token: successor })).status).toBe(200);
    expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(401);
  });

  it('and logouts never leave a live token behind', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { token } = await api.signup();
      const [refresh, logout] = await Promise.all([
        api.call('POST', '/api/refresh-token/', { token }),
        api.call('POST', '/api/logout/', { token }),
      ]);
      expect([200, 401]).toContain(refresh.status);
      expect(logout.status).toBe(200);
      const presented = [token, ...(refresh.status === 200 ? [refresh.body.token] : [])];
      for (const text of presented)
        expect((await api.call('GET', '/api/dashboard/', { token: text })).status).toBe(401);
    }
  });
});

describe('logins', () => {
  it('at once each get a token of their own, and none ends another', async () => {
    const { username } = await api.signup();
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        api.call('POST', '/api/api-token-auth/', { body: { username, password: 'password123' } }),
      ),
    );
    const tokens = new Set(replies.map(({ body }) => body.token));
    expect(tokens.size).toBe(8);
    for (const token of tokens)
      expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(200);
  });
});

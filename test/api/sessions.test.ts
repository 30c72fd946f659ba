/** The life of sessions as a phone and a thief see it, with a clock that can be moved. What needs none is in test/contract/sessions.ts. */
import { listRoutes } from '../../functions/endpoints';
import { newName, startApi, type TestApi } from '../support/api';
import { itemsOf } from '../support/stored-items';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterEach(() => moveClock({ reset: true }));
afterAll(() => api.close());

const moveClock = (command: object) => api.call('POST', '/_local/clock/', { body: command });
const advance = (time: string) => moveClock({ advance: time });
const use = async (token: string) => (await api.call('GET', '/api/dashboard/', { token })).status;
const refresh = (token: string) => api.call('POST', '/api/refresh-token/', { token });
const login = async (username: string, device = 'Phone/1.0'): Promise<string> => {
  const body = { username, password: 'password123' };
  return (await api.call('POST', '/api/api-token-auth/', { body, headers: { 'User-Agent': device } })).body
    .token;
};
const list = async (token: string): Promise<any[]> =>
  (await api.call('GET', '/api/sessions/', { token })).body;
const end = async (token: string, id: string) => {
  const { status, text } = await api.call('DELETE', `/api/sessions/${id}/`, { token });
  return [status, text];
};

const GONE = [401, '{"detail":"Invalid token."}'];
const NOT_FOUND = [404, '{"detail":"Not found."}'];

describe('a refresh whose answer was lost', () => {
  it('is answered the same when it is repeated, days later too, until the successor is used', async () => {
    const { token } = await api.signup();
    const lost = (await refresh(token)).body.token;
    await advance('3d');
    const repeated = await refresh(token);
    expect([repeated.status, repeated.body.token]).toEqual([200, lost]);
    expect(4 * 86_400 - Number(repeated.headers.get('Token-Expires-In'))).toBeLessThan(30);
    expect(await use(lost)).toBe(200);
  });

  it('may still be repeated for 30 seconds after the first use, which other requests may have overtaken', async () => {
    const { token } = await api.signup();
    const successor = (await refresh(token)).body.token;
    expect(await use(successor)).toBe(200);
    await advance('15s');
    expect((await refresh(token)).body.token).toBe(successor);
    expect(await use(successor)).toBe(200);
  });
});

describe('a stolen token', () => {
  it('that the owner refreshed away ends the session when the thief refreshes it', async () => {
    const { token } = await api.signup();
    const successor = (await refresh(token)).body.token;
    await use(successor);
    await advance('40s');
    const theft = await refresh(token);
    expect([theft.status, theft.text]).toEqual(GONE);
    expect(await use(successor)).toBe(401);
    expect(await api.logged({ event: 'token_reused' })).toHaveLength(1);
    expect(api.log()).not.toContain(token.slice(14, 23));
  });

  it('that the thief refreshed, and refreshed on, ends the session when the owner comes with it', async () => {
    const { token } = await api.signup();
    let stolen = token;
    for (let count = 0; count < 40; count += 1) stolen = (await refresh(stolen)).body.token;
    expect(await use(stolen)).toBe(200);
    await advance('40s');
    expect((await refresh(token)).status).toBe(401);
    expect(await use(stolen)).toBe(401);
  });
});

describe('the limits', () => {
  it('end a token to the second, and a refresh starts them anew', async () => {
    const { token } = await api.signup();
    await advance('6d');
    const successor = (await refresh(token)).body.token;
    await advance('6d');
    expect(await use(successor)).toBe(200);
    await advance('1d');
    expect(await use(successor)).toBe(401);
    expect((await refresh(successor)).status).toBe(401);
  });

  it('end a session after 90 days, however often it is refreshed', async () => {
    const { token } = await api.signup();
    let current = token;
    for (let week = 0; week < 14; week += 1) {
      const reply = await refresh(current);
      expect(reply.status).toBe(200);
      current = reply.body.token;
      await advance('6d');
    }
    const last = await refresh(current);
    expect(Number(last.headers.get('Token-Expires-In'))).toBeLessThanOrEqual(6 * 86_400);
    await advance('6d');
    expect(await use(last.body.token)).toBe(401);
  });

  it('let a user be signed in on twenty devices; the oldest session goes', async () => {
    const { username, token: first } = await api.signup();
    const second = await login(username);
    for (let count = 0; count < 18; count += 1) await login(username);
    expect(await use(first)).toBe(200);
    const last = await login(username);
    expect(await use(first)).toBe(401);
    expect(await use(second)).toBe(200);
    expect(await list(last)).toHaveLength(20);
  });
});

it('logins at once each get a token of their own, and none ends another', async () => {
  const { username } = await api.signup();
  const tokens = await Promise.all(Array.from({ length: 8 }, () => login(username)));
  expect(new Set(tokens).size).toBe(8);
  for (const token of tokens) expect(await use(token)).toBe(200);
});

describe('after all others were logged out', () => {
  it('the session that was kept is not pushed out by those that are dead', async () => {
    const { username, token } = await api.signup();
    for (let count = 0; count < 19; count += 1) await login(username);
    await api.call('POST', '/api/logoutall/?keep=current', { token });
    await login(username);
    expect(await use(token)).toBe(200);
    expect(await list(token)).toHaveLength(2);
  });
});

it("answers an id that is no more than unusual by the same 404 as someone else's", async () => {
  const { token } = await api.signup();
  for (const wanted of ['%00', '..%2F', '{id}', '%F0%9F%98%80'])
    expect(await end(token, wanted)).toEqual(NOT_FOUND);
  expect(await use(token)).toBe(200);
});

describe('POST /api/logoutall/', () => {
  const logoutAll = async (token: string, query = '') => {
    const { status, text } = await api.call('POST', `/api/logoutall/${query}`, { token });
    return [status, text];
  };

  it('by several devices at once, each sparing itself, leaves one at the most', async () => {
    const user = await api.signup();
    const tokens = [user.token, await login(user.username), await login(user.username)];
    const outcomes = await Promise.all(tokens.map((token) => logoutAll(token, '?keep=current')));
    for (const outcome of outcomes) expect([[204, ''], GONE]).toContainEqual(outcome);
    const alive = await Promise.all(tokens.map(use));
    expect(alive.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe('the clock that can be moved', () => {
  it('is told and refuses what it does not understand', async () => {
    expect((await advance('8d')).body.moved_by_seconds).toBe(8 * 86_400);
    expect((await moveClock({ advance: 'soon' })).status).toBe(400);
    const { username } = await api.signup({ username: newName() });
    expect(Date.parse((await list(await login(username)))[0].created_at)).toBeGreaterThan(
      Date.now() + 7 * 86_400_000,
    );
  });
});

it('a role that the settings do not name may do nothing, on any route, until an operator corrects it', async () => {
  const { token } = await api.signup();
  const stored = itemsOf(api);
  const setRole = (role: string) =>
    stored.updateUser(token.slice(0, 10), {
      expression: 'SET #role = :role',
      names: { '#role': 'role' },
      values: { ':role': role },
    });
  await setRole('MANGER');
  for (const {
    methods: [method],
    path,
  } of listRoutes().filter(({ access }) => access === 'authenticated')) {
    const { status, body, headers } = await api.call(method, `${path}/`, { token });
    expect([status, body]).toEqual([403, { detail: 'You do not have permission to perform this action.' }]);
    expect(headers.get('WWW-Authenticate')).toBeNull();
    expect(headers.get('Cache-Control')).toBe('no-store');
  }
  await setRole('MANAGER');
  const { body } = await api.call('GET', '/api/dashboard/', { token });
  expect(body).toEqual({ message: 'Welcome to the Manager Dashboard!' });
  stored.close();
});

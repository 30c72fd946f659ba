/** The life of sessions as a phone and a thief see it, with a clock that can be moved. What needs none is in test/contract/sessions.ts. */
import { listRoutes } from '../../functions/endpoints';
import { startApi, type TestApi } from '../support/api';
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
const end = async (token: string, id: string) => {
  const { status, text } = await api.call('DELETE', `/api/sessions/${id}/`, { token });
  return [status, text];
};

const GONE = [401, '{"detail":"Invalid token."}'];
const NOT_FOUND = [404, '{"detail":"Not found."}'];

describe('a stolen token', () => {
  it('that the owner refreshed away ends the session when the thief refreshes it', async () => {
    const { token } = await api.signup();
    const successor = (await refresh(token)).body.token;
    await use(successor);
    await advance('40s');
    const theft = await refresh(token);
    expect([theft.status, theft.text]).toEqual(GONE);
    expect(await use(successor)).toBe(401);
  });

  it('that the thief refreshed, and refreshed on, ends the session when the owner comes with it', async () => {
    const { token } = await api.signup();
    let stolen = token;
    for (let count = 0; count < 3; count += 1) stolen = (await refresh(stolen)).body.token;
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
});

it("answers an id that is no more than unusual by the same 404 as someone else's", async () => {
  const { token } = await api.signup();
  for (const wanted of ['%00', '..%2F', '{id}', '%F0%9F%98%80'])
    expect(await end(token, wanted)).toEqual(NOT_FOUND);
  expect(await use(token)).toBe(200);
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

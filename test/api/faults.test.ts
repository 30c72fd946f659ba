/** The whole backend over a database that fails: 503 within the time-out, never 401, never access, and nothing left that blocks anyone. */
import { newName, type TestApi } from '../support/api';
import { type Fault, type FaultyApi, type FaultyDatabase, startFaultyApi } from '../support/faulty-database';

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

const newAccount = () => {
  const username = newName();
  return { username, email: `${username}@example.com`, password: 'password123' };
};
const signup = (body: object) => api.call('POST', '/api/signup/', { body });
const login = (body: object) => api.call('POST', '/api/api-token-auth/', { body });

const endpoints: [string, (account: { username: string; token: string }) => ReturnType<typeof login>][] = [
  ['signup', () => signup(newAccount())],
  ['login', ({ username }) => login({ username, password: 'password123' })],
  ['dashboard', ({ token }) => api.call('GET', '/api/dashboard/', { token })],
  ['refresh', ({ token }) => api.call('POST', '/api/refresh-token/', { token })],
  ['logout', ({ token }) => api.call('POST', '/api/logout/', { token })],
];

describe.each<Fault>(['error', 'throttle', 'silence'])(
  'while every call to the database meets %s',
  (fault) => {
    it.each(endpoints)('%s answers 503, and the user is still signed in afterwards', async (_, request) => {
      const account = await api.signup();
      database.decide(() => fault);
      const reply = await request(account);
      expect([reply.status, reply.body]).toEqual([503, { detail: 'Service temporarily unavailable.' }]);
      expect(reply.headers.get('Retry-After')).toBe('1');
      expect(reply.headers.get('WWW-Authenticate')).toBeNull();
      database.decide(() => 'pass');
      expect((await api.call('GET', '/api/dashboard/', { token: account.token })).status).toBe(200);
    });
  },
);

describe('while only the second call of a request fails', () => {
  it.each(endpoints.filter(([name]) => name === 'refresh' || name === 'logout'))(
    '%s answers 503 and has done nothing',
    async (_, request) => {
      const account = await api.signup();
      database.decide((operation) => (operation === 'BatchGetItem' ? 'pass' : 'error'));
      expect((await request(account)).status).toBe(503);
      database.decide(() => 'pass');
      expect((await api.call('GET', '/api/dashboard/', { token: account.token })).status).toBe(200);
    },
  );

  it('a signup that ends between the counter and the transaction leaves nothing that blocks a later one', async () => {
    const account = newAccount();
    database.decide((operation) => (operation === 'UpdateItem' ? 'pass' : 'error'));
    expect((await signup(account)).status).toBe(503);
    database.decide(() => 'pass');
    expect((await signup(account)).status).toBe(201);
  });

  it('a login that cannot trim the old sessions is answered with its token, and the next one trims', async () => {
    const { username } = await api.signup();
    database.decide((operation) => (operation === 'Query' ? 'error' : 'pass'));
    const reply = await login({ username, password: 'password123' });
    expect(reply.status).toBe(200);
    database.decide(() => 'pass');
    expect((await api.call('GET', '/api/dashboard/', { token: reply.body.token })).status).toBe(200);
    expect((await login({ username, password: 'password123' })).status).toBe(200);
  });
});

describe('when the database applies a write and its answer is lost', () => {
  const loseFirst = (lost: string) => {
    let isLost = false;
    database.decide((operation) => {
      if (operation !== lost || isLost) return 'pass';
      isLost = true;
      return 'lose-answer';
    });
  };

  it('signup still makes one user and answers 201', async () => {
    const account = newAccount();
    loseFirst('TransactWriteItems');
    const reply = await signup(account);
    expect(reply.status).toBe(201);
    expect((await api.call('GET', '/api/dashboard/', { token: reply.body.token })).status).toBe(200);
  });

  it('login still answers a token that works', async () => {
    const { username } = await api.signup();
    loseFirst('PutItem');
    const reply = await login({ username, password: 'password123' });
    expect(reply.status).toBe(200);
    expect((await api.call('GET', '/api/dashboard/', { token: reply.body.token })).status).toBe(200);
  });

  it('refresh still answers the successor that is stored', async () => {
    const { token } = await api.signup();
    loseFirst('UpdateItem');
    const reply = await api.call('POST', '/api/refresh-token/', { token });
    expect(reply.status).toBe(200);
    expect((await api.call('GET', '/api/dashboard/', { token: reply.body.token })).status).toBe(200);
    expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(401);
  });

  it('logout still answers 200 and the token is dead', async () => {
    const { token } = await api.signup();
    loseFirst('DeleteItem');
    expect((await api.call('POST', '/api/logout/', { token })).status).toBe(200);
    expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(401);
  });
});

describe('when the first use of a successor cannot be noted', () => {
  it('the request passes all the same', async () => {
    const { token } = await api.signup();
    const { body } = await api.call('POST', '/api/refresh-token/', { token });
    database.decide((operation) => (operation === 'UpdateItem' ? 'error' : 'pass'));
    expect((await api.call('GET', '/api/dashboard/', { token: body.token })).status).toBe(200);
  });
});

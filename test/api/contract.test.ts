/** Every row of the contract that crosses more than one function: routes, methods, headers, bodies, and the words of each refusal. */
import { request as httpRequest } from 'node:http';
import { routeList } from '../../functions/routes';
import { newName, startApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const UNKNOWN_TOKEN = 'f2afca0567cd22a156f3791b7374ea774fd4b529';
const protectedRoutes = routeList.filter(({ access }) => access === 'authenticated');
const publicRoutes = routeList.filter(({ access }) => access === 'public');

/** A request as it is written, without what fetch would tidy up. */
const rawStatus = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    httpRequest(api.url + path, { headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });

describe.each(protectedRoutes)('$method $path', ({ method, path }) => {
  it.each([
    ['no header', undefined, 'Authentication credentials were not provided.'],
    ['an empty header', '', 'Authentication credentials were not provided.'],
    ['another scheme', `Bearer ${UNKNOWN_TOKEN}`, 'Authentication credentials were not provided.'],
    ['a bare token', UNKNOWN_TOKEN, 'Authentication credentials were not provided.'],
    ['no token', 'Token', 'Invalid token header. No credentials provided.'],
    [
      'a space inside the token',
      'Token abc def',
      'Invalid token header. Token string should not contain spaces.',
    ],
    ['an unknown token', `Token ${UNKNOWN_TOKEN}`, 'Invalid token.'],
    ['a short token', 'Token abc', 'Invalid token.'],
    ['an upper-case token', `Token ${UNKNOWN_TOKEN.toUpperCase()}`, 'Invalid token.'],
  ])('answers 401 for %s', async (_, Authorization, detail) => {
    const reply = await api.call(method, path, {
      headers: Authorization === undefined ? {} : { Authorization },
    });
    expect([reply.status, reply.body]).toEqual([401, { detail }]);
    expect(reply.headers.get('WWW-Authenticate')).toBe('Token');
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
    expect(reply.headers.get('Content-Type')).toBe('application/json');
  });

  it('ignores a token in query string and body', async () => {
    const { token } = await api.signup();
    const body = method === 'GET' ? {} : { body: { token, Authorization: `Token ${token}` } };
    const reply = await api.call(method, `${path}/?token=${token}&Authorization=Token%20${token}`, body);
    expect(reply.status).toBe(401);
  });
});

describe.each(routeList)('$method $path', ({ method, path }) => {
  const Allow = method === 'GET' ? 'GET, HEAD, OPTIONS' : `${method}, OPTIONS`;
  const wrongMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => other !== method);

  it.each(wrongMethods)('answers 405 for %s, with and without slash, token or not', async (wrong) => {
    for (const [target, call] of [
      [path, {}],
      [`${path}/`, { token: UNKNOWN_TOKEN }],
    ] as const) {
      const reply = await api.call(wrong, target, call);
      expect([reply.status, reply.body]).toEqual([405, { detail: `Method "${wrong}" not allowed.` }]);
      expect(reply.headers.get('Allow')).toBe(Allow);
    }
  });

  it('answers OPTIONS with what it has', async () => {
    const reply = await api.call('OPTIONS', `${path}/`);
    expect([reply.status, reply.text, reply.headers.get('Allow')]).toEqual([204, '', Allow]);
  });

  it('serves both forms of its path without a redirect', async () => {
    const [withSlash, without] = [await api.call(method, `${path}/`), await api.call(method, path)];
    expect([withSlash.status, withSlash.text]).toEqual([without.status, without.text]);
    expect(withSlash.status).toBe(
      method === 'POST' && publicRoutes.some((route) => route.path === path) ? 400 : 401,
    );
  });
});

describe('an unknown path', () => {
  it.each([
    '/',
    '/api',
    '/api/',
    '/api/nothing/',
    '/api/signup/x',
    '/API/SIGNUP/',
    '/api/signup%2F',
    '/%',
    '/api/%ff/',
  ])('%s answers 404, token or not, and echoes nothing', async (path) => {
    for (const call of [{}, { token: UNKNOWN_TOKEN }]) {
      const reply = await api.call('POST', path, call);
      expect([reply.status, reply.body]).toEqual([404, { detail: 'Not found.' }]);
    }
  });
});

describe('the Authorization header', () => {
  it('may be written in any case, with a tab, several spaces and padding', async () => {
    const { token } = await api.signup();
    for (const value of [`token ${token}`, `TOKEN\t${token}`, `Token    ${token}`, `  Token ${token}  `]) {
      expect(await rawStatus('/api/dashboard/', { authorization: value })).toBe(200);
    }
  });
});

describe('HEAD', () => {
  it('answers as GET without a body', async () => {
    const { token } = await api.signup();
    const reply = await api.call('HEAD', '/api/dashboard/', { token });
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(Number(reply.headers.get('Token-Expires-In'))).toBeGreaterThan(604_000);
    expect((await api.call('HEAD', '/api/dashboard/')).status).toBe(401);
    expect((await api.call('HEAD', '/api/signup/')).status).toBe(405);
  });
});

describe('Token-Expires-In and Cache-Control', () => {
  it('come with every answer that bears a token and every authenticated one', async () => {
    const username = newName();
    const account = { username, email: `${username}@example.com`, password: 'password123' };
    const signup = await api.call('POST', '/api/signup/', { body: account });
    const login = await api.call('POST', '/api/api-token-auth/', { body: account });
    const refresh = await api.call('POST', '/api/refresh-token/', { token: login.body.token });
    const dashboard = await api.call('GET', '/api/dashboard/', { token: refresh.body.token });
    for (const reply of [signup, login, refresh, dashboard]) {
      expect(Number(reply.headers.get('Token-Expires-In'))).toBeGreaterThan(604_700);
      expect(Number(reply.headers.get('Token-Expires-In'))).toBeLessThanOrEqual(604_800);
      expect(reply.headers.get('Cache-Control')).toBe('no-store');
    }
    const logout = await api.call('POST', '/api/logout/', { token: refresh.body.token });
    expect(logout.headers.get('Token-Expires-In')).toBe('0');
  });
});

describe('a body', () => {
  it.each<[string, (account: Record<string, string>) => FormData | URLSearchParams | object]>([
    ['JSON', (account) => account],
    ['an urlencoded form', (account) => new URLSearchParams(account)],
    [
      'a multipart form',
      (account) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(account)) form.set(name, value);
        return form;
      },
    ],
  ])('may be %s, for signup and login alike', async (_, encode) => {
    const username = `Ünï-${newName()}`;
    const account = { username, email: `${newName()}@example.com`, password: 'pässwörd & 123' };
    const signup = await api.call('POST', '/api/signup/', { body: encode(account) });
    expect([signup.status, signup.body.user?.username]).toEqual([201, username.normalize('NFKC')]);
    const login = await api.call('POST', '/api/api-token-auth/', {
      body: encode({ username, password: account.password }),
    });
    expect(login.status).toBe(200);
  });

  it('of another type is 415, of no fields 400, and refresh and logout never read one', async () => {
    const plain = await api.call('POST', '/api/signup/', {
      body: 'x',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect([plain.status, plain.body]).toEqual([
      415,
      { detail: 'Unsupported media type "text/plain" in request.' },
    ]);
    const empty = await api.call('POST', '/api/api-token-auth/');
    const required = ['This field is required.'];
    expect([empty.status, empty.body]).toEqual([400, { username: required, password: required }]);
    const { token } = await api.signup();
    const nonsense = { body: '{{{', headers: { 'Content-Type': 'application/json' } };
    const refresh = await api.call('POST', '/api/refresh-token/', { token, ...nonsense });
    expect(refresh.status).toBe(200);
    expect((await api.call('POST', '/api/logout/', { token: refresh.body.token, ...nonsense })).status).toBe(
      200,
    );
  });

  it('cannot smuggle anything in', async () => {
    const username = newName();
    const body = {
      username,
      email: `${username}@example.com`,
      password: 'password123',
      id: 1e6,
      is_active: false,
      is_staff: true,
    };
    const reply = await api.call('POST', '/api/signup/', { body });
    expect(Object.keys(reply.body.user)).toEqual(['id', 'username', 'email', 'role']);
    expect(reply.body.user.id).toBeLessThan(1e6);
    const admin = await api.call('POST', '/api/signup/', {
      body: { ...body, username: newName(), role: 'ADMIN' },
    });
    expect([admin.status, admin.body]).toEqual([400, { role: ['"ADMIN" is not a valid choice.'] }]);
  });
});

describe('signup', () => {
  it('refuses what is taken, in any case and Unicode form, both at once if both', async () => {
    const { username, email } = await api.signup();
    const retry = async (overrides: object) =>
      (
        await api.call('POST', '/api/signup/', {
          body: {
            username: newName(),
            email: `${newName()}@example.com`,
            password: 'password123',
            ...overrides,
          },
        })
      ).body;
    const takenName = { username: ['A user with that username already exists.'] };
    const takenEmail = { email: ['user with this email address already exists.'] };
    expect(await retry({ username: username.toUpperCase() })).toEqual(takenName);
    expect(await retry({ username: username.replace('user', 'ｕｓｅｒ') })).toEqual(takenName);
    expect(await retry({ email: email.toUpperCase() })).toEqual(takenEmail);
    expect(await retry({ username, email })).toEqual({ ...takenName, ...takenEmail });
  });

  it('is answered to a caller with a dead token, and so is login', async () => {
    const username = newName();
    const account = { username, email: `${username}@example.com`, password: 'password123' };
    expect((await api.call('POST', '/api/signup/', { token: UNKNOWN_TOKEN, body: account })).status).toBe(
      201,
    );
    expect(
      (await api.call('POST', '/api/api-token-auth/', { token: UNKNOWN_TOKEN, body: account })).status,
    ).toBe(200);
  });
});

describe('login', () => {
  it('takes the username in any case and Unicode form, and shows it as typed at signup', async () => {
    const username = `Zoë.${newName()}`;
    expect((await api.signup({ username })).username).toBe(username);
    for (const typed of [username.toUpperCase(), username.toLowerCase(), username.normalize('NFD')]) {
      const reply = await api.call('POST', '/api/api-token-auth/', {
        body: { username: typed, password: 'password123' },
      });
      expect(reply.status).toBe(200);
    }
  });

  it('says the same of an unknown user and of a wrong password', async () => {
    const { username } = await api.signup();
    const replies = await Promise.all([
      api.call('POST', '/api/api-token-auth/', { body: { username: newName(), password: 'password123' } }),
      api.call('POST', '/api/api-token-auth/', { body: { username, password: 'Password123' } }),
      api.call('POST', '/api/api-token-auth/', { body: { username, password: ' password123' } }),
      api.call('POST', '/api/api-token-auth/', { body: { username, password: 'x'.repeat(100) } }),
      api.call('POST', '/api/api-token-auth/', {
        body: { username: 'u'.repeat(5000), password: 'password123' },
      }),
    ]);
    for (const { status, text } of replies) {
      expect([status, text]).toEqual([
        400,
        '{"non_field_errors":["Unable to log in with provided credentials."]}',
      ]);
    }
  });
});

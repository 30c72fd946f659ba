/** Sentences about guessing and enumeration: a whole backend with its default limits, over HTTP. */
import { compare, hash } from 'bcryptjs';
import { type LoginDependencies, login as logIn } from '../../functions/login/login';
import { accountDigest } from '../../functions/shared/domain/attempts';
import { ThrottledError } from '../../functions/shared/http/errors';
import { newName, startApi, type TestApi } from '../support/api';
import { owner, protectedRequest, token } from '../support/sessions';
import { itemsOf, type StoredItems } from '../support/stored-items';

/** The real one, counted; the functions behind `api` have their own. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare), hash: jest.fn(real.hash) };
});

let api: TestApi;
let stored: StoredItems;

beforeAll(async () => {
  api = await startApi({
    settings: {
      rateLimits: 'on',
      loginsPerAddress: 100_000,
      signupsPerAddress: 100_000,
      hashesPerSecond: 10_000,
      // A second is over soon on a busy machine. The default's own figures are tested in test/domain/attempts.test.ts.
      loginWait: '1m',
    },
  });
  stored = itemsOf(api);
});
afterEach(() => api.call('POST', '/_local/clock/', { body: { reset: true } }));
afterAll(async () => {
  stored.close();
  await api.close();
});

/** How many hashes a login costs in this process that its rate limits, all but these open, refuse. */
async function hashesOfRefused(limits: Partial<LoginDependencies['rateLimits']>): Promise<number> {
  const user = {
    ...owner,
    username: 'bob',
    email: '',
    passwordHash: await hash('password123', 4),
    createdAt: 0,
    locator: token.locator,
  };
  const dependencies: LoginDependencies = {
    clock: Date.now,
    lifetimes: { tokenLifetimeSeconds: 60, sessionLifetimeSeconds: 60 },
    bcryptCost: 4,
    sessionsPerUser: 1,
    sourceIpRules: { attempts: 1, windowSeconds: 60 },
    accountRules: { freeFailures: 1, firstWaitSeconds: 1, longestWaitSeconds: 1, keptSeconds: 60 },
    rateLimits: {
      consumeFixedWindow: async () => 0,
      consumeWithBackoff: () => Promise.reject(new Error('The source IP comes first.')),
      refund: async () => undefined,
      reset: async () => undefined,
      ...limits,
    },
    users: {
      findLocator: async () => token.locator,
      findNamed: async () => user,
      replacePasswordHash: async () => true,
    },
    sessions: {
      add: async () => true,
      list: async () => ({ sessions: [], isComplete: true }),
      removeAll: async () => undefined,
    },
  };
  jest.mocked(hash).mockClear();
  jest.mocked(compare).mockClear();
  const body = { username: 'bob', password: 'password123' };
  const error = await logIn({ ...protectedRequest(), body }, dependencies).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ThrottledError);
  return jest.mocked(hash).mock.calls.length + jest.mocked(compare).mock.calls.length;
}

const advance = (time: string) => api.call('POST', '/_local/clock/', { body: { advance: time } });
const login = (username: string, password = 'password123', headers = {}) =>
  api.call('POST', '/api/api-token-auth/', { body: { username, password }, headers });
const guess = (username: string) => login(username, 'not-the-password');
const guesses = async (username: string, count: number) => {
  const replies = [];
  for (let number = 0; number < count; number += 1) replies.push(await guess(username));
  return replies;
};
const tally = (replies: readonly { status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const accountItems = async () =>
  (await stored.all('rateLimits')).filter(({ limitKey }) => limitKey.startsWith('ACCOUNT#'));

describe('guessing', () => {
  it('31. Consecutive failures per account never exceed 100 without a lock or delay; default far lower (5, then doubling).', async () => {
    const { username } = await api.signup();
    expect((await guesses(username, 6)).map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 429]);
    const waits = [];
    for (let failure = 5; failure < 9; failure += 1) {
      const refused = await guess(username);
      waits.push(Number(refused.headers.get('Retry-After')));
      await advance(`${refused.headers.get('Retry-After')}s`);
      expect((await guess(username)).status).toBe(400);
    }
    expect(waits.map((wait) => Math.ceil(wait / 60))).toEqual([1, 2, 4, 8]);
  });

  it('32. N parallel wrong guesses are counted as N, and no more than the limit reach bcrypt.', async () => {
    const { username, id } = await api.signup();
    const replies = await Promise.all(Array.from({ length: 40 }, () => guess(username)));
    expect(tally(replies)).toEqual({ 400: 5, 429: 35 });
    const hashed = await api.logged({ event: 'login_failed', userId: id }, 5);
    expect(hashed).toHaveLength(5);
    const account = accountDigest(username);
    expect((await accountItems()).find(({ limitKey }) => limitKey === `ACCOUNT#${account}`)).toMatchObject({
      attempts: 5,
    });
  });

  it('keeps nobody signed out who has a live session, and nobody out for longer than the longest wait once it ends', async () => {
    const { username, token } = await api.signup();
    await guesses(username, 5);
    expect((await login(username)).status).toBe(429);
    expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(200);
    const renewed = await api.call('POST', '/api/refresh-token/', { token });
    expect(renewed.status).toBe(200);
    await stored.put('rateLimits', {
      limitKey: `ACCOUNT#${accountDigest(username)}`,
      attempts: 1_000_000,
      lastAttemptAtMs: Date.now(),
      expiresAt: 9_999_999_999,
    });
    expect((await login(username)).status).toBe(429);
    await advance('15m');
    expect((await login(username)).status).toBe(200);
    expect(tally(await guesses(username, 5))).toEqual({ 400: 5 });
  });

  it('34. 429 carries `Retry-After` in seconds and the DRF text.', async () => {
    const { username } = await api.signup();
    await guesses(username, 5);
    const refused = await guess(username);
    const seconds = Number(refused.headers.get('Retry-After'));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
    expect([refused.status, refused.text]).toEqual([
      429,
      `{"detail":"Request was throttled. Expected available in ${seconds} seconds."}`,
    ]);
    await advance(`${seconds}s`);
    expect((await guess(username)).status).toBe(400);
  });

  it('36. Unknown user, wrong password and disabled account give the same status, body and number of hash operations; a lock answers 429 without any hash, alike for names that exist and names that do not.', async () => {
    const known = await api.signup();
    const disabled = await api.signup();
    const unknown = newName();
    await stored.updateUser(disabled.token.slice(0, 10), {
      expression: 'SET isActive = :no',
      values: { ':no': false },
    });
    const histories = [];
    for (const [username, password] of [
      [known.username, 'not-the-password'],
      [disabled.username, 'password123'],
      [unknown, 'password123'],
    ] as const) {
      const replies = [];
      for (let attempt = 0; attempt < 7; attempt += 1) replies.push(await login(username, password));
      histories.push(replies.map(({ status, text }) => [status, text.replace(/\d+ seconds/, 'N seconds')]));
    }
    expect(histories[0]!.map(([status]) => status)).toEqual([400, 400, 400, 400, 400, 429, 429]);
    expect(histories[1]).toEqual(histories[0]);
    expect(histories[2]).toEqual(histories[0]);
    // A hash leaves its time in the log; see test/functions/login.test.ts, which counts calls of bcrypt.
    for (const reason of ['password_wrong', 'user_inactive', 'user_unknown']) {
      const lines = await api.logged({ event: 'login_failed', reason }, 5);
      for (const { hashMilliseconds } of lines) expect(hashMilliseconds).toBeGreaterThan(1);
    }
    for (const line of await api.logged({ event: 'login_refused' }))
      expect(line).not.toHaveProperty('hashMilliseconds');
  });

  it('40. No default account or password exists after deploy.', async () => {
    const empty = await startApi();
    const items = itemsOf(empty);
    expect([await items.all('users'), await items.all('tokens')]).toEqual([[], []]);
    for (const username of ['admin', 'root', 'user', 'test'])
      for (const password of ['admin', 'password', username, 'password123']) {
        const reply = await empty.call('POST', '/api/api-token-auth/', { body: { username, password } });
        expect(reply.status).toBe(400);
      }
    items.close();
    await empty.close();
  });
});

describe('one address', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await startApi({
      settings: { rateLimits: 'on', loginsPerAddress: 8, signupsPerAddress: 3, addressWindow: '1d' },
    });
  });
  afterAll(() => limited.close());
  const attempt = (path: string, headers: Record<string, string> = {}) => {
    const username = newName();
    const body = { username, email: `${username}@example.com`, password: 'password123' };
    return limited.call('POST', path, { body, headers });
  };

  it('35. The client address comes from `requestContext.identity.sourceIp`; a forged `X-Forwarded-For` changes nothing.', async () => {
    const statuses = [];
    for (let number = 0; number < 10; number += 1) {
      const forged = `198.51.100.${number}`;
      const headers = {
        'X-Forwarded-For': forged,
        Forwarded: `for=${forged}`,
        'X-Real-IP': forged,
        'CF-Connecting-IP': forged,
      };
      statuses.push((await attempt('/api/api-token-auth/', headers)).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 400, 400, 429, 429]);
    const [refused] = await limited.logged({ event: 'login_refused' });
    expect(refused).toMatchObject({ reason: 'address_limit', address: '127.0.0.1' });
  });

  it('38. Signup enumeration: the seed returns the user and token directly, so duplicates must be visible; the deviation is documented and rate-limited.', async () => {
    const replies = [];
    for (let number = 0; number < 5; number += 1) replies.push(await attempt('/api/signup/'));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    const wait = Number(replies[4]!.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(86_400);
    await limited.call('POST', '/_local/clock/', { body: { advance: `${wait}s` } });
    expect((await attempt('/api/signup/')).status).toBe(201);
  });

  it('57. Calls that cost money (bcrypt, mail) sit behind admission control.', async () => {
    // An attempt that is refused reaches no hash, whichever limit refuses it. There is no mail.
    expect(await hashesOfRefused({ consumeFixedWindow: async () => 7 })).toBe(0);
    const wait = { isAllowed: false, waitSeconds: 7 } as const;
    expect(await hashesOfRefused({ consumeWithBackoff: async () => wait })).toBe(0);
    const replies = await Promise.all(
      ['/api/signup/', '/api/api-token-auth/'].map((path) =>
        Promise.all(Array.from({ length: 20 }, () => attempt(path))),
      ),
    );
    const [signups, logins] = replies.map((ofOne) => ofOne.filter(({ status }) => status !== 429).length);
    expect(signups).toBeLessThanOrEqual(3);
    expect(logins).toBeLessThanOrEqual(8);
  });
});

/** Sentences about guessing and enumeration: a whole backend with its default limits, over HTTP. */
import { accountDigest } from '../../functions/shared/domain/attempts';
import { newName, startApi, type TestApi } from '../support/api';
import { itemsOf, type StoredItems } from '../support/stored-items';

let api: TestApi;
let stored: StoredItems;
let afterDeploy: unknown[];

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
  afterDeploy = [await stored.all('users'), await stored.all('tokens')];
});
afterEach(() => api.call('POST', '/_local/clock/', { body: { reset: true } }));
afterAll(async () => {
  stored.close();
  await api.close();
});

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
    const username = newName();
    expect((await guesses(username, 6)).map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 429]);
    const waits = [];
    for (let failure = 5; failure < 8; failure += 1) {
      const refused = await guess(username);
      waits.push(Number(refused.headers.get('Retry-After')));
      await advance(`${refused.headers.get('Retry-After')}s`);
      expect((await guess(username)).status).toBe(400);
    }
    expect(waits.map((wait) => Math.ceil(wait / 60))).toEqual([1, 2, 4]);
  });

  it('32. N parallel wrong guesses are counted as N, and no more than the limit reach bcrypt.', async () => {
    const { username, id } = await api.signup();
    const replies = await Promise.all(Array.from({ length: 12 }, () => guess(username)));
    expect(tally(replies)).toEqual({ 400: 5, 429: 7 });
    const hashed = await api.logged({ event: 'login_failed', userId: id }, 5);
    expect(hashed).toHaveLength(5);
    expect(await api.logged({ event: 'account_locked', userId: id })).toHaveLength(1);
    const account = accountDigest(username);
    expect((await accountItems()).find(({ limitKey }) => limitKey === `ACCOUNT#${account}`)).toMatchObject({
      attempts: 5,
    });
  });

  it('34. 429 carries `Retry-After` in seconds and the DRF text.', async () => {
    const username = newName();
    await stored.put('rateLimits', {
      limitKey: `ACCOUNT#${accountDigest(username)}`,
      attempts: 1_000_000,
      lastAttemptAtMs: Date.now(),
      expiresAt: 9_999_999_999,
    });
    const refused = await guess(username);
    const seconds = Number(refused.headers.get('Retry-After'));
    expect(seconds).toBeGreaterThan(450);
    expect(seconds).toBeLessThanOrEqual(900);
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
      for (let attempt = 0; attempt < 6; attempt += 1) replies.push(await login(username, password));
      histories.push(replies.map(({ status, text }) => [status, text.replace(/\d+ seconds/, 'N seconds')]));
    }
    expect(histories[0]!.map(([status]) => status)).toEqual([400, 400, 400, 400, 400, 429]);
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

  it('guesses of the current password in one session keep no other session of the user waiting', async () => {
    const { token, username } = await api.signup();
    const other = (await login(username)).body.token;
    const change = async (text: string, current_password: string) => {
      const body = { current_password, new_username: username };
      return (await api.call('POST', '/api/auth/users/set_username/', { token: text, body })).status;
    };
    const statuses = [];
    for (let number = 0; number < 6; number += 1) statuses.push(await change(token, 'not-the-password'));
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect([await change(token, 'password123'), await change(other, 'password123')]).toEqual([429, 204]);
  });

  it('40. No default account or password exists after deploy.', () => {
    expect(afterDeploy).toEqual([[], []]);
  });
});

describe('one address', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await startApi({
      settings: {
        rateLimits: 'on',
        loginsPerAddress: 2,
        signupsPerAddress: 2,
        addressWindow: '1d',
        hashesPerSecond: 10_000,
      },
    });
    // To noon: a window that ended meanwhile would let more through.
    const now = Math.floor(Date.now() / 1000);
    await advanceLimited(86_400 - (now % 86_400) + 43_200);
  });
  afterAll(() => limited.close());
  const advanceLimited = (seconds: number) =>
    limited.call('POST', '/_local/clock/', { body: { advance: `${seconds}s` } });
  const attempt = (path: string, headers: Record<string, string> = {}) => {
    const username = newName();
    const body = { username, email: `${username}@example.com`, password: 'password123' };
    return limited.call('POST', path, { body, headers });
  };

  it('35. The client address comes from `requestContext.identity.sourceIp`; a forged `X-Forwarded-For` changes nothing.', async () => {
    const statuses = [];
    for (let number = 0; number < 4; number += 1) {
      const forged = `198.51.100.${number}`;
      const headers = {
        'X-Forwarded-For': forged,
        Forwarded: `for=${forged}`,
        'X-Real-IP': forged,
        'CF-Connecting-IP': forged,
      };
      statuses.push((await attempt('/api/api-token-auth/', headers)).status);
    }
    expect(statuses).toEqual([400, 400, 429, 429]);
    const [refused] = await limited.logged({ event: 'login_refused' });
    expect(refused).toMatchObject({ reason: 'address_limit', address: '127.0.0.1' });
  });

  it('38. Signup enumeration: the seed returns the user and token directly, so duplicates must be visible; the deviation is documented and rate-limited.', async () => {
    const replies = [];
    for (let number = 0; number < 3; number += 1) replies.push(await attempt('/api/signup/'));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 429]);
    const wait = Number(replies[2]!.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(86_400);
    await advanceLimited(wait);
    expect((await attempt('/api/signup/')).status).toBe(201);
  });

  it('57. Calls that cost money (bcrypt, mail) sit behind admission control.', async () => {
    // A hash leaves its time in the log. test/functions counts the calls of bcrypt, and shows that invalid fields cost none. Mail is in messages.test.ts.
    for (const [path, event] of [
      ['/api/signup/', 'signup_refused'],
      ['/api/api-token-auth/', 'login_refused'],
    ] as const) {
      const replies = await Promise.all(Array.from({ length: 6 }, () => attempt(path)));
      expect(tally(replies)[429]).toBeGreaterThanOrEqual(4);
      for (const line of await limited.logged({ event }, 4))
        expect(line).not.toHaveProperty('hashMilliseconds');
    }
    await advanceLimited(86_400);
    const { token } = await limited.signup();
    const change = { current_password: 'wrong-password', new_username: newName() };
    const replies = [];
    for (let number = 0; number < 6; number += 1)
      replies.push(await limited.call('POST', '/api/auth/users/set_username/', { token, body: change }));
    expect(tally(replies)).toEqual({ 400: 2, 429: 4 });
    expect(await limited.logged({ event: 'reauthentication_failed' }, 2)).toHaveLength(2);
    // What the address refuses costs the session no attempt.
    const counters = itemsOf(limited);
    const [ofSession] = (await counters.all('rateLimits')).filter(({ limitKey }) =>
      limitKey.startsWith('REAUTHENTICATION#'),
    );
    counters.close();
    expect(ofSession?.['attempts']).toBe(2);
    for (const line of await limited.logged({ event: 'reauthentication_refused' }, 4))
      expect(line).not.toHaveProperty('hashMilliseconds');
  });
});

import { randomUUID } from 'node:crypto';
import { waitAfter } from '../../functions/shared/domain/attempts';
import type { Database } from '../../functions/shared/store/database';
import type { ConsumedAttempt, Consumption } from '../../functions/shared/store/rate-limits';
import { accountLimitKey, laneLimitKey, sourceIpLimitKey } from '../../functions/shared/store/schema';
import { startDatabase, type TestDatabase } from '../support/database';
import { rateLimitStore } from '../support/stores';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  // Nobody runs out of patience on a busy machine.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await database.close();
});

const NOW_MS = 1_800_000_000_000;
const NOW = NOW_MS / 1000;
const DAY = 86_400;
const rules = { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: DAY };
/** Known for so long after a success. */
const KNOWN_SECONDS = 90 * DAY;

type RateLimits = Database<'rateLimits'>;
interface From {
  readonly nowMs?: number;
  readonly network?: string;
  readonly through?: RateLimits;
}
const newAccount = () => randomUUID();
const consume = (account: string, { nowMs = NOW_MS, network = 'elsewhere', through = database }: From = {}) =>
  rateLimitStore(through).consumeWithBackoff(
    { key: accountLimitKey(account), lane: { network, key: laneLimitKey(account, network) }, nowMs },
    rules,
  );
const allowed = (consumption: Consumption): ConsumedAttempt => {
  if (!consumption.isAllowed) throw new Error(`Refused for ${consumption.waitSeconds} s.`);
  return consumption;
};
/** An attempt that succeeds. */
const succeed = async (account: string, from: From = {}) => {
  const consumed = allowed(await consume(account, from));
  await rateLimitStore(database).reset(consumed, Math.floor(consumed.nowMs / 1000) + KNOWN_SECONDS);
};
/** So many guesses of somebody elsewhere that the account waits for the longest time. */
const lock = (account: string, nowMs = NOW_MS) =>
  database.items('rateLimits').then(async (items) => {
    const { limitKey } = accountLimitKey(account);
    const item = items.find((one) => one['limitKey'] === limitKey);
    await database.put('rateLimits', {
      ...{ expiresAt: Math.ceil(nowMs / 1000) + DAY, ...item },
      ...{ limitKey, attempts: 50, lastAttemptAtMs: nowMs },
    });
  });
const nth = (attempts: number) =>
  expect.objectContaining({
    isAllowed: true,
    waitIfFailed: waitAfter(attempts, rules),
    isLastFree: attempts === 5,
  });
const refused = (waitSeconds: number) => ({ isAllowed: false, waitSeconds });
const together = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work));
/** A database that applies each write and loses its response once, so that the SDK sends it again. */
const forgetful = (): RateLimits => {
  const send = async (command: Parameters<typeof database.send>[0]) => {
    await database.send(command).catch(() => undefined);
    return database.send(command);
  };
  return { ...database, close: () => undefined, send: send as typeof database.send };
};
/** A database that counts the calls. */
const counting = () => {
  const calls: string[] = [];
  const send = (command: Parameters<typeof database.send>[0]) => {
    calls.push((command.input as { Key: { limitKey: string } }).Key.limitKey.split('#')[0]!);
    return database.send(command);
  };
  return { calls, through: { ...database, close: () => undefined, send: send as typeof database.send } };
};
const itemAt = async ({ limitKey }: { limitKey: string }) =>
  (await database.items('rateLimits')).find((item) => item['limitKey'] === limitKey);
const itemOf = (account: string) => itemAt(accountLimitKey(account));
const laneOf = (account: string, network: string) => itemAt(laneLimitKey(account, network));
const networksOf = async (account: string) =>
  Object.keys((await itemOf(account)) ?? {})
    .filter((name) => name.startsWith('network#'))
    .map((name) => name.slice('network#'.length))
    .sort();

describe('the attempts of an account', () => {
  it('are free up to a number, and then wait longer each time', async () => {
    const account = newAccount();
    for (const number of [1, 2, 3, 4, 5]) expect(await consume(account)).toEqual(nth(number));
    expect(await consume(account, { nowMs: NOW_MS + 999 })).toEqual(refused(1));
    expect(await consume(account, { nowMs: NOW_MS + 1000 })).toEqual(nth(6));
    expect(await consume(account, { nowMs: NOW_MS + 1000 })).toEqual(refused(2));
    expect(await consume(account, { nowMs: NOW_MS + 3000 })).toEqual(nth(7));
  });

  it('that come at once when a wait is over: one is allowed', async () => {
    const account = newAccount();
    await database.put('rateLimits', {
      limitKey: `ACCOUNT#${account}`,
      attempts: 20,
      lastAttemptAtMs: NOW_MS - 900_000,
      expiresAt: NOW + DAY,
    });
    const consumptions = await together(30, () => consume(account));
    expect(consumptions.filter(({ isAllowed }) => isAllowed)).toEqual([nth(21)]);
    expect(new Set(consumptions.map((one) => (one.isAllowed ? 0 : one.waitSeconds)))).toEqual(
      new Set([0, 900]),
    );
  });

  it('are forgotten after a day, also while the item is still there', async () => {
    const account = newAccount();
    await together(5, () => consume(account));
    expect(await consume(account, { nowMs: NOW_MS + DAY * 1000 })).toEqual(nth(1));
    const consumptions = await together(20, () => consume(account, { nowMs: NOW_MS + 2 * DAY * 1000 }));
    expect(consumptions.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
  });

  it('few and long ago are forgotten too', async () => {
    const account = newAccount();
    await consume(account);
    expect(await consume(account, { nowMs: NOW_MS + DAY * 1000 })).toEqual(nth(1));
  });

  it('whose response was lost are allowed when they are sent again: the last free one, and one after its wait', async () => {
    const account = newAccount();
    await together(4, () => consume(account));
    const consumeAgain = (nowMs: number) => consume(account, { nowMs, through: forgetful() });
    expect(await consumeAgain(NOW_MS)).toEqual(nth(5));
    expect(await consumeAgain(NOW_MS + 1000)).toEqual(nth(6));
    expect(await consumeAgain(NOW_MS + 1000)).toEqual(refused(2));
  });

  it('that are forgotten while one of them is counted begin anew with that one', async () => {
    const account = newAccount();
    const others = allowed(await consume(account));
    await together(4, () => consume(account));
    const send = async (command: Parameters<typeof database.send>[0]) => {
      if (JSON.stringify(command.input).includes(':seenAt'))
        await rateLimitStore(database).reset(others, NOW + KNOWN_SECONDS);
      return database.send(command);
    };
    const through = { ...database, close: () => undefined, send: send as typeof database.send };
    expect(await consume(account, { nowMs: NOW_MS + 1000, through })).toEqual(nth(1));
  });

  it('are refunded one at a time, and not once another was counted', async () => {
    const account = newAccount();
    const { refund } = rateLimitStore(database);
    const first = allowed(await consume(account));
    const second = allowed(await consume(account));
    await refund(first);
    expect(await itemOf(account)).toMatchObject({ attempts: 2 });
    await refund(second);
    await refund(second);
    expect(await itemOf(account)).toMatchObject({ attempts: 1 });
    expect(await consume(account)).toEqual(nth(2));
    await refund({ ...second, countedIn: accountLimitKey(newAccount()) });
  });

  it('are forgotten after a success, in one call', async () => {
    const account = newAccount();
    await together(4, () => consume(account));
    const consumed = allowed(await consume(account));
    const { calls, through } = counting();
    await rateLimitStore(through).reset(consumed, NOW + KNOWN_SECONDS);
    expect(calls).toEqual(['ACCOUNT']);
    expect(await consume(account)).toEqual(nth(1));
  });

  it('leave an item that DynamoDB deletes when it counts for nothing', async () => {
    const account = newAccount();
    await consume(account, { nowMs: NOW_MS + 1 });
    expect(await itemOf(account)).toEqual({
      limitKey: `ACCOUNT#${account}`,
      attempts: 1,
      lastAttemptAtMs: NOW_MS + 1,
      attemptId: expect.any(String),
      expiresAt: NOW + 1 + DAY,
    });
  });
});

describe('the networks of an account', () => {
  it('are those from which it signed in, with the time until when they are known, and nothing else is left of the attempts', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    expect(await itemOf(account)).toEqual({
      limitKey: `ACCOUNT#${account}`,
      'network#home': NOW + KNOWN_SECONDS,
      expiresAt: NOW + KNOWN_SECONDS,
    });
    await consume(account, { network: 'work' });
    expect(await networksOf(account)).toEqual(['home']);
  });

  it('are five: the sixth pushes out the one that was used least lately', async () => {
    const account = newAccount();
    const days = ['one', 'two', 'three', 'four', 'five', 'one', 'six'];
    for (const [day, network] of days.entries())
      await succeed(account, { network, nowMs: NOW_MS + day * DAY * 1000 });
    expect(await networksOf(account)).toEqual(['five', 'four', 'one', 'six', 'three']);
  });

  it('that sign in at the same time are all known afterwards', async () => {
    const account = newAccount();
    const attempts = [];
    for (const network of ['one', 'two', 'three', 'four'])
      attempts.push(allowed(await consume(account, { network })));
    await Promise.all(attempts.map((one) => rateLimitStore(database).reset(one, NOW + KNOWN_SECONDS)));
    expect(await networksOf(account)).toEqual(['four', 'one', 'three', 'two']);
  });

  it('are known no shorter because somebody guesses: neither free attempts nor later ones lower expiresAt', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    for (const second of [0, 0, 0, 0, 0, 1, 3]) {
      expect((await consume(account, { nowMs: NOW_MS + second * 1000 })).isAllowed).toBe(true);
      expect(await itemOf(account)).toMatchObject({ expiresAt: NOW + KNOWN_SECONDS });
    }
    // Two days later those failures are forgotten, and the network is not.
    expect(await consume(account, { nowMs: NOW_MS + 2 * DAY * 1000 })).toEqual(nth(1));
    expect(await networksOf(account)).toEqual(['home']);
    // In the last hours expiresAt goes up with the failures, and the network's own end stays.
    const lastHourMs = NOW_MS + (KNOWN_SECONDS - 3600) * 1000;
    await lock(account, lastHourMs - 900_000);
    expect((await consume(account, { nowMs: lastHourMs })).isAllowed).toBe(true);
    expect(await itemOf(account)).toMatchObject({
      'network#home': NOW + KNOWN_SECONDS,
      expiresAt: lastHourMs / 1000 + DAY,
    });
  });

  it('count as absent when their item has expired, although DynamoDB has not deleted it', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    const endMs = NOW_MS + KNOWN_SECONDS * 1000;
    expect(await consume(account, { nowMs: endMs })).toEqual(nth(1));
    expect(await itemOf(account)).toEqual({
      limitKey: `ACCOUNT#${account}`,
      attempts: 1,
      lastAttemptAtMs: endMs,
      attemptId: expect.any(String),
      expiresAt: endMs / 1000 + DAY,
    });
  });

  it('count as absent when their own time is over, although guesses keep the item', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    const endMs = NOW_MS + KNOWN_SECONDS * 1000;
    await database.put('rateLimits', { ...(await itemOf(account)), expiresAt: endMs / 1000 + DAY });
    await lock(account, endMs - 1000);
    expect((await consume(account, { network: 'home', nowMs: endMs - 1000 })).isAllowed).toBe(true);
    expect(await consume(account, { network: 'home', nowMs: endMs })).toEqual(refused(899));
    // The next attempt that is counted removes what is over.
    expect((await consume(account, { nowMs: endMs + 899_000 })).isAllowed).toBe(true);
    expect(await networksOf(account)).toEqual([]);
  });

  it('count as absent in an item that does not say when it expires, and so do its failures', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    await lock(account);
    const { expiresAt: _, ...item } = (await itemOf(account))!;
    await database.put('rateLimits', item);
    expect(await consume(account, { network: 'home' })).toEqual(nth(1));
    expect(await itemOf(account)).toMatchObject({ attempts: 1, expiresAt: NOW + DAY });
    expect(await networksOf(account)).toEqual([]);
    expect(await laneOf(account, 'home')).toBeUndefined();
  });
});

describe('the lane of a network', () => {
  const locked = async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    await lock(account);
    return account;
  };
  const fromHome = (account: string, nowMs = NOW_MS, through: RateLimits = database) =>
    consume(account, { network: 'home', nowMs, through });

  it('is open while the account waits, with one call more, to networks that are known and to no others', async () => {
    const account = await locked();
    const home = counting();
    expect(await fromHome(account, NOW_MS, home.through)).toEqual(nth(1));
    expect(home.calls).toEqual(['ACCOUNT', 'LANE']);
    const elsewhere = counting();
    expect(await consume(account, { through: elsewhere.through })).toEqual(refused(900));
    expect(elsewhere.calls).toEqual(['ACCOUNT']);
  });

  it('is not used while the account has an attempt left', async () => {
    const account = newAccount();
    await succeed(account, { network: 'home' });
    for (const number of [1, 2, 3, 4, 5]) expect(await fromHome(account)).toEqual(nth(number));
    expect(await laneOf(account, 'home')).toBeUndefined();
    expect(await fromHome(account)).toEqual(nth(1));
  });

  it('has failures and waits of its own, by the same rules, and the account may be free before it', async () => {
    const account = await locked();
    for (const number of [1, 2, 3, 4, 5]) expect(await fromHome(account)).toEqual(nth(number));
    expect(await fromHome(account)).toEqual(refused(1));
    expect(await fromHome(account, NOW_MS + 1000)).toEqual(nth(6));
    expect(await fromHome(account, NOW_MS + 1000)).toEqual(refused(2));
    for (const second of [3, 7, 15, 31, 63, 127, 255, 511])
      expect((await fromHome(account, NOW_MS + second * 1000)).isAllowed).toBe(true);
    expect(await fromHome(account, NOW_MS + 600_000)).toEqual(refused(300));
    expect(await itemOf(account)).toMatchObject({ attempts: 50, lastAttemptAtMs: NOW_MS });
  });

  it('counts each of twelve attempts that come at once', async () => {
    const account = await locked();
    const consumptions = await together(12, () => fromHome(account));
    expect(consumptions.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
    expect(await laneOf(account, 'home')).toMatchObject({ attempts: 5 });
  });

  it('is not touched by guesses from elsewhere', async () => {
    const account = await locked();
    await fromHome(account);
    const before = await laneOf(account, 'home');
    await together(10, () => consume(account));
    await consume(account, { nowMs: NOW_MS + 900_000 });
    expect(await laneOf(account, 'home')).toEqual(before);
  });

  it('is forgotten after a success in it, and so are the failures of the account', async () => {
    const account = await locked();
    await together(4, () => fromHome(account));
    const consumed = allowed(await fromHome(account));
    const { calls, through } = counting();
    await rateLimitStore(through).reset(consumed, NOW + KNOWN_SECONDS);
    expect(calls).toEqual(['ACCOUNT', 'LANE']);
    expect(await consume(account)).toEqual(nth(1));
    await lock(account);
    expect(await fromHome(account)).toEqual(nth(1));
  });

  it('gets its attempts refunded, and the account does not', async () => {
    const account = await locked();
    await fromHome(account);
    await rateLimitStore(database).refund(allowed(await fromHome(account)));
    expect(await laneOf(account, 'home')).toMatchObject({ attempts: 1 });
    expect(await itemOf(account)).toMatchObject({ attempts: 50 });
  });

  it('allows an attempt whose response was lost when it is sent again, the last free one too', async () => {
    const account = await locked();
    await together(4, () => fromHome(account));
    expect(await fromHome(account, NOW_MS, forgetful())).toEqual(nth(5));
    expect(await fromHome(account, NOW_MS, forgetful())).toEqual(refused(1));
  });
});

describe('the attempts of a source IP', () => {
  const window = { attempts: 10, windowSeconds: 600 };
  const attempt = (sourceIp: string, action: 'login' | 'signup' = 'login', at = NOW) =>
    rateLimitStore(database).consumeFixedWindow(sourceIpLimitKey(action, sourceIp), {
      now: at,
      rules: window,
    });

  it('count each when they come at once, and the rest waits for the next window', async () => {
    const waits = await together(40, () => attempt('203.0.113.7', 'login', NOW + 200));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
    expect(new Set(waits)).toEqual(new Set([0, 400]));
    expect(await attempt('203.0.113.7', 'login', NOW + 599)).toBe(1);
    expect(await attempt('203.0.113.7', 'login', NOW + 600)).toBe(0);
  });

  it('whose response was lost are allowed when they are sent again, the last one too', async () => {
    const tryAgain = () =>
      rateLimitStore(forgetful()).consumeFixedWindow(sourceIpLimitKey('login', '203.0.113.11'), {
        now: NOW,
        rules: window,
      });
    await together(9, () => attempt('203.0.113.11'));
    expect(await tryAgain()).toBe(0);
    expect(await tryAgain()).toBe(600);
  });

  it('are apart for each source IP and each action', async () => {
    await together(10, () => attempt('203.0.113.8'));
    expect(await attempt('203.0.113.8')).toBe(600);
    expect(await attempt('203.0.113.9')).toBe(0);
    expect(await attempt('203.0.113.8', 'signup')).toBe(0);
  });

  it('leave an item that ends with its window', async () => {
    await attempt('203.0.113.10');
    const items = await database.items('rateLimits');
    expect(items.find(({ limitKey }) => limitKey.includes('203.0.113.10'))).toEqual({
      limitKey: `ADDRESS#login#203.0.113.10#${NOW + 600}`,
      attempts: 1,
      attemptId: expect.any(String),
      expiresAt: NOW + 600,
    });
  });
});

import { randomUUID } from 'node:crypto';
import { waitAfter } from '../../functions/shared/domain/attempts';
import {
  chargeAccount,
  chargeAddress,
  forgetAttempts,
  returnAttempt,
} from '../../functions/shared/store/rate-limits';
import { startDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.close();
});

const NOW_MS = 1_800_000_000_000;
const rules = { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 };
const newAccount = () => randomUUID();
/** The charge of that attempt. */
const admitted = (attempts: number) => ({
  isAdmitted: true,
  attemptId: expect.any(String),
  waitIfFailed: waitAfter(attempts, rules),
  isLastFree: attempts === 5,
});
const charge = (account: string, nowMs = NOW_MS) => chargeAccount(database, { account, nowMs }, rules);
const together = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work));
/** A database that applies each write and loses its answer once, so that the SDK sends it again. */
const forgetful = (): TestDatabase => {
  const send = async (command: Parameters<typeof database.send>[0]) => {
    await database.send(command).catch(() => undefined);
    return database.send(command);
  };
  return { ...database, send: send as typeof database.send };
};
const itemOf = async (account: string) =>
  (await database.items('rateLimits')).find(({ limitKey }) => limitKey === `ACCOUNT#${account}`);

describe('the attempts of an account', () => {
  it('are free up to a number, and then wait longer each time', async () => {
    const account = newAccount();
    const free = [await charge(account), await charge(account), await charge(account), await charge(account)];
    expect(free).toEqual([1, 2, 3, 4].map(admitted));
    expect(await charge(account)).toEqual(admitted(5));
    expect(await charge(account, NOW_MS + 999)).toEqual({ isAdmitted: false, waitSeconds: 1 });
    expect(await charge(account, NOW_MS + 1000)).toEqual(admitted(6));
    expect(await charge(account, NOW_MS + 1000)).toEqual({ isAdmitted: false, waitSeconds: 2 });
    expect(await charge(account, NOW_MS + 3000)).toEqual(admitted(7));
  });

  it('count each when they come at once: of fifty, five are admitted', async () => {
    const account = newAccount();
    const charges = await together(50, () => charge(account));
    expect(charges.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(5);
    expect(charges.filter((one) => one.isAdmitted && one.isLastFree)).toHaveLength(1);
    expect(await itemOf(account)).toMatchObject({ attempts: 5 });
  });

  it('that come at once when a wait is over: one is admitted', async () => {
    const account = newAccount();
    await database.put('rateLimits', {
      limitKey: `ACCOUNT#${account}`,
      attempts: 20,
      lastAttemptAtMs: NOW_MS - 900_000,
      expiresAt: NOW_MS / 1000 + 86_400,
    });
    const charges = await together(30, () => charge(account));
    expect(charges.filter(({ isAdmitted }) => isAdmitted)).toEqual([admitted(21)]);
    expect(new Set(charges.map((one) => (one.isAdmitted ? 0 : one.waitSeconds)))).toEqual(new Set([0, 900]));
  });

  it('are forgotten after a day, also while the item is still there', async () => {
    const account = newAccount();
    await together(5, () => charge(account));
    expect(await charge(account, NOW_MS + 86_400_000)).toEqual(admitted(1));
    const charges = await together(20, () => charge(account, NOW_MS + 2 * 86_400_000));
    expect(charges.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(5);
  });

  it('whose answer was lost are admitted when they are sent again: the last free one, and one after its wait', async () => {
    const account = newAccount();
    await together(4, () => charge(account));
    const chargeAgain = (nowMs: number) => chargeAccount(forgetful(), { account, nowMs }, rules);
    expect(await chargeAgain(NOW_MS)).toEqual(admitted(5));
    expect(await chargeAgain(NOW_MS + 1000)).toEqual(admitted(6));
    expect(await chargeAgain(NOW_MS + 1000)).toEqual({ isAdmitted: false, waitSeconds: 2 });
  });

  it('that are forgotten while one of them is counted begin anew with that one', async () => {
    const account = newAccount();
    await together(5, () => charge(account));
    const send = async (command: Parameters<typeof database.send>[0]) => {
      if (JSON.stringify(command.input).includes(':seenAt')) await forgetAttempts(database, account);
      return database.send(command);
    };
    const interrupted: TestDatabase = { ...database, send: send as typeof database.send };
    expect(await chargeAccount(interrupted, { account, nowMs: NOW_MS + 1000 }, rules)).toEqual(admitted(1));
  });

  it('few and long ago are forgotten too', async () => {
    const account = newAccount();
    await charge(account);
    expect(await charge(account, NOW_MS + 86_400_000)).toEqual(admitted(1));
  });

  it('are given back one at a time, and not once another was counted', async () => {
    const account = newAccount();
    const first = await charge(account);
    const second = await charge(account);
    await returnAttempt(database, account, first.isAdmitted ? first.attemptId : '');
    expect(await itemOf(account)).toMatchObject({ attempts: 2 });
    await returnAttempt(database, account, second.isAdmitted ? second.attemptId : '');
    await returnAttempt(database, account, second.isAdmitted ? second.attemptId : '');
    expect(await itemOf(account)).toMatchObject({ attempts: 1 });
    expect(await charge(account)).toEqual(admitted(2));
    await returnAttempt(database, newAccount(), 'of nobody');
  });

  it('are forgotten on request, and forgetting what is not there is nothing', async () => {
    const account = newAccount();
    await together(5, () => charge(account));
    await forgetAttempts(database, account);
    await forgetAttempts(database, account);
    expect(await charge(account)).toEqual(admitted(1));
  });

  it('leave an item that DynamoDB deletes when it counts for nothing any more', async () => {
    const account = newAccount();
    await charge(account, NOW_MS + 1);
    expect(await itemOf(account)).toEqual({
      limitKey: `ACCOUNT#${account}`,
      attempts: 1,
      lastAttemptAtMs: NOW_MS + 1,
      attemptId: expect.any(String),
      expiresAt: NOW_MS / 1000 + 1 + 86_400,
    });
  });
});

describe('the attempts of an address', () => {
  const window = { attempts: 10, windowSeconds: 600 };
  const now = NOW_MS / 1000;
  const attempt = (address: string, action: 'login' | 'signup' = 'login', at = now) =>
    chargeAddress(database, { action, address, now: at }, window);

  it('count each when they come at once, and the rest waits for the next window', async () => {
    const waits = await together(40, () => attempt('203.0.113.7', 'login', now + 200));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
    expect(new Set(waits)).toEqual(new Set([0, 400]));
    expect(await attempt('203.0.113.7', 'login', now + 599)).toBe(1);
    expect(await attempt('203.0.113.7', 'login', now + 600)).toBe(0);
  });

  it('whose answer was lost are admitted when they are sent again, the last one too', async () => {
    const tryAgain = () =>
      chargeAddress(forgetful(), { action: 'login', address: '203.0.113.11', now }, window);
    await together(9, () => attempt('203.0.113.11'));
    expect(await tryAgain()).toBe(0);
    expect(await tryAgain()).toBe(600);
  });

  it('are apart for each address and each action', async () => {
    await together(10, () => attempt('203.0.113.8'));
    expect(await attempt('203.0.113.8')).toBe(600);
    expect(await attempt('203.0.113.9')).toBe(0);
    expect(await attempt('203.0.113.8', 'signup')).toBe(0);
  });

  it('leave an item that ends with its window', async () => {
    await attempt('203.0.113.10');
    const items = await database.items('rateLimits');
    expect(items.find(({ limitKey }) => limitKey.includes('203.0.113.10'))).toEqual({
      limitKey: `ADDRESS#login#203.0.113.10#${now + 600}`,
      attempts: 1,
      attemptId: expect.any(String),
      expiresAt: now + 600,
    });
  });
});

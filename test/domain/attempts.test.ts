import fc from 'fast-check';
import {
  accountDigest,
  areForgotten,
  isKnown,
  networkDigest,
  networksToForget,
  remainingWait,
  waitAfter,
  windowEnd,
} from '../../functions/shared/domain/attempts';

const rules = { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 };

describe('an account', () => {
  it('waits twice as long after each failure, from one second to a quarter of an hour', () => {
    const waits = Array.from({ length: 18 }, (_, index) => waitAfter(index, rules));
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('never waits longer than that, whatever is done to it', () => {
    fc.assert(fc.property(fc.nat(), (failures) => waitAfter(failures, rules) <= 900));
  });

  it('has waited when the time is over, to the millisecond', () => {
    const attempts = { count: 7, lastAtMs: 1_000_000 };
    expect(remainingWait(attempts, 1_000_000, rules)).toBe(4);
    expect(remainingWait(attempts, 1_000_001, rules)).toBe(4);
    expect(remainingWait(attempts, 1_003_999, rules)).toBe(1);
    expect(remainingWait(attempts, 1_004_000, rules)).toBe(0);
    expect(remainingWait(attempts, 9_999_999, rules)).toBe(0);
  });

  it('waits no longer because a clock was ahead when it failed', () => {
    expect(remainingWait({ count: 7, lastAtMs: 900_000_000 }, 1_000_000, rules)).toBe(4);
  });

  it('starts anew after a day without an attempt', () => {
    const attempts = { count: 50, lastAtMs: 1_000 };
    expect(areForgotten(attempts, 86_400_999, rules)).toBe(false);
    expect(areForgotten(attempts, 86_401_000, rules)).toBe(true);
  });

  it('is one for every spelling of its name, and its key does not tell the name', () => {
    expect(accountDigest('Bob')).toBe(accountDigest('bob'));
    expect(accountDigest('ﬁn')).toBe(accountDigest('FIN'));
    expect(accountDigest('bob')).not.toBe(accountDigest('bop'));
    expect(accountDigest('bob')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the networks of an account', () => {
  it('are named by account and network together, so that two accounts on one network have no name in common', () => {
    expect(networkDigest('account', 'locator', '203.0.113.7')).toMatch(/^[0-9a-f]{16}$/);
    expect(networkDigest('account', 'locator', '203.0.113.7')).toBe(
      networkDigest('account', 'locator', '203.0.113.7'),
    );
    expect(networkDigest('account', 'locator', '203.0.113.7')).not.toBe(
      networkDigest('other', 'locator', '203.0.113.7'),
    );
    expect(networkDigest('account', 'locator', '203.0.113.7')).not.toBe(
      networkDigest('account', 'locator', '203.0.113.8'),
    );
    // Whoever takes over the name has another locator.
    expect(networkDigest('account', 'locator', '203.0.113.7')).not.toBe(
      networkDigest('account', 'other', '203.0.113.7'),
    );
  });

  it('are known before their time is over, and not from then on', () => {
    expect(isKnown('home', { home: 1000 }, 999)).toBe(true);
    expect(isKnown('home', { home: 1000 }, 1000)).toBe(false);
    expect(isKnown('work', { home: 1000 }, 999)).toBe(false);
  });

  it('go when they are over, or when five others were used after them', () => {
    const networks = { one: 2001, two: 2002, three: 2003, four: 2004, five: 2005 };
    expect(networksToForget(networks, 'five', 1000)).toEqual([]);
    expect(networksToForget(networks, 'six', 1000)).toEqual(['one']);
    expect(networksToForget({ ...networks, six: 2006 }, 'one', 1000)).toEqual(['two']);
    expect(networksToForget(networks, 'one', 2002).sort()).toEqual(['two']);
    expect(networksToForget({}, 'one', 1000)).toEqual([]);
  });
});

describe('a window', () => {
  it('ends at a multiple of its length, and the next begins there', () => {
    const window = { attempts: 1, windowSeconds: 600 };
    expect(windowEnd(1200, window)).toBe(1800);
    expect(windowEnd(1799, window)).toBe(1800);
    expect(windowEnd(1800, window)).toBe(2400);
  });
});

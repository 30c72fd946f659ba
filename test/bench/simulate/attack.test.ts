import { randomOf } from '../../../bench/load/random';
import { attackedDay, type LoginLimits } from '../../../bench/simulate/attack';
import { dayCost, unlimitedDayCost } from '../../../bench/simulate/attack-cost';

const account = { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 };
const limits: LoginLimits = { throttle: 10, address: { attempts: 1_000_000, windowSeconds: 600 }, account };
const dayOf = (attack: [addresses: number, accounts: number, tries: number], changed = {}) => {
  const [addresses, accounts, triesPerSecond] = attack;
  return attackedDay({ addresses, accounts, triesPerSecond }, { ...limits, ...changed }, randomOf(1));
};

describe('a day of guessing', () => {
  it('at one account comes to 15 guesses until the wait is longest, and one each 900 seconds after', () => {
    // Free at 0 to 4; then after 1, 2, 4 … 512 seconds, which are 1,023; of the 85,372 seconds that are left, one in 900.
    const day = dayOf([1, 1, 1]);
    expect(day.verdicts).toEqual({ address_limit: 0, account_wait: 86_400 - 109, free: 5, waited: 104 });
    expect(day.judged).toBe(15 + Math.floor((86_399 - 1027) / 900));
    expect(day.waitingShare).toBeCloseTo((86_400 - 4) / 86_400, 6);
  });

  it('from one address comes to its limit in each window', () => {
    const address = { attempts: 100, windowSeconds: 600 };
    const { verdicts, passed } = dayOf([1, 1_000_000, 2], { address });
    expect(passed).toBe(172_800);
    expect(passed - verdicts.address_limit).toBe(100 * 144);
    expect(verdicts.free).toBe(100 * 144);
  });

  it('from everywhere at everyone comes to what the throttle lets through', () => {
    const day = dayOf([10, 1_000_000, 50], { throttle: 3 });
    expect(day).toMatchObject({ tries: 4_320_000, passed: 259_200 });
    expect(day.judged).toBe(259_200);
  });

  it('is the same with the same seed', () => {
    expect(dayOf([5, 5, 1])).toEqual(dayOf([5, 5, 1]));
  });
});

describe('its cost', () => {
  const sizes = { memoryMbOf: () => 1024, bcryptCost: 10 };
  const none = { address_limit: 0, account_wait: 0, free: 0, waited: 0 };
  const costOf = (verdict: Partial<typeof none>) =>
    dayCost({ ...dayOf([1, 1, 1]), verdicts: { ...none, ...verdict } }, sizes);

  it('is that of each try that reached a function', () => {
    // Of work 1 + 1 ms at 1024 of 1769 MB, a wait of 5 ms and 3 ms of cold starts: 12 ms. 2 × 350 + 300 bytes of log.
    const refused = 3.5 + 0.2 + 0.012 * 13.3334 + 0.625 + 0.5 + 0.09;
    expect(costOf({ address_limit: 1_000_000 })).toBeCloseTo(refused, 6);
    // 1 + 4 + 75 ms of work are 138.2 beside 20 of waiting and 3: 162 ms.
    const judged = 3.5 + 0.2 + 0.162 * 13.3334 + 2 * 0.625 + 2 * 0.125 + 0.5 + 0.09;
    expect(costOf({ free: 1_000_000 })).toBeCloseTo(judged, 6);
    expect(costOf({ address_limit: 500_000, free: 500_000 })).toBeCloseTo((refused + judged) / 2, 6);
  });

  it('would be that of a guess for every try if nothing were refused', () => {
    expect(unlimitedDayCost(dayOf([1, 1, 1]), sizes)).toBeCloseTo(costOf({ free: 86_400 }), 9);
  });
});

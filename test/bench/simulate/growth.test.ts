import { randomOf } from '../../../bench/load/random';
import { ceilings, reachedAt } from '../../../bench/simulate/ceilings';
import { growthOf, usersOf } from '../../../bench/simulate/growth';
import { distributions } from '../../../bench/simulate/normal-day';
import { readTemplate } from '../../../local/template/template';
import { templateWith } from '../../support/assembly';

const templateOf = (settings: Record<string, unknown>) =>
  readTemplate('TokenAuth-dev', templateWith(settings).toJSON());
const template = templateOf({});
const MONTH = 30 * 86_400;

describe('growth', () => {
  it('is what a user does in a month, times the users', () => {
    const million = growthOf(1_000_000, template);
    // 300 dashboards, 8 refreshes, half a login, a twentieth of a signup, a tenth of a logout.
    expect(million.requests).toBeCloseTo(308.65e6 / MONTH, 6);
    expect(million.signups).toBeCloseTo(0.05e6 / MONTH, 6);
    expect(million.hashes).toBeCloseTo(0.55e6 / MONTH, 6);
    expect(million.runs).toBeCloseTo((2 * 308.1e6 + 0.55e6) / MONTH, 6);
    expect(million.reads('Users')).toBeCloseTo((308.1e6 + 2 * 0.5e6) / MONTH, 6);
    expect(million.writes('Users')).toBeCloseTo((7 * 0.05e6) / MONTH, 6);
    expect(million.gigabytes).toBe(1.8);
  });

  it('needs as many functions at once as start in a second, times their seconds', () => {
    const { runs, concurrency } = growthOf(1_000_000, template);
    const seconds = concurrency / runs;
    expect(seconds).toBeGreaterThan(0.004);
    expect(seconds).toBeLessThan(0.03);
    expect(growthOf(10_000_000, template).concurrency).toBeCloseTo(10 * concurrency, 9);
  });

  it('tells the users of a number of requests', () => {
    expect(growthOf(usersOf(250, template), template).requests).toBeCloseTo(250, 9);
  });
});

describe('ceilings', () => {
  const found = (settings: Record<string, unknown>) =>
    new Map(ceilings(templateOf(settings)).map((ceiling) => [ceiling.limit, reachedAt(ceiling)]));

  it('come in the order in which they are met', () => {
    const reached = [...found({}).values()];
    expect(reached.length).toBeGreaterThan(10);
    expect(reached).toEqual([...reached].sort((one, other) => one - other));
  });

  it('follow from the mix of requests and the settings', () => {
    const usual = found({});
    expect(usual.get('`requestsPerSecond`, dashboard')).toBeCloseTo((100 * 308.65) / 300, 6);
    expect(usual.get('`hashesPerSecond`, login')).toBeCloseTo((10 * 308.65) / 0.5, 6);
    expect(usual.get('writes of `COUNTER#user`')).toBeCloseTo((1000 * 308.65) / 0.05, 3);
    expect(found({ requestsPerSecond: 500 }).get('`requestsPerSecond`, dashboard')).toBeCloseTo(
      (500 * 308.65) / 300,
      6,
    );
    expect(found({ rateLimits: 'off' }).has('`hashesPerSecond`, login')).toBe(false);
  });
});

describe('the load of a population', () => {
  const moment = { now: 1_800_000_000, rules: { attempts: 100, windowSeconds: 600 } };
  const of = (seed: number) => distributions(2000, moment, randomOf(seed));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

  it('is as much as its growth says, on every table', () => {
    const growth = growthOf(2000, template);
    for (const { table, units, sums } of of(1)) expect(sum(sums)).toBeCloseTo(growth[units](table), 9);
  });

  it('has one hot item: of seven writes to Users, one is of the counter', () => {
    const [, writes] = of(1);
    expect(writes).toMatchObject({ table: 'Users', units: 'writes', hottest: { key: 'COUNTER#user' } });
    expect(writes?.hottest.share).toBeCloseTo(1 / 7, 9);
  });

  it('is the same with the same seed, and another with another', () => {
    expect(of(1)).toEqual(of(1));
    expect(of(2)).not.toEqual(of(1));
  });
});

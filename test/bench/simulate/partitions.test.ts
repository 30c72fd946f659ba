import { hottestKey, maxOverMean, merged, spread } from '../../../bench/simulate/partitions';
import { newLocator } from '../../../functions/shared/domain/token';

const total = (sums: readonly number[]) => sums.reduce((sum, one) => sum + one, 0);

it('puts the whole load of a key into one partition, always the same', () => {
  const sums = spread(new Map([['COUNTER#user', 7]]), 64);
  expect(sums.filter(Boolean)).toEqual([7]);
  expect(sums).toHaveLength(64);
  expect(spread(new Map([['COUNTER#user', 7]]), 64)).toEqual(sums);
});

it('merges neighbours into what fewer partitions would have', () => {
  const loads = new Map(Array.from({ length: 500 }, (_, at) => [`key ${at}`, at]));
  expect(merged([1, 2, 3, 4], 2)).toEqual([3, 7]);
  expect(merged(spread(loads, 64), 16)).toEqual(spread(loads, 4));
});

it('compares the fullest partition with the mean', () => {
  expect(maxOverMean([3, 1, 1, 3])).toBe(1.5);
  expect(maxOverMean([8, 0, 0, 0])).toBe(4);
});

it('names the hottest key and its share', () => {
  const loads = new Map([
    ['a', 1],
    ['b', 6],
    ['c', 3],
  ]);
  expect(hottestKey(loads)).toEqual({ key: 'b', share: 0.6 });
});

it('spreads locators as they are really drawn evenly', () => {
  const loads = new Map(Array.from({ length: 16_000 }, () => [newLocator(), 1]));
  const sums = spread(loads, 16);
  expect(total(sums)).toBe(loads.size);
  // Ten standard deviations: 10 × √(1000 × 15/16).
  for (const sum of sums) expect(Math.abs(sum - 1000)).toBeLessThan(310);
});

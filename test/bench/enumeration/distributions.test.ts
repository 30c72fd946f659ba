import { bars, quantile, separation } from '../../../bench/enumeration/distributions';

describe('the separation of two sets of times', () => {
  it.each([
    [[3, 4], [1, 2], 1],
    [[1, 2], [3, 4], 0],
    [[1, 2, 3], [1, 2, 3], 0.5],
    [[1, 3], [2], 0.5],
    [[2, 2], [2, 1], 0.75],
  ])('of %j over %j is %d', (some, others, expected) => {
    expect(separation(some, others)).toBe(expected);
  });
});

describe('a quantile', () => {
  it('is a time that was measured, by nearest rank', () => {
    const times = [5, 1, 4, 2, 3];
    expect([0, 0.05, 0.5, 0.95, 1].map((part) => quantile(times, part))).toEqual([1, 1, 3, 5, 5]);
  });
});

describe('the bars', () => {
  it('show where the times are, and those beyond the scale at its ends', () => {
    expect(bars([0, 1, 1, 9, 99, -5], { from: 0, to: 10, columns: 5 })).toBe('█   ▄');
  });
});

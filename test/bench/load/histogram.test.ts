import {
  classStart,
  type Histogram,
  merged,
  newHistogram,
  percentile,
  RELATIVE_ERROR,
  record,
} from '../../../bench/load/histogram';

function of(...values: readonly number[]): Histogram {
  const histogram = newHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
}

const nearestRank = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.max(1, Math.ceil(part * values.length)) - 1]!;

describe('a histogram', () => {
  it('has forty classes for each decade', () => {
    expect(classStart(40) / classStart(0)).toBeCloseTo(10);
    expect(classStart(1) / classStart(0)).toBeCloseTo(10 ** (1 / 40));
  });

  it('knows how many there were and the largest, exactly', () => {
    expect(of(3.25, 1234.5, 7)).toMatchObject({ total: 3, maxMs: 1234.5 });
  });

  it('takes what lies beyond its ends into its first and last class', () => {
    const histogram = of(0, 0.000_1, 1e9);
    expect(histogram.counts[0]).toBe(2);
    expect(histogram.counts.at(-1)).toBe(1);
    expect(histogram.total).toBe(3);
  });

  it('takes no more memory for a million values than for one', () => {
    const histogram = newHistogram();
    const { length } = histogram.counts;
    for (let count = 0; count < 1_000_000; count += 1) record(histogram, count);
    expect(histogram.counts).toHaveLength(length);
    expect(histogram.total).toBe(1_000_000);
  });
});

describe('a percentile', () => {
  it('is undefined of nothing', () => {
    expect(percentile(newHistogram(), 0.5)).toBeUndefined();
  });

  it.each([
    ['one value', [42]],
    ['two values far apart', [0.3, 9000]],
    ['a hundred', Array.from({ length: 100 }, (_, at) => at + 1)],
    [
      'a long tail',
      [...Array.from({ length: 980 }, () => 5), ...Array.from({ length: 20 }, (_, at) => 100 * (at + 1))],
    ],
    ['six decades', Array.from({ length: 600 }, (_, at) => 10 ** (at / 100 - 1))],
  ])('of %s is the nearest rank within the stated error', (_, values) => {
    for (const part of [0, 0.01, 0.5, 0.9, 0.99, 1]) {
      const exact = nearestRank(values, part);
      const found = percentile(of(...values), part)!;
      expect(Math.abs(found / exact - 1)).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
    }
  });

  it('is never above the largest value', () => {
    const largest = classStart(100.1);
    expect(percentile(of(largest), 0.99)).toBe(largest);
  });

  it('is within three per cent', () => {
    expect(RELATIVE_ERROR).toBeLessThan(0.03);
  });
});

describe('histograms merged', () => {
  it('are as if all values had been recorded in one', () => {
    expect(merged([of(1, 20, 300), newHistogram(), of(20, 4000)])).toEqual(of(1, 20, 20, 300, 4000));
  });
});

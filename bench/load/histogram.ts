/** How often something took how long, in memory that does not grow: classes of equal width on a logarithmic scale. */

/** From a tenth of a millisecond to 100 seconds: faster is no network, and slower is not waited for. */
const LOWEST_MS = 0.1;
const DECADES = 6;
const CLASSES_PER_DECADE = 40;
const CLASSES = DECADES * CLASSES_PER_DECADE;

/** A percentile is the middle of its class, so it is wrong by no more than this part of itself. */
export const RELATIVE_ERROR = 10 ** (1 / (2 * CLASSES_PER_DECADE)) - 1;

export interface Histogram {
  /** Class `n` begins at `classStart(n)`; the first and the last also hold what lies beyond them. */
  readonly counts: Float64Array;
  total: number;
  /** Exact. */
  maxMs: number;
}

export const newHistogram = (): Histogram => ({ counts: new Float64Array(CLASSES), total: 0, maxMs: 0 });

/** Where a class begins, in milliseconds; a fraction is a place within a class. */
export const classStart = (place: number): number => LOWEST_MS * 10 ** (place / CLASSES_PER_DECADE);

export function record(histogram: Histogram, milliseconds: number): void {
  const place = Math.floor(Math.log10(milliseconds / LOWEST_MS) * CLASSES_PER_DECADE);
  const index = Math.min(CLASSES - 1, Math.max(0, place));
  histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  histogram.total += 1;
  histogram.maxMs = Math.max(histogram.maxMs, milliseconds);
}

/** The time that `part` of the values (0 to 1) do not exceed, by nearest rank; `undefined` of none. */
export function percentile({ counts, total, maxMs }: Histogram, part: number): number | undefined {
  if (total === 0) return undefined;
  let rest = Math.max(1, Math.ceil(part * total));
  const index = counts.findIndex((count) => {
    rest -= count;
    return rest <= 0;
  });
  return Math.min(classStart(index + 0.5), maxMs);
}

export function merged(histograms: readonly Histogram[]): Histogram {
  const sum = newHistogram();
  for (const { counts, total, maxMs } of histograms) {
    counts.forEach((count, index) => {
      sum.counts[index] = (sum.counts[index] ?? 0) + count;
    });
    sum.total += total;
    sum.maxMs = Math.max(sum.maxMs, maxMs);
  }
  return sum;
}

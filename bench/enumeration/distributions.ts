/** What two sets of times say about each other. */

/**
 * How often a time of `some` is longer than one of `others`, ties counting half: 0.5 if nothing tells them apart, 0 or 1 if a single
 * request does (the Mann-Whitney statistic over the number of pairs).
 */
export function separation(some: readonly number[], others: readonly number[]): number {
  let longer = 0;
  for (const one of some) for (const other of others) longer += one > other ? 1 : one === other ? 0.5 : 0;
  return longer / (some.length * others.length);
}

/** The time that `part` of them (0 to 1) do not exceed, by nearest rank. */
export function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

const BARS = ' ▁▂▃▄▅▆▇█';

/** A line of bars: how many of the times fall into each of `columns` classes from `from` to `to`. */
export function bars(times: readonly number[], { from, to, columns }: Scale): string {
  const counts = new Array<number>(columns).fill(0);
  for (const time of times) {
    const place = Math.floor(((time - from) / (to - from)) * columns);
    const column = Math.min(columns - 1, Math.max(0, place));
    counts[column] = (counts[column] ?? 0) + 1;
  }
  const most = Math.max(...counts, 1);
  return counts.map((count) => BARS[Math.ceil((count / most) * (BARS.length - 1))]).join('');
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

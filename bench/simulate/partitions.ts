/**
 * How evenly keys load the partitions of a table. DynamoDB does not publish its hash; MD5 stands in for it, and each partition has an
 * equal range of it. That DynamoDB splits a partition that is hot is left out.
 */
import { createHash } from 'node:crypto';

/** Request units a second of each key. */
export type Loads = ReadonlyMap<string, number>;

const HASHES = 2 ** 32;

const partitionOf = (key: string, partitions: number): number =>
  Math.floor((createHash('md5').update(key).digest().readUInt32BE() * partitions) / HASHES);

/** The load of each partition. */
export function spread(loads: Loads, partitions: number): readonly number[] {
  const sums = new Array<number>(partitions).fill(0);
  for (const [key, load] of loads) {
    const at = partitionOf(key, partitions);
    sums[at] = (sums[at] ?? 0) + load;
  }
  return sums;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The same with fewer partitions, each of `factor` neighbours. */
export const merged = (sums: readonly number[], factor: number): readonly number[] =>
  Array.from({ length: sums.length / factor }, (_, at) => sum(sums.slice(at * factor, (at + 1) * factor)));

/** How many times the mean the fullest partition has. */
export const maxOverMean = (sums: readonly number[]): number => (Math.max(...sums) * sums.length) / sum(sums);

export interface HottestKey {
  readonly key: string;
  /** Of the table's whole load. */
  readonly share: number;
}

export function hottestKey(loads: Loads): HottestKey {
  let [key, most, total] = ['', 0, 0];
  for (const [name, load] of loads) {
    total += load;
    if (load > most) [key, most] = [name, load];
  }
  return { key, share: most / total };
}

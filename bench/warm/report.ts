/** The tables that `npm run bench:warm` prints, as Markdown has them, so that they can be put into a document. */

import { assumptions, dollars } from '../../cli/prices';
import type { BackendFunctionName } from '../../functions/shared/environment';
import { markdownTable } from '../markdown-table';
import { type Spread, spreadOf } from '../spread';
import { durationAt, millionAt, type Run, slowdownAt } from './figures';
import type { Sample } from './measure';
import { COSTS, comparisonAt, LEAST_COST, SDK, SIGNED, withCost } from './subjects';

/** By the name of the subject, a sample for each round. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

type Row = readonly string[];

const HASHING = ['login', 'signup'] as const;
const SIZES = [256, 512, 768, 1024, 1536, 1769] as const;

const samplesOf = (samples: Samples, name: string): readonly Sample[] => {
  const found = samples.get(name);
  if (found === undefined) throw new Error(`Nothing was measured of ${name}.`);
  return found;
};

const warmOf = (samples: Samples, name: string): readonly number[] =>
  samplesOf(samples, name).map(({ warm }) => warm);
const medianOf = (samples: Samples, name: string): number => spreadOf(warmOf(samples, name)).median;

const rounded = (value: number): string => String(Math.round(value));
const milli = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);
const cells = ({ min, median, max }: Spread, write: (value: number) => string): Row =>
  [min, median, max].map(write);

/** CPU of everything without a password, and beside it that of the same number of calls signed by hand. */
function warmTable(samples: Samples): string {
  const floor = medianOf(samples, SIGNED);
  const plain = [...samples.keys()].filter((name) => !name.includes(', cost '));
  const rows = [SIGNED, SDK, ...plain.filter((name) => name !== SIGNED && name !== SDK)].map((name) => {
    const all = samplesOf(samples, name);
    const calls = all[0]?.databaseCalls ?? 0;
    const warm = spreadOf(all.map((sample) => sample.warm));
    const young = spreadOf(all.map((sample) => sample.young));
    const ratio = calls === 0 ? '' : `${(warm.median / (calls * floor)).toFixed(1)} ×`;
    return [name, String(calls), ...cells(warm, rounded), ratio, rounded(young.median)];
  });
  return markdownTable([['', 'calls', 'min', 'median', 'max', 'signed by hand', 'young'], ...rows]);
}

/** What is left of a run beside its one password hash: measured where the hash costs least, and that hash taken away. */
function besidesHash(samples: Samples, name: string): Spread {
  const hashes = warmOf(samples, comparisonAt(LEAST_COST));
  const runs = warmOf(samples, withCost(name, LEAST_COST));
  return spreadOf(runs.map((run, round) => run - (hashes[round] ?? Number.NaN)));
}

/** Where a password is hashed: the whole run at the default cost, and what of it is not the hash. */
function hashingTable(samples: Samples): string {
  const [cost] = COSTS;
  const floor = medianOf(samples, SIGNED);
  const rows = HASHING.map((name) => {
    const calls = samplesOf(samples, withCost(name, cost))[0]?.databaseCalls ?? 0;
    const whole = medianOf(samples, withCost(name, cost));
    const besides = besidesHash(samples, name);
    const share = `${(100 * (1 - besides.median / whole)).toFixed(0)} %`;
    const ratio = `${(besides.median / (calls * floor)).toFixed(1)} ×`;
    return [name, String(calls), rounded(whole), ...cells(besides, rounded), ratio, share];
  });
  const head = ['', 'calls', 'whole', 'besides: min', 'median', 'max', 'signed by hand', 'share of the hash'];
  return markdownTable([head, ...rows]);
}

/** Milliseconds of a comparison here, and by arithmetic in functions of each size. */
function hashTable(samples: Samples): string {
  const rows = COSTS.map((cost) => {
    const spread = spreadOf(warmOf(samples, comparisonAt(cost)).map((time) => time / 1000));
    const bySize = SIZES.map((size) => milli(spread.median * slowdownAt(size)));
    return [`cost ${cost}`, ...cells(spread, milli), ...bySize];
  });
  return markdownTable([['', 'min', 'median', 'max', ...SIZES.map((size) => `${size} MB`)], ...rows]);
}

/** By arithmetic: how long a run takes in functions of each size, and what the time of a million costs. */
function sizeTable(samples: Samples, memoryOf: ReadonlyMap<BackendFunctionName, number>): string {
  const rows = [...memoryOf].map(([name, memoryMb]) => {
    const run = runOf(samples, name);
    const bySize = SIZES.map((size) => {
      const figures = `${milli(durationAt(size, run))} · ${dollars(millionAt(size, run))}`;
      return size === memoryMb ? `**${figures}**` : figures;
    });
    return [name, rounded(peakOf(samples, name)), ...bySize];
  });
  return markdownTable([['', 'peak MB', ...SIZES.map((size) => `${size} MB`)], ...rows]);
}

const peakOf = (samples: Samples, name: BackendFunctionName): number =>
  Math.max(...samplesOf(samples, subjectOf(name)).map(({ peakMb }) => peakMb));

/** A function as it is deployed by default. */
const subjectOf = (name: BackendFunctionName): string =>
  HASHING.some((hashing) => hashing === name) ? withCost(name, COSTS[0]) : name;

/** A warm run: what was measured of CPU, what is assumed of waiting. */
function runOf(samples: Samples, name: BackendFunctionName): Run {
  const subject = subjectOf(name);
  const [{ databaseCalls } = { databaseCalls: 0 }] = samplesOf(samples, subject);
  return { cpuMs: medianOf(samples, subject) / 1000, waitingMs: databaseCalls * assumptions.callWaitMs };
}

export function report(samples: Samples, memoryOf: ReadonlyMap<BackendFunctionName, number>): string {
  return [
    'Microseconds of CPU for a call; `signed by hand`: times as many signed calls; `young`: calls 2 to 101 of a process, median',
    warmTable(samples),
    `With a password hash, cost ${COSTS[0]}`,
    hashingTable(samples),
    'A password compared, milliseconds of CPU; with MB: arithmetic, median × 1769 / MB',
    hashTable(samples),
    `Milliseconds of a warm run · US dollars for the time of a million; arithmetic with ${assumptions.callWaitMs} ms of waiting for each call, bold as deployed; peak: the most memory of any process, measured`,
    sizeTable(samples, memoryOf),
  ].join('\n\n');
}

/** The tables that `npm run bench:init` prints. */
import { markdownTable } from '../markdown-table';
import { type Spread, spreadOf, written } from '../spread';
import { type ColdStart, measures } from './measure';

/** By name, a start for each round; the same number for all. */
export type Starts = ReadonlyMap<string, readonly ColdStart[]>;

/** What is compared with the baseline: the times of the whole process. */
const compared = [
  'ready',
  'readyCpu',
  'rehearsed',
  'answered',
  'answeredCpu',
] as const satisfies (keyof ColdStart)[];

/** Each start divided by the baseline's of the same round. */
export function ratiosOf(starts: Starts, baseline: string, measure: keyof ColdStart): Map<string, Spread> {
  const base = starts.get(baseline) ?? [];
  return new Map(
    [...starts].map(([name, rounds]) => [
      name,
      spreadOf(rounds.map((start, round) => start[measure] / (base[round]?.[measure] ?? Number.NaN))),
    ]),
  );
}

const headings: Readonly<Record<keyof ColdStart, string>> = {
  load: 'load',
  ready: 'ready',
  readyCpu: 'ready, CPU',
  rehearsed: 'rehearsed',
  firstCall: '1st call',
  firstCallCpu: '1st call, CPU',
  secondCall: '2nd call',
  answered: 'answered',
  answeredCpu: 'answered, CPU',
};

export function millisecondsTable(starts: Starts): string {
  const rows = [...starts].map(([name, rounds]) => [
    name,
    ...measures.map((measure) => spreadOf(rounds.map((start) => start[measure])).median.toFixed(1)),
  ]);
  return tableUnder('ms, medians', measures, rows);
}

export function ratiosTable(starts: Starts, baseline: string): string {
  const columns = compared.map((measure) => ratiosOf(starts, baseline, measure));
  const rows = [...starts.keys()].map((name) => [name, ...columns.map((column) => ratio(column.get(name)))]);
  return tableUnder(`times the ${baseline}`, compared, rows);
}

const ratio = (spread: Spread | undefined): string =>
  spread ? written(spread, (value) => value.toFixed(2)) : '';

const tableUnder = (title: string, columns: readonly (keyof ColdStart)[], rows: readonly string[][]) =>
  markdownTable([[title, ...columns.map((column) => headings[column])], ...rows]);

/** The table of `npm run bench:peers`. */
import { milliseconds, whole } from '../load/numbers';
import { markdownTable } from '../markdown-table';
import { type Spread, spreadOf, written } from '../spread';
import type { Comparison } from './compare';
import type { Sample } from './measure';

/** How many times their CPU ours is, round by round. */
export const cpuRatioOf = ({ ours, theirs }: Comparison): Spread =>
  spreadOf(ours.map(({ cpuMs }, round) => cpuMs / (theirs[round]?.cpuMs ?? Number.NaN)));

/** Medians over the rounds; of the CPU also the least and the most. */
export function report(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) => [
    [
      comparison.work.action,
      whole(comparison.work.connections),
      'Token Auth',
      ...cells(comparison.ours),
      written(cpuRatioOf(comparison), (ratio) => ratio.toFixed(2)),
    ],
    ['', '', 'Better Auth', ...cells(comparison.theirs), '1'],
  ]);
  return markdownTable([HEAD, ...rows]);
}

const HEAD = [
  '',
  'connections',
  'server',
  'requests/s',
  'answered in ms',
  'CPU ms a request',
  'times the CPU',
];

function cells(samples: readonly Sample[]): readonly string[] {
  const of = (measure: keyof Sample): Spread => spreadOf(samples.map((sample) => sample[measure]));
  return [
    whole(of('requestsPerSecond').median),
    milliseconds(of('medianMs').median),
    written(of('cpuMs'), milliseconds),
  ];
}

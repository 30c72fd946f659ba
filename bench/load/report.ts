/** What came of it: a table, and sentences about what is not as it should be. */
import { textTable } from '../../cli/text-table';
import { merged, percentile, RELATIVE_ERROR } from './histogram';
import type { Load, LoadOptions } from './load';
import { LIMITS_OFF } from './load-error';
import { actions } from './mix';
import { milliseconds, plural, whole } from './numbers';
import { type ActionTally, allRequests, outcomes, requestsOf, type Tally, totalOf } from './tally';
import { MAX_SHOWN } from './wrong-answers';

/** A gateway's own throttle may answer a few that came at once. */
const FEW = 5;

const PERCENTILES = [0.5, 0.9, 0.99] as const;

export function report({ tally, elapsedSeconds }: Load, { connections, seed }: LoadOptions): string {
  const requests = allRequests(tally);
  const rate = requests / elapsedSeconds;
  return [
    '',
    `${plural(connections, 'connection')}, ${elapsedSeconds.toFixed(1)} s, ${plural(requests, 'request')}, ${whole(rate)} a second; seed ${seed}`,
    '',
    ...table(tally),
    '',
    `Times in ms, of right answers; percentiles are right to ${(RELATIVE_ERROR * 100).toFixed(1)} %. revoked: the dashboard with a dead token.`,
    ...remarks(tally),
    '',
  ].join('\n');
}

/** Nothing wrong and nothing failed. What the server refused for want of capacity is neither. */
export const isClean = (tally: Tally): boolean =>
  totalOf(tally, 'wrong') === 0 && totalOf(tally, 'failed') === 0;

function table(tally: Tally): readonly string[] {
  const columns = ['action', 'count', ...outcomes, 'p50', 'p90', 'p99', 'max'];
  const rows = [
    columns,
    ...actions.map((action) => [action, ...cells(tally.byAction[action])]),
    ['total', ...cells(overall(tally))],
  ];
  return textTable(
    rows,
    columns.map((_, column) => column).filter((column) => column > 0),
  );
}

function cells(tally: ActionTally): readonly string[] {
  const { counts, latencies } = tally;
  const times = [...PERCENTILES.map((part) => percentile(latencies, part)), latencies.maxMs || undefined];
  return [
    whole(requestsOf(tally)),
    ...outcomes.map((outcome) => whole(counts[outcome])),
    ...times.map((time) => (time === undefined ? '-' : milliseconds(time))),
  ];
}

const overall = (tally: Tally): ActionTally => ({
  counts: Object.fromEntries(
    outcomes.map((outcome) => [outcome, totalOf(tally, outcome)]),
  ) as ActionTally['counts'],
  latencies: merged(actions.map((action) => tally.byAction[action].latencies)),
});

function remarks(tally: Tally): readonly string[] {
  const wrong = totalOf(tally, 'wrong');
  const failed = totalOf(tally, 'failed');
  const throttled = totalOf(tally, 'throttled');
  return [
    ...(throttled > FEW
      ? [
          `${whole(throttled)} answers were 429 (${throttledActions(tally)}): the server limits how often it may be asked. Start a local one without limits: ${LIMITS_OFF}`,
        ]
      : []),
    ...(failed > 0 ? [`${plural(failed, 'request')} failed: ${reasonsOf(tally)}.`] : []),
    ...(wrong > MAX_SHOWN ? [`Of the wrong answers the first ${MAX_SHOWN} are shown above.`] : []),
    wrong > 0 ? `${plural(wrong, 'answer')} WRONG.` : 'No answer was wrong.',
  ];
}

const throttledActions = ({ byAction }: Tally): string =>
  actions
    .filter((action) => byAction[action].counts.throttled > 0)
    .map((action) => `${action} ${whole(byAction[action].counts.throttled)}`)
    .join(', ');

const reasonsOf = ({ failures }: Tally): string =>
  [...failures].map(([reason, times]) => `${reason} (${whole(times)})`).join(', ');

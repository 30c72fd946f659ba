/** What a person reads. */
import { plural } from '../../bench/load/numbers';
import { elsewhere } from './elsewhere';
import type { Outcome } from './judge';
import type { Ledger } from './ledger';
import type { Row, Target } from './row';

const TARGETS: Readonly<Record<Target, string>> = {
  local: 'the local server (npm start)',
  sam: 'sam local start-api',
  aws: 'a deployed stage',
};

const VERDICTS: Readonly<Record<Outcome['kind'], string>> = {
  held: 'held',
  differs: 'DID NOT HOLD',
  'not shown': 'not shown',
  throttled: 'THROTTLED',
};

const WIDTH = 14;
const INDENT = ' '.repeat(WIDTH + 4);

export const heading = (base: URL, target: Target): readonly string[] => [
  `The contract at ${base}, ${TARGETS[target]}`,
];

/** `previous` is the row before, whose section need not be named again. */
export function rowLines(row: Row, outcome: Outcome, previous?: Row): readonly string[] {
  const section = row.section === previous?.section ? [] : ['', row.section];
  return [...section, `  ${VERDICTS[outcome.kind].padEnd(WIDTH)}${row.title}`, ...detailLines(outcome)];
}

function detailLines(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'held':
      return [];
    case 'differs':
      return (['sent', 'expected', 'got'] as const).map(
        (name) => `${INDENT}${name.padEnd(10)}${outcome[name]}`,
      );
    case 'not shown':
      return [`${INDENT}${outcome.reason}`];
    case 'throttled':
      return [`${INDENT}throttled: try again in ${plural(outcome.waitSeconds, 'second')}`];
  }
}

export const elsewhereLines = (): readonly string[] => [
  '',
  'What no client can show, and the test that does',
  ...elsewhere.flatMap(({ title, reason, test, called }) => [
    `  ${'tested'.padEnd(WIDTH)}${title}`,
    `${INDENT}${reason}: ${test}, "${called}"`,
  ]),
];

export interface Totals {
  readonly rows: number;
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
}

export function totalLines({ rows, outcomes, seconds }: Totals): readonly string[] {
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
  const counts = [
    `${count('held')} held`,
    `${count('differs')} did not hold`,
    `${count('not shown')} not shown here`,
    ...(count('throttled') > 0 ? [`${count('throttled')} throttled`] : []),
    ...(outcomes.length < rows ? [`${rows - outcomes.length} not played, because it was stopped`] : []),
  ];
  return ['', `${plural(rows, 'row')} in ${seconds.toFixed(1)} s: ${counts.join(', ')}.`];
}

/** @param unknown of how many users the sessions may still live. */
export function usersLines({ users, prefix }: Ledger, unknown: number): readonly string[] {
  if (users === 0) return ['No user was made at the target.'];
  const sessions =
    unknown === 0
      ? 'All their sessions are ended.'
      : `The sessions of ${unknown} of them could not be ended and go on until they expire.`;
  return [
    `${plural(users, 'user')} stay at the target, as no endpoint deletes users; their names begin with ${prefix}. ${sessions}`,
  ];
}

export const isClean = ({ rows, outcomes }: Totals): boolean =>
  outcomes.length === rows && outcomes.every(({ kind }) => kind === 'held' || kind === 'not shown');

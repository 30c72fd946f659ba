/** What so many users ask of AWS, as means over a month: the figures of `npm run cost`, multiplied. */
import type { Template } from '../../local/template/template';
import { assumed } from '../../tools/cost/assumptions';
import { aUsersMonth, MONTH_SECONDS, SESSIONS_OF_A_USER, usersMonth } from '../../tools/cost/examples';
import { functionSizes, millisecondsOf } from '../../tools/cost/functions';
import { sumOf } from '../../tools/cost/prices';
import { requestKinds } from '../../tools/cost/requests';
import { personOf } from './people';
import { accessesOf, type Table, type UsualKind } from './traffic';

export interface Growth {
  readonly users: number;
  /** A second, like all that follows up to `concurrency`. */
  readonly requests: number;
  readonly signups: number;
  readonly hashes: number;
  readonly runs: number;
  reads(table: Table): number;
  writes(table: Table): number;
  /** Functions that run at the same moment: runs a second times their seconds. */
  readonly concurrency: number;
  readonly gigabytes: number;
  /** A month. */
  readonly usd: number;
}

type Amount = (kind: UsualKind) => number;

export function growthOf(users: number, template: Template): Growth {
  const sizes = functionSizes(template);
  const aSecond = (amount: Amount): number =>
    Object.entries(aUsersMonth).reduce((sum, [kind, times]) => sum + times * amount(kind as UsualKind), 0) *
    (users / MONTH_SECONDS);
  const units = (table: Table, of: 'reads' | 'writes') =>
    aSecond((kind) =>
      accessesOf(kind, anyone, anyTime)
        .filter((access) => access.table === table)
        .reduce((sum, access) => sum + access[of], 0),
    );
  const ofRuns = (amount: (run: (typeof requestKinds)[UsualKind]['runs'][number]) => number) =>
    aSecond((kind) => requestKinds[kind].runs.reduce((sum, run) => sum + amount(run), 0));
  return {
    users,
    requests: aSecond(() => 1),
    signups: aSecond((kind) => (kind === 'signup' ? 1 : 0)),
    hashes: ofRuns(({ hashes }) => hashes),
    runs: ofRuns(() => 1),
    reads: (table) => units(table, 'reads'),
    writes: (table) => units(table, 'writes'),
    concurrency: ofRuns((run) => millisecondsOf(run, sizes) / 1000),
    gigabytes: (users * (assumed('user') + SESSIONS_OF_A_USER * assumed('session'))) / 1e9,
    usd: sumOf(usersMonth(template, users).lines),
  };
}

/** The number of users whose requests come to so many a second. */
export const usersOf = (requestsPerSecond: number, template: Template): number =>
  requestsPerSecond / growthOf(1, template).requests;

const anyone = personOf(1, () => 0);
const anyTime = { now: 0, rules: { attempts: 1, windowSeconds: 1 } };

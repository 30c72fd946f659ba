/** What came of the requests, counted by action. */
import { type Histogram, newHistogram, record } from './histogram';
import { type Action, actions } from './mix';

/**
 * `throttled`: 429, the action counts as not done. `unavailable`: 503. `failed`: no answer, because of the connection or the
 * time-out. After the last two nobody knows whether it was done.
 */
export const outcomes = ['right', 'wrong', 'throttled', 'unavailable', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

export interface ActionTally {
  readonly counts: Record<Outcome, number>;
  /** Of right answers alone: a refusal that costs nothing would flatter the others. */
  readonly latencies: Histogram;
}

export interface Tally {
  readonly byAction: Readonly<Record<Action, ActionTally>>;
  /** Why requests failed, and how often. */
  readonly failures: Map<string, number>;
}

const newActionTally = (): ActionTally => ({
  counts: { right: 0, wrong: 0, throttled: 0, unavailable: 0, failed: 0 },
  latencies: newHistogram(),
});

export const newTally = (): Tally => ({
  byAction: Object.fromEntries(actions.map((action) => [action, newActionTally()])) as Tally['byAction'],
  failures: new Map(),
});

export function count({ byAction }: Tally, action: Action, { outcome, milliseconds }: Counted): void {
  const { counts, latencies } = byAction[action];
  counts[outcome] += 1;
  if (outcome === 'right') record(latencies, milliseconds);
}

interface Counted {
  readonly outcome: Outcome;
  readonly milliseconds: number;
}

export function countFailure({ failures }: Tally, reason: string): void {
  failures.set(reason, (failures.get(reason) ?? 0) + 1);
}

/** Over all actions. */
export const totalOf = (tally: Tally, outcome: Outcome): number =>
  actions.reduce((sum, action) => sum + tally.byAction[action].counts[outcome], 0);

export const requestsOf = ({ counts }: Pick<ActionTally, 'counts'>): number =>
  outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);

export const allRequests = (tally: Tally): number =>
  actions.reduce((sum, action) => sum + requestsOf(tally.byAction[action]), 0);

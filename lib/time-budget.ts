/**
 * What each function may have to wait for DynamoDB. Its time-out is longer, so that its answer comes before Lambda gives up; with the
 * authorizer's it is shorter than what API Gateway waits. `docs/faults.md` explains the figures.
 */
import { CONFLICT_PATIENCE_MS, WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';
import type { FunctionName } from '../functions/shared/environment';

interface Waiting {
  /** Calls one after the other, at most. Of a decision, those of one attempt. */
  readonly calls: number;
  /** How often it may go on for some time before its last attempt: it retries on a conflict, or reads or deletes a pile of sessions. */
  readonly decisions: number;
}

/** The read, twice if it may be torn, and what is marked or ended. */
const authorizing: Waiting = { calls: 3, decisions: 1 };

export const waiting: Readonly<Record<FunctionName, Waiting>> = {
  signup: { calls: 3, decisions: 1 },
  // Source IP; account, twice if its wait is over; the sessions; one that is deleted.
  login: { calls: 5, decisions: 3 },
  dashboard: { calls: 0, decisions: 0 },
  // Read and write, both again when something else came between.
  refresh: { calls: 4, decisions: 0 },
  logout: { calls: 1, decisions: 0 },
  // The read, twice if it may be torn, within a decision of its own, and the transaction. What takes long is not followed by tidying.
  'logout-all': { calls: 3, decisions: 2 },
  sessions: { calls: 1, decisions: 1 },
  'end-session': { calls: 2, decisions: 1 },
  authorizer: authorizing,
  fallback: { calls: 0, decisions: 0 },
  guard: authorizing,
};

/** The seconds that a function waits at worst. */
export const longestWait = (name: FunctionName): number =>
  waiting[name].calls * WORST_CASE_CALL_SECONDS + waiting[name].decisions * (CONFLICT_PATIENCE_MS / 1000);

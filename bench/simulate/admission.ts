/**
 * Who may try a password, as `functions/login/admission.ts` decides it, with counters in memory in the place of the table. A test plays
 * the same attempts against the store.
 */
import {
  type Attempts,
  areForgotten,
  type BackoffRules,
  type FixedWindowRules,
  remainingWait,
  waitAfter,
  windowEnd,
} from '../../functions/shared/domain/attempts';

export interface AdmissionRules {
  readonly address: FixedWindowRules;
  readonly account: BackoffRules;
}

/** Every password is wrong. `free` and `waited` are judged, which costs a hash; the others are refused without one. */
export type Verdict = 'address_limit' | 'account_wait' | 'free' | 'waited';

export interface Attempt {
  readonly address: number;
  readonly account: number;
  readonly nowMs: number;
}

export interface Decision {
  readonly verdict: Verdict;
  /** How long the account waits after an attempt that was judged; 0 if it was not. */
  readonly waitSeconds: number;
}

export function admission(rules: AdmissionRules): (attempt: Attempt) => Decision {
  const windows = new Map<number, { readonly endsAt: number; readonly attempts: number }>();
  const failures = new Map<number, Attempts>();
  const isAddressFull = (address: number, nowMs: number): boolean => {
    const endsAt = windowEnd(Math.floor(nowMs / 1000), rules.address);
    const last = windows.get(address);
    const attempts = last?.endsAt === endsAt ? last.attempts : 0;
    if (attempts >= rules.address.attempts) return true;
    windows.set(address, { endsAt, attempts: attempts + 1 });
    return false;
  };
  return ({ address, account, nowMs }) => {
    if (isAddressFull(address, nowMs)) return { verdict: 'address_limit', waitSeconds: 0 };
    const { verdict, count } = judged(failures.get(account), nowMs, rules.account);
    if (verdict === 'account_wait') return { verdict, waitSeconds: 0 };
    failures.set(account, { count, lastAtMs: nowMs });
    return { verdict, waitSeconds: waitAfter(count, rules.account) };
  };
}

/** The verdict over the next attempt, and the count after it. */
function judged(
  before: Attempts | undefined,
  nowMs: number,
  rules: BackoffRules,
): { readonly verdict: Verdict; readonly count: number } {
  if (before === undefined) return { verdict: 'free', count: 1 };
  if (areForgotten(before, nowMs, rules)) return { verdict: 'waited', count: 1 };
  const count = before.count + 1;
  if (before.count < rules.freeFailures) return { verdict: 'free', count };
  return { verdict: remainingWait(before, nowMs, rules) > 0 ? 'account_wait' : 'waited', count };
}

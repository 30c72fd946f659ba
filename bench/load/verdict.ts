/** Right or wrong, or neither. */
import { type Check, checkThrottled } from './checks';
import type { Sent } from './connection';
import type { Outcome } from './tally';

export interface Verdict {
  readonly outcome: Outcome;
  /** What is wrong; nothing unless the outcome is `wrong`. */
  readonly problems: readonly string[];
}

export function verdictOn({ reply }: Sent, check: Check): Verdict {
  if (!reply) return { outcome: 'failed', problems: [] };
  if (reply.status === 503) return { outcome: 'unavailable', problems: [] };
  const isThrottled = reply.status === 429;
  const problems = isThrottled ? checkThrottled(reply) : check(reply);
  if (problems.length > 0) return { outcome: 'wrong', problems };
  return { outcome: isThrottled ? 'throttled' : 'right', problems };
}

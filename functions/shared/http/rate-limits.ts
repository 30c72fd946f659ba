/** Rate limits as endpoints apply them: a request is counted before it costs anything, and one too many is refused. */
import type { Clock } from '../clock';
import { accountDigest, type FixedWindowRules } from '../domain/attempts';
import { toSeconds } from '../domain/session';
import type { RateLimitStore } from '../store/rate-limits';
import { type LimitedAction, sourceIpLimitKey } from '../store/schema';
import type { PublicRequest } from './create-handler';
import { ThrottledError } from './errors';

type LimitedRequest = Pick<PublicRequest, 'caller' | 'log'>;

export interface SourceIpLimit {
  readonly clock: Clock;
  readonly sourceIpRules: FixedWindowRules;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow'>;
}

/**
 * Counts a request of the caller's source IP.
 * @throws ThrottledError when there were too many of its kind.
 */
export async function consumeSourceIp(
  action: LimitedAction,
  request: LimitedRequest,
  { clock, rateLimits, sourceIpRules }: SourceIpLimit,
): Promise<void> {
  const key = sourceIpLimitKey(action, request.caller.sourceIp);
  const window = { now: toSeconds(clock()), rules: sourceIpRules };
  const waitSeconds = await rateLimits.consumeFixedWindow(key, window);
  if (waitSeconds > 0) throw refuse(action, { reason: 'address_limit', waitSeconds }, request);
}

/** What to throw when a request has to wait; the log has it too. */
export function refuse(
  action: LimitedAction | 'export',
  refusal: { readonly reason?: 'address_limit' | 'account_wait'; readonly waitSeconds: number },
  { caller, log }: LimitedRequest,
): ThrottledError {
  log.event(`${action}_refused`, { ...refusal, address: caller.sourceIp });
  return new ThrottledError(refusal.waitSeconds);
}

/** Forgets the failures of a name, and the networks that it signed in from. */
export async function forgetAccount(
  username: string,
  counters: Pick<RateLimitStore, 'removeAccountCounter' | 'removeCounters'>,
): Promise<void> {
  const lanes = await counters.removeAccountCounter(accountDigest(username));
  await counters.removeCounters(lanes);
}

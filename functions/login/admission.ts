/** Rate-limits logins before any hash is computed, alike for names that exist and names that do not. */
import type { Clock } from '../shared/clock';
import { type BackoffRules, type FixedWindowRules, networkDigest } from '../shared/domain/attempts';
import { toSeconds } from '../shared/domain/session';
import { ThrottledError } from '../shared/http/errors';
import type { Client } from '../shared/http/public-endpoint';
import type { ConsumedAttempt, RateLimitStore } from '../shared/store/rate-limits';
import { accountLimitKey, laneLimitKey, sourceIpLimitKey } from '../shared/store/schema';

export interface LoginLimits {
  readonly clock: Clock;
  readonly sourceIpRules: FixedWindowRules;
  readonly accountRules: BackoffRules;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow' | 'consumeWithBackoff' | 'refund' | 'reset'>;
}

/**
 * Consumes an attempt of the source IP and one of the account; of the account's lane while the account has to wait, if it signed in
 * from this network before. The source IP comes first, so that one that is refused costs no account anything.
 * @throws ThrottledError when either has to wait.
 */
export async function consumeLogin(
  account: string,
  { address: sourceIp, log }: Pick<Client, 'address' | 'log'>,
  { clock, rateLimits, sourceIpRules, accountRules }: LoginLimits,
): Promise<ConsumedAttempt> {
  const nowMs = clock();
  const refuse = (reason: string, waitSeconds: number): ThrottledError => {
    log.event('login_refused', { reason, address: sourceIp, waitSeconds });
    return new ThrottledError(waitSeconds);
  };
  const sourceIpKey = sourceIpLimitKey('login', sourceIp);
  const sourceIpWait = await rateLimits.consumeFixedWindow(sourceIpKey, toSeconds(nowMs), sourceIpRules);
  if (sourceIpWait > 0) throw refuse('address_limit', sourceIpWait);
  const network = networkDigest(account, sourceIp);
  const lane = { network, key: laneLimitKey(account, network) };
  const attempt = { key: accountLimitKey(account), lane, nowMs };
  const consumption = await rateLimits.consumeWithBackoff(attempt, accountRules);
  if (!consumption.isAllowed) throw refuse('account_wait', consumption.waitSeconds);
  return consumption;
}

/** Who may try a password: decided before any hash is computed, and alike for names that exist and names that do not. */
import type { Clock } from '../shared/clock';
import { toSeconds } from '../shared/domain/session';
import { ThrottledError } from '../shared/http/errors';
import type { Client } from '../shared/http/public-endpoint';
import type { AccountAttempt, AccountCharge, AdmittedAttempt } from '../shared/store/rate-limits';

export interface AdmissionDependencies {
  readonly clock: Clock;
  /** Seconds to wait, 0 for none. `now` is in epoch seconds. */
  readonly chargeAddress: (address: string, now: number) => Promise<number>;
  readonly chargeAccount: (attempt: AccountAttempt) => Promise<AccountCharge>;
}

/**
 * Charges an attempt to the address and to the account.
 * The address comes first, so that one that is refused costs no account anything.
 * @throws ThrottledError when either has to wait.
 */
export async function admit(
  account: string,
  { address, log }: Pick<Client, 'address' | 'log'>,
  { clock, chargeAddress, chargeAccount }: AdmissionDependencies,
): Promise<AdmittedAttempt> {
  const nowMs = clock();
  const refuse = (reason: string, waitSeconds: number): ThrottledError => {
    log.event('login_refused', { reason, address, waitSeconds });
    return new ThrottledError(waitSeconds);
  };
  const addressWait = await chargeAddress(address, toSeconds(nowMs));
  if (addressWait > 0) throw refuse('address_limit', addressWait);
  const charge = await chargeAccount({ account, nowMs });
  if (!charge.isAdmitted) throw refuse('account_wait', charge.waitSeconds);
  return charge;
}

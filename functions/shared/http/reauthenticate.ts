/** Asks a signed-in user for the password again, before what changes the account (ASVS 5.0, 6.2.3 and 7.5.1). */
import { systemClock } from '../clock';
import { parsePasswordCheck } from '../environment';
import type { PasswordCheckSetting } from '../password-check-definition';
import type { Interference } from '../store/accounts';
import { bind } from '../store/bind';
import type { Database } from '../store/database';
import {
  type ConsumedAttempt,
  consumeFixedWindow,
  consumeWithBackoff,
  type RateLimitStore,
  refund,
  removeCounters,
} from '../store/rate-limits';
import { reauthenticationLimitKey } from '../store/schema';
import { type FoundUser, find, type UserStore } from '../store/users';
import { waitForBoth } from '../wait-for-both';
import { checkPassword, type PasswordCheckRules } from './check-password';
import type { ProtectedRequest } from './create-handler';
import { ApiError, InvalidFieldsError, messages } from './errors';
import { consumeSourceIp, refuse, type SourceIpLimit } from './rate-limits';

export interface ReauthenticationDependencies extends SourceIpLimit, PasswordCheckRules {
  readonly rateLimits: Pick<
    RateLimitStore,
    'consumeFixedWindow' | 'consumeWithBackoff' | 'refund' | 'removeCounters'
  >;
  readonly users: Pick<UserStore, 'find'>;
}

/** The dependencies in a function whose definition has `settingsToCheckPassword` and the grants. */
export const bindReauthentication = (
  database: Database<'users' | 'rateLimits'>,
  environment: Readonly<Record<PasswordCheckSetting, string>>,
) => ({
  clock: systemClock,
  ...parsePasswordCheck(environment),
  rateLimits: bind(database, { consumeFixedWindow, consumeWithBackoff, refund, removeCounters }),
  users: bind(database, { find }),
});

/**
 * Does what the caller asks for if `current_password` is the caller's. Attempts are counted for the source IP and for the session: whoever
 * guesses from another session, or at login, keeps nobody from changing the account.
 * @throws ThrottledError when there were too many; InvalidFieldsError `current_password`; ApiError `not_authenticated` if the user is gone.
 */
export async function reauthenticate<Result>(
  request: ProtectedRequest<{ readonly current_password: string }>,
  dependencies: ReauthenticationDependencies,
  action: (user: FoundUser) => Promise<Result>,
): Promise<Result> {
  const { body, principal, token, caller, log } = request;
  const { users, rateLimits } = dependencies;
  const key = reauthenticationLimitKey(token.locator, principal.sessionId);
  const { user, isMatch, hashMilliseconds } = await checkPassword(
    {
      password: body.current_password,
      consuming: consume(),
      reading: users.find(token.locator, principal.userId),
    },
    dependencies,
    log,
  );
  if (!user?.isActive) throw new ApiError('not_authenticated', messages.userInactive);
  if (!isMatch) {
    log.event('reauthentication_failed', { address: caller.sourceIp, hashMilliseconds });
    throw wrongPassword();
  }
  // If the failures cannot be forgotten now, the next right password makes up for it.
  const [result] = await waitForBoth(action(user), rateLimits.removeCounters([key]).catch(log.failure));
  return result;

  /** Both at once. What the source IP refuses costs the session no attempt, unless another was counted at the same time. */
  async function consume(): Promise<ConsumedAttempt> {
    const attempt = { key, nowMs: dependencies.clock() };
    const [ofSourceIp, ofSession] = await Promise.allSettled([
      consumeSourceIp('reauthentication', request, dependencies),
      rateLimits.consumeWithBackoff(attempt, dependencies.accountRules),
    ]);
    const consumption = ofSession.status === 'fulfilled' ? ofSession.value : undefined;
    if (ofSourceIp.status === 'rejected') {
      if (consumption?.isAllowed) await rateLimits.refund(consumption).catch(log.failure);
      throw ofSourceIp.reason;
    }
    if (!consumption) throw (ofSession as PromiseRejectedResult).reason;
    if (consumption.isAllowed) return consumption;
    const { waitSeconds } = consumption;
    throw refuse('reauthentication', { reason: 'account_wait', waitSeconds }, request);
  }
}

/**
 * Ends the request if another changed the password or deleted the user after the password was checked.
 * @throws InvalidFieldsError `current_password` if the password was changed; ApiError `not_authenticated` if the user is gone.
 */
export function rejectInterference<Outcome>(
  outcome: Outcome,
): asserts outcome is Exclude<Outcome, Interference> {
  if (outcome === 'overtaken') throw wrongPassword();
  if (outcome === 'gone') throw new ApiError('not_authenticated', messages.userInactive);
}

/** Also for a password that was right when it was checked, and was changed before it could be made use of. */
export const wrongPassword = (): InvalidFieldsError =>
  new InvalidFieldsError({ current_password: ['Invalid password.'] });

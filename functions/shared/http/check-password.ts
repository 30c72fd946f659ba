/** The one place where a request's password is compared with a user's: the attempt is counted first, and given back after a fault. */
import { timed } from '../clock';
import type { BackoffRules, FixedWindowRules } from '../domain/attempts';
import { type PasswordMatch, verifyPassword } from '../domain/password-hash';
import type { RequestLog } from '../log/request-log';
import type { ConsumedAttempt, RateLimitStore } from '../store/rate-limits';
import type { FoundUser } from '../store/users';
import { waitForBoth } from '../wait-for-both';

/** What a hash costs and how many passwords may be tried, at login and wherever the password is asked for again. */
export interface PasswordCheckRules {
  readonly bcryptCost: number;
  readonly sourceIpRules: FixedWindowRules;
  readonly accountRules: BackoffRules;
}

export interface PasswordCheck {
  /** As received. */
  readonly password: string;
  /** Counts the attempt. Rejects with what refuses it. */
  readonly consuming: Promise<ConsumedAttempt>;
  /** Whose password it has to be; nobody's costs the same. */
  readonly reading: Promise<FoundUser | undefined>;
}

export interface CheckedPassword extends PasswordMatch {
  readonly attempt: ConsumedAttempt;
  readonly user: FoundUser | undefined;
  readonly hashMilliseconds: number;
}

export async function checkPassword(
  { password, consuming, reading }: PasswordCheck,
  {
    bcryptCost,
    rateLimits,
  }: Pick<PasswordCheckRules, 'bcryptCost'> & { readonly rateLimits: Pick<RateLimitStore, 'refund'> },
  log: RequestLog,
): Promise<CheckedPassword> {
  // A refused attempt shows nothing of what was read.
  const [attempt] = await waitForBoth(consuming, Promise.allSettled([reading]));
  try {
    const user = await reading;
    const [match, hashMilliseconds] = await timed(() =>
      verifyPassword(password, user?.passwordHash, bcryptCost),
    );
    return { attempt, user, ...match, hashMilliseconds };
  } catch (error) {
    // The password was not verified, so nobody has to wait for it.
    await rateLimits.refund(attempt).catch(log.failure);
    throw error;
  }
}

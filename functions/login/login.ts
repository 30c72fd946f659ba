/** Login: a new session for each device, after the password. Unknown user, wrong password and inactive user are one answer. */
import type * as v from 'valibot';
import { timed } from '../shared/clock';
import { accountKeyOf } from '../shared/domain/attempts';
import { hashPassword, isWeakerThan, matchesPassword } from '../shared/domain/password-hash';
import { type Lifetimes, type Session, sessionOf, toSeconds } from '../shared/domain/session';
import { issueToken, newSessionId } from '../shared/domain/token';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import { fields, passwordToCheck, usernameToFind } from '../shared/http/fields';
import type { Client } from '../shared/http/public-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import type { ConsumedAttempt } from '../shared/store/rate-limits';
import type { SessionAddress } from '../shared/store/schema';
import type { SessionLimit } from '../shared/store/sessions';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { FoundUser, PasswordChange } from '../shared/store/users';
import { consumeLogin, type LoginLimits } from './admission';

export const loginSchema = fields({ username: usernameToFind(), password: passwordToCheck() });

export type LoginFields = v.InferOutput<typeof loginSchema>;

export interface LoginDependencies extends LoginLimits {
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly sessionsPerUser: number;
  readonly findUserByName: (username: string) => Promise<FoundUser | undefined>;
  readonly replacePasswordHash: (locator: string, change: PasswordChange) => Promise<boolean>;
  readonly addSession: (address: SessionAddress, session: Session) => Promise<boolean>;
  readonly trimSessions: (locator: string, to: SessionLimit) => Promise<void>;
}

/** Of 65,536 addresses a user has a few dozen taken at most. */
const ADDRESS_ATTEMPTS = 5;

export async function login(
  input: LoginFields,
  client: Client,
  dependencies: LoginDependencies,
): Promise<Answer> {
  const { clock, lifetimes, rateLimits } = dependencies;
  const attempt = await consumeLogin(accountKeyOf(input.username), client, dependencies);
  const judged = await judgePassword(input, dependencies).catch(async (error) => {
    // The password was not verified, so nobody has to wait for it.
    await rateLimits.refund(attempt).catch(client.log.failure);
    throw error;
  });
  const { user, isMatch, hashMilliseconds } = judged;
  if (user) client.log.identify({ userId: user.id });
  if (!user || !isMatch || !user.isActive) throw failed(judged, attempt, client);
  // Of these, only the session matters to the answer: the next login makes up for the rest.
  const [{ token, session }] = await Promise.all([
    openSession(user, client, dependencies),
    rateLimits
      .reset(attempt, toSeconds(clock()) + lifetimes.sessionLifetimeSeconds)
      .catch(client.log.failure),
    strengthenHash(user, input.password, { ...dependencies, ...client }),
  ]);
  const now = session.refreshedAt;
  await dependencies
    .trimSessions(user.locator, { ...session, limit: dependencies.sessionsPerUser, now })
    .catch(client.log.failure);
  client.log.identify({ sessionId: session.id });
  client.log.event('login_succeeded', { address: client.address, hashMilliseconds });
  return { status: 200, body: { token: token.text }, headers: tokenExpiresIn(session.expiresAt, now) };
}

interface Judged {
  readonly user: FoundUser | undefined;
  readonly isMatch: boolean;
  readonly hashMilliseconds: number;
}

async function judgePassword(
  { username, password }: LoginFields,
  { findUserByName, bcryptCost }: LoginDependencies,
): Promise<Judged> {
  const user = await findUserByName(username);
  const [isMatch, hashMilliseconds] = await timed(() =>
    matchesPassword(password, user?.passwordHash, bcryptCost),
  );
  return { user, isMatch, hashMilliseconds };
}

/** One answer for all that can be wrong; the log says which it was, and from when on the account has to wait. */
function failed(
  { user, isMatch, hashMilliseconds }: Judged,
  { isLastFree, waitIfFailed }: ConsumedAttempt,
  { address, log }: Client,
): InvalidFieldsError {
  const existing = isMatch ? 'user_inactive' : 'password_wrong';
  log.event('login_failed', { reason: user ? existing : 'user_unknown', address, hashMilliseconds });
  if (isLastFree) log.event('account_locked', { address, waitSeconds: waitIfFailed });
  return new InvalidFieldsError({ non_field_errors: [messages.loginFailed] });
}

async function openSession(
  user: FoundUser,
  { device }: Client,
  { clock, lifetimes, addSession }: LoginDependencies,
) {
  const { id: userId, sessionGeneration } = user;
  for (let attempt = 0; attempt < ADDRESS_ATTEMPTS; attempt += 1) {
    const token = issueToken(user.locator, newSessionId());
    const session = sessionOf(token, { userId, sessionGeneration, device, nowMs: clock(), lifetimes });
    if (await addSession(token, session)) return { token, session };
  }
  throw new StoreUnavailableError('Every address that was drawn is taken.');
}

/**
 * Hashes the password anew if the setting has risen since it was hashed, and never over a password that was changed meanwhile. The
 * next login will do it if this one cannot.
 */
async function strengthenHash(
  { locator, passwordHash }: FoundUser,
  password: string,
  { bcryptCost, replacePasswordHash, log }: LoginDependencies & Client,
): Promise<void> {
  if (!isWeakerThan(bcryptCost, passwordHash)) return;
  const to = await hashPassword(password, bcryptCost);
  try {
    if (await replacePasswordHash(locator, { from: passwordHash, to })) log.event('password_rehashed');
  } catch (error) {
    log.failure(error);
  }
}

/** Login: a new session for each device, after the password. Unknown user, wrong password and inactive user are one answer. */
import type * as v from 'valibot';
import { timed } from '../shared/clock';
import { accountKeyOf } from '../shared/domain/attempts';
import { hashPassword, isWeakerThan, matchesPassword } from '../shared/domain/password-hash';
import { findSurplusSessions, type Lifetimes, type Session, sessionOf } from '../shared/domain/session';
import { issueToken, newSessionId } from '../shared/domain/token';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import { fields, passwordToCheck, usernameToFind } from '../shared/http/fields';
import type { Client } from '../shared/http/public-endpoint';
import type { Answer } from '../shared/http/response';
import type { AdmittedAttempt } from '../shared/store/rate-limits';
import type { SessionStore } from '../shared/store/sessions';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { FoundUser, UserStore } from '../shared/store/users';
import { type AdmissionDependencies, admit } from './admission';

export const loginSchema = fields({ username: usernameToFind(), password: passwordToCheck() });

export type LoginFields = v.InferOutput<typeof loginSchema>;

export interface LoginDependencies extends AdmissionDependencies {
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly sessionsPerUser: number;
  readonly returnAttempt: (account: string, attemptId: string) => Promise<void>;
  readonly forgetAttempts: (account: string) => Promise<void>;
  readonly users: Pick<UserStore, 'findByName' | 'replacePasswordHash'>;
  readonly sessions: Pick<SessionStore, 'add' | 'list' | 'removeAll'>;
}

/** Of 65,536 keys a user has a few dozen taken at most. */
const KEY_ATTEMPTS = 5;

export async function login(
  input: LoginFields,
  client: Client,
  dependencies: LoginDependencies,
): Promise<Answer> {
  const account = accountKeyOf(input.username);
  const attempt = await admit(account, client, dependencies);
  const judged = await judgePassword(input, dependencies).catch(async (error) => {
    // Nothing was found out about the password, so nobody shall wait for it.
    await dependencies.returnAttempt(account, attempt.attemptId).catch(client.log.failure);
    throw error;
  });
  const { user, isMatch, hashMilliseconds } = judged;
  if (user) client.log.identify({ userId: user.id });
  if (!user || !isMatch || !user.isActive) throw failed(judged, attempt, client);
  // Of these, only the session matters to the answer: the next login makes up for the rest.
  const [{ token, session }] = await Promise.all([
    openSession(user, client, dependencies),
    dependencies.forgetAttempts(account).catch(client.log.failure),
    strengthenHash(user, input.password, { ...dependencies, ...client }),
  ]);
  const now = session.refreshedAt;
  await tidy(user.locator, session, { ...dependencies, ...client }).catch(client.log.failure);
  client.log.identify({ sessionId: session.id });
  client.log.event('login_succeeded', { address: client.address, hashMilliseconds });
  return {
    status: 200,
    body: { token: token.text },
    headers: expiryHeaders({ ...session, tokenExpiresAt: session.expiresAt }, now),
  };
}

interface Judged {
  readonly user: FoundUser | undefined;
  readonly isMatch: boolean;
  readonly hashMilliseconds: number;
}

async function judgePassword(
  { username, password }: LoginFields,
  { users, bcryptCost }: LoginDependencies,
): Promise<Judged> {
  const user = await users.findByName(username);
  const [isMatch, hashMilliseconds] = await timed(() =>
    matchesPassword(password, user?.passwordHash, bcryptCost),
  );
  return { user, isMatch, hashMilliseconds };
}

/** One answer for all that can be wrong; the log says which it was, and from when on the account has to wait. */
function failed(
  { user, isMatch, hashMilliseconds }: Judged,
  { isLastFree, waitIfFailed }: AdmittedAttempt,
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
  { clock, lifetimes, sessions }: LoginDependencies,
) {
  const { id: userId, sessionGeneration } = user;
  for (let attempt = 0; attempt < KEY_ATTEMPTS; attempt += 1) {
    const token = issueToken(user.locator, newSessionId());
    const session = sessionOf(token, { userId, sessionGeneration, device, nowMs: clock(), lifetimes });
    if (await sessions.add(token, session)) return { token, session };
  }
  throw new StoreUnavailableError('Every session key that was drawn is taken.');
}

/**
 * Hashes the password anew if the setting has risen since it was hashed, and never over a password that was changed meanwhile. The
 * next login will do it if this one cannot.
 */
async function strengthenHash(
  { locator, passwordHash }: FoundUser,
  password: string,
  { bcryptCost, users, log }: LoginDependencies & Client,
): Promise<void> {
  if (!isWeakerThan(bcryptCost, passwordHash)) return;
  const to = await hashPassword(password, bcryptCost);
  try {
    if (await users.replacePasswordHash(locator, { from: passwordHash, to })) log.event('password_rehashed');
  } catch (error) {
    log.failure(error);
  }
}

/** Deletes what is over the limit, and what is dead. */
async function tidy(
  locator: string,
  own: Session,
  { sessions, sessionsPerUser, log }: LoginDependencies & Client,
): Promise<void> {
  const stored = await sessions.list(locator);
  if (!stored.isComplete) log.event('sessions_not_all_read');
  const limits = { limit: sessionsPerUser, now: own.refreshedAt };
  await sessions.removeAll(findSurplusSessions(stored.sessions, own, limits));
}

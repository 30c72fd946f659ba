/**
 * Login: a new session for each device, after the password. Unknown user, wrong password and inactive user are one answer.
 * Four steps, each of which makes its database calls at once: source IP ∥ name, account ∥ user, hash, session ∥ counter ∥ sessions.
 */
import type { Clock } from '../shared/clock';
import { accountDigest, networkDigest } from '../shared/domain/attempts';
import { hashPassword } from '../shared/domain/password-hash';
import { createSession, findSurplusSessions, type Lifetimes, toSeconds } from '../shared/domain/session';
import { issueToken, newSessionDigits } from '../shared/domain/token';
import { isEmailVerified } from '../shared/domain/user';
import { type CheckedPassword, checkPassword, type PasswordCheckRules } from '../shared/http/check-password';
import type { PublicRequest } from '../shared/http/create-handler';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { FieldsOf } from '../shared/http/fields';
import { consumeSourceIp, refuse } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import { listSessionsToTidy } from '../shared/http/session-list';
import type { ConsumedAttempt, RateLimitStore } from '../shared/store/rate-limits';
import { accountLimitKey, laneLimitKey } from '../shared/store/schema';
import type { SessionStore } from '../shared/store/sessions';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { FoundUser, UserStore } from '../shared/store/users';
import { waitForBoth } from '../shared/wait-for-both';
import type { endpoint } from './endpoint';

export type LoginRequest = PublicRequest<FieldsOf<(typeof endpoint)['body']>>;

export interface LoginDependencies extends PasswordCheckRules {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly sessionsPerUser: number;
  /** Whether a user has to confirm the address first. */
  readonly requiresVerifiedEmail: boolean;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow' | 'consumeWithBackoff' | 'refund' | 'reset'>;
  readonly users: Pick<UserStore, 'findLocator' | 'findNamed' | 'replacePasswordHash'>;
  readonly sessions: Pick<SessionStore, 'add' | 'list' | 'removeAll'>;
}

/** Of 65,536 keys a user has a few dozen taken at most. */
const KEY_ATTEMPTS = 5;

export async function login(request: LoginRequest, dependencies: LoginDependencies): Promise<HttpResponse> {
  const { clock, lifetimes, rateLimits, users, sessions, sessionsPerUser } = dependencies;
  const { body: input, caller, log } = request;
  // The source IP comes before the account, so that what it refuses costs no account anything.
  const [, locator] = await waitForBoth(
    consumeSourceIp('login', request, dependencies),
    users.findLocator(input.username),
  );
  const checked = await checkPassword(
    {
      password: input.password,
      consuming: consumeAccount({ account: accountDigest(input.username), locator }, request, dependencies),
      reading: users.findNamed(locator, input.username),
    },
    dependencies,
    log,
  );
  const { user, isMatch, hashMilliseconds, attempt } = checked;
  if (user) log.identify({ userId: user.id });
  if (!user || !isMatch || !user.isActive) throw createFailure(checked, request);
  const now = toSeconds(clock());
  const knownUntil = now + lifetimes.sessionLifetimeSeconds;
  if (dependencies.requiresVerifiedEmail && !isEmailVerified(user)) {
    // The password was right: whoever waits for a message need not wait for the account as well.
    await rateLimits.reset(attempt, knownUntil).catch(log.failure);
    log.event('login_failed', { reason: 'email_not_verified', address: caller.sourceIp, hashMilliseconds });
    throw new InvalidFieldsError({ non_field_errors: [messages.emailNotVerified] });
  }
  // Of these, only the session matters to the answer: the next login makes up for the rest.
  const [{ token, session }, stored] = await Promise.all([
    openSession(user, request, dependencies),
    listSessionsToTidy(locator, { holder: toHolder(user), now }, { ...sessions, log }).catch(log.failure),
    rateLimits.reset(attempt, knownUntil).catch(log.failure),
    checked.needsRehash ? rehash(user, input.password, { ...dependencies, log }) : undefined,
  ]);
  const limits = { limit: sessionsPerUser, now: session.refreshedAt };
  const surplus = findSurplusSessions(stored?.sessions ?? [], session, limits);
  if (surplus.length > 0) await sessions.removeAll(surplus).catch(log.failure);
  log.identify({ sessionId: session.id });
  log.event('login_succeeded', { address: caller.sourceIp, hashMilliseconds });
  return {
    status: 200,
    body: { token: token.text },
    headers: expiryHeaders({ ...session, tokenExpiresAt: session.expiresAt }, session.refreshedAt),
  };
}

const toHolder = ({ id, sessionGeneration }: FoundUser) => ({ userId: id, sessionGeneration });

/**
 * Counts an attempt of the account, alike for names that exist and names that do not; of its lane while the account has to wait, if it
 * signed in from this network before.
 * @throws ThrottledError when it has to wait.
 */
async function consumeAccount(
  { account, locator }: { readonly account: string; readonly locator: string },
  request: LoginRequest,
  { clock, rateLimits, accountRules }: LoginDependencies,
): Promise<ConsumedAttempt> {
  const network = networkDigest(account, locator, request.caller.sourceIp);
  const lane = { network, key: laneLimitKey(account, network) };
  const attempt = { key: accountLimitKey(account), lane, nowMs: clock() };
  const consumption = await rateLimits.consumeWithBackoff(attempt, accountRules);
  if (consumption.isAllowed) return consumption;
  throw refuse('login', { reason: 'account_wait', waitSeconds: consumption.waitSeconds }, request);
}

/** One answer for all that can be wrong; the log says which it was, and from when on the account has to wait. */
function createFailure(
  { user, isMatch, hashMilliseconds, attempt }: CheckedPassword,
  { caller, log }: LoginRequest,
): InvalidFieldsError {
  const existing = isMatch ? 'user_inactive' : 'password_wrong';
  log.event('login_failed', {
    reason: user ? existing : 'user_unknown',
    address: caller.sourceIp,
    hashMilliseconds,
  });
  if (attempt.isLastFree)
    log.event('account_locked', { address: caller.sourceIp, waitSeconds: attempt.waitIfFailed });
  return new InvalidFieldsError({ non_field_errors: [messages.loginFailed] });
}

async function openSession(
  user: FoundUser,
  { caller }: LoginRequest,
  { clock, lifetimes, sessions }: LoginDependencies,
) {
  const { id: userId, sessionGeneration } = user;
  for (let attempt = 0; attempt < KEY_ATTEMPTS; attempt += 1) {
    const token = issueToken(user.locator, newSessionDigits());
    const session = createSession(token, {
      userId,
      sessionGeneration,
      device: caller.device,
      nowMs: clock(),
      lifetimes,
    });
    if (await sessions.add(token, session)) return { token, session };
  }
  throw new StoreUnavailableError('Every session key that was drawn is taken.');
}

/**
 * Hashes the password again, whose hash is of an older kind, from Django, or weaker than the setting. Never overwrites a password that was
 * changed meanwhile. If it fails, the next login tries again.
 */
async function rehash(
  { locator, passwordHash }: FoundUser,
  password: string,
  { bcryptCost, users, log }: LoginDependencies & Pick<LoginRequest, 'log'>,
): Promise<void> {
  const to = await hashPassword(password, bcryptCost);
  try {
    if (await users.replacePasswordHash(locator, { from: passwordHash, to })) log.event('password_rehashed');
  } catch (error) {
    log.failure(error);
  }
}

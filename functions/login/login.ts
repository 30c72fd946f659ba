/**
 * Login: a new session for each device, after the password. Unknown user, wrong password and inactive user are one answer.
 * Four steps, each of which makes its database calls at once: source IP ∥ name, account ∥ user, hash, session ∥ counter ∥ sessions.
 */
import type * as v from 'valibot';
import { type Clock, timed } from '../shared/clock';
import {
  accountKeyOf,
  type BackoffRules,
  type FixedWindowRules,
  networkDigest,
} from '../shared/domain/attempts';
import { hashPassword, isWeakerThan, matchesPassword } from '../shared/domain/password-hash';
import { findSurplusSessions, type Lifetimes, sessionOf, toSeconds } from '../shared/domain/session';
import { issueToken, newSessionId } from '../shared/domain/token';
import { InvalidFieldsError, messages, ThrottledError } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import { fields, passwordToCheck, usernameToFind } from '../shared/http/fields';
import type { Client } from '../shared/http/public-endpoint';
import type { Answer } from '../shared/http/response';
import type { ConsumedAttempt, RateLimitStore } from '../shared/store/rate-limits';
import { accountLimitKey, laneLimitKey, sourceIpLimitKey } from '../shared/store/schema';
import type { SessionStore } from '../shared/store/sessions';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { FoundUser, UserStore } from '../shared/store/users';

export const loginSchema = fields({ username: usernameToFind(), password: passwordToCheck() });

export type LoginFields = v.InferOutput<typeof loginSchema>;

export interface LoginDependencies {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly sessionsPerUser: number;
  readonly sourceIpRules: FixedWindowRules;
  readonly accountRules: BackoffRules;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow' | 'consumeWithBackoff' | 'refund' | 'reset'>;
  readonly users: Pick<UserStore, 'findLocator' | 'findNamed' | 'replacePasswordHash'>;
  readonly sessions: Pick<SessionStore, 'add' | 'list' | 'removeAll'>;
}

/** Of 65,536 keys a user has a few dozen taken at most. */
const KEY_ATTEMPTS = 5;

export async function login(
  input: LoginFields,
  client: Client,
  dependencies: LoginDependencies,
): Promise<Answer> {
  const { clock, lifetimes, rateLimits, users, sessions, sessionsPerUser } = dependencies;
  const { address, log } = client;
  const [, locator] = await inOrder(consumeSourceIp(client, dependencies), users.findLocator(input.username));
  const reading = users.findNamed(locator, input.username);
  const [attempt] = await inOrder(
    consumeAccount(accountKeyOf(input.username), client, dependencies),
    Promise.allSettled([reading]),
  );
  const verified = await verifyPassword(input.password, reading, dependencies).catch(async (error) => {
    // The password was not verified, so nobody has to wait for it.
    await rateLimits.refund(attempt).catch(log.failure);
    throw error;
  });
  const { user, isMatch, hashMilliseconds } = verified;
  if (user) log.identify({ userId: user.id });
  if (!user || !isMatch || !user.isActive) throw createFailure(verified, attempt, client);
  const knownUntil = toSeconds(clock()) + lifetimes.sessionLifetimeSeconds;
  // Of these, only the session matters to the answer: the next login makes up for the rest.
  const [{ token, session }, stored] = await Promise.all([
    openSession(user, client, dependencies),
    sessions.list(locator).catch(log.failure),
    rateLimits.reset(attempt, knownUntil).catch(log.failure),
    rehashIfNeeded(user, input.password, { ...dependencies, ...client }),
  ]);
  if (stored && !stored.isComplete) log.event('sessions_not_all_read');
  const limits = { limit: sessionsPerUser, now: session.refreshedAt };
  const surplus = findSurplusSessions(stored?.sessions ?? [], session, limits);
  if (surplus.length > 0) await sessions.removeAll(surplus).catch(log.failure);
  log.identify({ sessionId: session.id });
  log.event('login_succeeded', { address, hashMilliseconds });
  return {
    status: 200,
    body: { token: token.text },
    headers: expiryHeaders({ ...session, tokenExpiresAt: session.expiresAt }, session.refreshedAt),
  };
}

/** Waits for both. If both fail, the first failure is the one that shows. */
async function inOrder<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** @throws ThrottledError when the source IP has to wait. It comes before the account, so that it costs no account anything. */
async function consumeSourceIp(client: Client, dependencies: LoginDependencies): Promise<void> {
  const { clock, rateLimits, sourceIpRules } = dependencies;
  const key = sourceIpLimitKey('login', client.address);
  const waitSeconds = await rateLimits.consumeFixedWindow(key, toSeconds(clock()), sourceIpRules);
  if (waitSeconds > 0) throw refuse('address_limit', waitSeconds, client);
}

/**
 * Counts an attempt of the account, alike for names that exist and names that do not; of its lane while the account has to wait, if it
 * signed in from this network before.
 * @throws ThrottledError when it has to wait.
 */
async function consumeAccount(
  account: string,
  client: Client,
  { clock, rateLimits, accountRules }: LoginDependencies,
): Promise<ConsumedAttempt> {
  const network = networkDigest(account, client.address);
  const lane = { network, key: laneLimitKey(account, network) };
  const attempt = { key: accountLimitKey(account), lane, nowMs: clock() };
  const consumption = await rateLimits.consumeWithBackoff(attempt, accountRules);
  if (!consumption.isAllowed) throw refuse('account_wait', consumption.waitSeconds, client);
  return consumption;
}

function refuse(reason: string, waitSeconds: number, { address, log }: Client): ThrottledError {
  log.event('login_refused', { reason, address, waitSeconds });
  return new ThrottledError(waitSeconds);
}

interface Verified {
  readonly user: FoundUser | undefined;
  readonly isMatch: boolean;
  readonly hashMilliseconds: number;
}

async function verifyPassword(
  password: string,
  reading: Promise<FoundUser | undefined>,
  { bcryptCost }: LoginDependencies,
): Promise<Verified> {
  const user = await reading;
  const [isMatch, hashMilliseconds] = await timed(() =>
    matchesPassword(password, user?.passwordHash, bcryptCost),
  );
  return { user, isMatch, hashMilliseconds };
}

/** One answer for all that can be wrong; the log says which it was, and from when on the account has to wait. */
function createFailure(
  { user, isMatch, hashMilliseconds }: Verified,
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
 * Hashes the password again if the setting has risen since it was hashed, and never over a password that was changed meanwhile. The next
 * login does it if this one cannot.
 */
async function rehashIfNeeded(
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

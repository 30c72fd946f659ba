/** Signup: a user, both name markers and a first session come to be together or not at all. */
import { type Clock, timed } from '../shared/clock';
import type { FixedWindowRules } from '../shared/domain/attempts';
import type { OutboxEntry } from '../shared/domain/message';
import { hashPassword } from '../shared/domain/password-hash';
import { type PasswordRules, passwordProblems } from '../shared/domain/password-rules';
import { createSession, type Lifetimes, type Session, toSeconds } from '../shared/domain/session';
import { issueToken, newLocator, newSessionDigits, type Token } from '../shared/domain/token';
import { type EmailVerification, toProfile, type User } from '../shared/domain/user';
import type { PublicRequest } from '../shared/http/create-handler';
import { type FieldErrors, InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { FieldsOf } from '../shared/http/fields';
import { consumeSourceIp } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import type { AccountStore } from '../shared/store/accounts';
import type { RateLimitStore } from '../shared/store/rate-limits';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { UserStore } from '../shared/store/users';
import type { endpoint } from './endpoint';

type SignupFields = FieldsOf<(typeof endpoint)['body']>;
export type SignupRequest = PublicRequest<SignupFields>;

export interface SignupDependencies {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly passwordRules: PasswordRules;
  readonly sourceIpRules: FixedWindowRules;
  readonly emailVerification: EmailVerification;
  /** Whether other services hear of it. */
  readonly publishesEvents: boolean;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow'>;
  readonly users: Pick<UserStore, 'nextId'> & Pick<AccountStore, 'create'>;
}

/** With 100 million users a draw is taken once in 11,000; more than a few in a row is a fault. */
const DRAWS = 5;

export async function signup(
  request: SignupRequest,
  dependencies: SignupDependencies,
): Promise<HttpResponse> {
  const { body: input, caller, log } = request;
  const problems = await passwordProblems(input.password, input, dependencies.passwordRules);
  if (problems.length > 0) throw new InvalidFieldsError({ password: problems });
  // Each costs a hash, and tells whether a name is taken.
  await consumeSourceIp('signup', request, dependencies);
  const { sourceIp: address, device } = caller;
  const [passwordHash, hashMilliseconds] = await timed(() =>
    hashPassword(input.password, dependencies.bcryptCost),
  );
  const outcome = await create({ input, passwordHash, device }, dependencies);
  if ('taken' in outcome) {
    const reason = `${outcome.taken.join('_and_')}_taken`;
    log.event('signup_failed', { reason, address, hashMilliseconds });
    throw new InvalidFieldsError(takenFields(outcome.taken));
  }
  const { user, token, session } = outcome;
  log.identify({ userId: user.id, ...(session && { sessionId: session.id }) });
  log.event('signup_succeeded', { address, hashMilliseconds });
  if (!session) return { status: 201, body: { user: toProfile(user) } };
  return {
    status: 201,
    body: { user: toProfile(user), token: token.text },
    headers: expiryHeaders({ ...session, tokenExpiresAt: session.expiresAt }, session.refreshedAt),
  };
}

interface Applicant {
  readonly input: SignupFields;
  readonly passwordHash: string;
  readonly device: string;
}

type Outcome =
  | { readonly user: User; readonly token: Token; readonly session: Session | undefined }
  | { readonly taken: readonly (keyof typeof TAKEN)[] };

/** Stores the user under an id and at a locator that nobody has. */
async function create(
  { input, passwordHash, device }: Applicant,
  { clock, lifetimes, users, emailVerification, publishesEvents }: SignupDependencies,
): Promise<Outcome> {
  const { username, email, role } = input;
  let id = await users.nextId();
  for (let attempt = 0; attempt < DRAWS; attempt += 1) {
    const nowMs = clock();
    const createdAt = toSeconds(nowMs);
    const token = issueToken(newLocator(), newSessionDigits());
    const session =
      emailVerification === 'required'
        ? undefined
        : createSession(token, { userId: id, sessionGeneration: 0, device, nowMs, lifetimes });
    const user = {
      ...{ id, username, email, role, passwordHash, isActive: true, createdAt, sessionGeneration: 0 },
      ...(emailVerification !== 'off' && { emailVerified: false as const }),
    };
    const entries: readonly OutboxEntry[] = [
      ...(emailVerification !== 'off'
        ? [{ purpose: 'activation', locator: token.locator, userId: id } as const]
        : []),
      ...(publishesEvents ? [{ purpose: 'event', event: 'user.created', userId: id } as const] : []),
    ];
    const outgoing = { entries, now: createdAt };
    const creation = await users.create({ user, key: token, session, outgoing });
    if (creation === 'created') return { user, token, session };
    if (typeof creation !== 'string') return { taken: creation };
    // After a restore the counter may be behind.
    if (creation === 'id_taken') id = await users.nextId();
  }
  throw new StoreUnavailableError('Every locator or id that was drawn is taken.');
}

const TAKEN = { username: messages.usernameTaken, email: messages.emailTaken } as const;

const takenFields = (taken: readonly (keyof typeof TAKEN)[]): FieldErrors =>
  Object.fromEntries(taken.map((field) => [field, [TAKEN[field]]]));

/** Signup: a user, both name markers and a first session come to be together or not at all. */
import { type Clock, timed } from '../shared/clock';
import type { FixedWindowRules } from '../shared/domain/attempts';
import { hashPassword } from '../shared/domain/password-hash';
import { passwordProblems } from '../shared/domain/password-rules';
import { createSession, type Lifetimes, type Session, toSeconds } from '../shared/domain/session';
import { issueToken, newLocator, newSessionDigits, type Token } from '../shared/domain/token';
import type { PublicRequest } from '../shared/http/create-handler';
import { type FieldErrors, InvalidFieldsError } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { FieldsOf } from '../shared/http/fields';
import { consumeSourceIp } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
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
  readonly passwordMinLength: number;
  readonly sourceIpRules: FixedWindowRules;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow'>;
  readonly users: Pick<UserStore, 'nextId' | 'create'>;
}

/** With 100 million users a draw is taken once in 11,000; more than a few in a row is a fault. */
const LOCATOR_ATTEMPTS = 5;

export async function signup(
  request: SignupRequest,
  dependencies: SignupDependencies,
): Promise<HttpResponse> {
  const { body: input, caller, log } = request;
  const problems = passwordProblems(input.password, input, dependencies.passwordMinLength);
  if (problems.length > 0) throw new InvalidFieldsError({ password: problems });
  // Each costs a hash, and tells whether a name is taken.
  await consumeSourceIp('signup', request, dependencies);
  const { sourceIp: address, device } = caller;
  const [passwordHash, hashMilliseconds] = await timed(() =>
    hashPassword(input.password, dependencies.bcryptCost),
  );
  const id = await dependencies.users.nextId();
  const outcome = await create({ input, id, passwordHash, device }, dependencies);
  if ('taken' in outcome) {
    const reason = `${outcome.taken.join('_and_')}_taken`;
    log.event('signup_failed', { reason, address, hashMilliseconds });
    throw new InvalidFieldsError(takenFields(outcome.taken));
  }
  const { token, session } = outcome;
  log.identify({ userId: id, sessionId: session.id });
  log.event('signup_succeeded', { address, hashMilliseconds });
  const { username, email, role } = input;
  return {
    status: 201,
    body: { user: { id, username, email, role }, token: token.text },
    headers: expiryHeaders({ ...session, tokenExpiresAt: session.expiresAt }, session.refreshedAt),
  };
}

interface Applicant {
  readonly input: SignupFields;
  readonly id: number;
  readonly passwordHash: string;
  readonly device: string;
}

type Outcome =
  | { readonly token: Token; readonly session: Session }
  | { readonly taken: readonly (keyof typeof TAKEN)[] };

/** Stores the user at a locator that nobody has. */
async function create(applicant: Applicant, dependencies: SignupDependencies): Promise<Outcome> {
  const { input, id, passwordHash, device } = applicant;
  const { username, email, role } = input;
  for (let attempt = 0; attempt < LOCATOR_ATTEMPTS; attempt += 1) {
    const nowMs = dependencies.clock();
    const createdAt = toSeconds(nowMs);
    const token = issueToken(newLocator(), newSessionDigits());
    const holder = { userId: id, sessionGeneration: 0 };
    const session = createSession(token, { ...holder, device, nowMs, lifetimes: dependencies.lifetimes });
    const user = { id, username, email, role, passwordHash, isActive: true, createdAt, sessionGeneration: 0 };
    const creation = await dependencies.users.create({ user, key: token, session });
    if (creation === 'created') return { token, session };
    if (creation !== 'locator_taken') return { taken: creation };
  }
  throw new StoreUnavailableError('Every locator that was drawn is taken.');
}

const TAKEN = {
  username: 'A user with that username already exists.',
  email: 'user with this email address already exists.',
} as const;

const takenFields = (taken: readonly (keyof typeof TAKEN)[]): FieldErrors =>
  Object.fromEntries(taken.map((field) => [field, [TAKEN[field]]]));

/** Signup: a user, both name markers and a first session come to be together or not at all. */
import type * as v from 'valibot';
import type { Clock } from '../shared/clock';
import { hashPassword } from '../shared/domain/password-hash';
import { passwordProblems } from '../shared/domain/password-rules';
import { type Lifetimes, sessionOf, toSeconds } from '../shared/domain/session';
import { issueToken, newLocator, newSessionId } from '../shared/domain/token';
import { type FieldErrors, InvalidFieldsError } from '../shared/http/errors';
import { choice, fields, newEmail, newPassword, newUsername } from '../shared/http/fields';
import type { Client } from '../shared/http/public-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { Creation, NewUser } from '../shared/store/users';

/** The body of a signup; `roles` are those that anyone may take, the first if none is named. */
export const signupSchema = (roles: readonly [string, ...string[]]) =>
  fields({ username: newUsername(), email: newEmail(), password: newPassword(), role: choice(roles) });

export type SignupFields = v.InferOutput<ReturnType<typeof signupSchema>>;

export interface SignupDependencies {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly passwordMinLength: number;
  readonly nextUserId: () => Promise<number>;
  readonly createUser: (newUser: NewUser) => Promise<Creation>;
}

/** Random addresses collide once in about a million million draws; more than a few in a row is a fault. */
const ADDRESS_ATTEMPTS = 5;

export async function signup(
  input: SignupFields,
  { device }: Client,
  dependencies: SignupDependencies,
): Promise<Answer> {
  const { lifetimes } = dependencies;
  const problems = passwordProblems(input.password, input, dependencies.passwordMinLength);
  if (problems.length > 0) throw new InvalidFieldsError({ password: problems });
  const passwordHash = await hashPassword(input.password, dependencies.bcryptCost);
  const id = await dependencies.nextUserId();
  const { username, email, role } = input;
  for (let attempt = 0; attempt < ADDRESS_ATTEMPTS; attempt += 1) {
    const nowMs = dependencies.clock();
    const token = issueToken(newLocator(), newSessionId());
    const session = sessionOf(token, { userId: id, sessionGeneration: 0, device, nowMs, lifetimes });
    const user = {
      id,
      username,
      email,
      role,
      passwordHash,
      isActive: true,
      createdAt: toSeconds(nowMs),
      sessionGeneration: 0,
    };
    const creation = await dependencies.createUser({ user, address: token, session });
    if (creation === 'created') {
      return {
        status: 201,
        body: { user: { id, username, email, role }, token: token.text },
        headers: tokenExpiresIn(session.expiresAt, toSeconds(nowMs)),
      };
    }
    if (creation !== 'address_taken') throw new InvalidFieldsError(takenFields(creation));
  }
  throw new StoreUnavailableError({ cause: new Error('Every address that was drawn is taken.') });
}

const TAKEN = {
  username: 'A user with that username already exists.',
  email: 'user with this email address already exists.',
} as const;

const takenFields = (taken: readonly (keyof typeof TAKEN)[]): FieldErrors =>
  Object.fromEntries(taken.map((field) => [field, [TAKEN[field]]]));

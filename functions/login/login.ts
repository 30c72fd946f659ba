/** Login: a new session for each device, after the password. Unknown user, wrong password and inactive user are one answer. */
import type * as v from 'valibot';
import type { Clock } from '../shared/clock';
import { matchesPassword } from '../shared/domain/password-hash';
import { type Lifetimes, type Session, sessionOf } from '../shared/domain/session';
import { issueToken, newSessionId } from '../shared/domain/token';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import { fields, passwordToCheck, usernameToFind } from '../shared/http/fields';
import type { Client } from '../shared/http/public-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import type { SessionAddress } from '../shared/store/schema';
import type { SessionLimit } from '../shared/store/sessions';
import { StoreUnavailableError } from '../shared/store/unavailable';
import type { FoundUser } from '../shared/store/users';

export const loginSchema = fields({ username: usernameToFind(), password: passwordToCheck() });

export type LoginFields = v.InferOutput<typeof loginSchema>;

export interface LoginDependencies {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly bcryptCost: number;
  readonly sessionsPerUser: number;
  readonly findUserByName: (username: string) => Promise<FoundUser | undefined>;
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
  const user = await dependencies.findUserByName(input.username);
  const isMatch = await matchesPassword(input.password, user?.passwordHash, dependencies.bcryptCost);
  if (!user || !isMatch || !user.isActive)
    throw new InvalidFieldsError({ non_field_errors: [messages.loginFailed] });
  const { token, session } = await openSession(user, client, dependencies);
  const now = session.refreshedAt;
  await dependencies.trimSessions(user.locator, { ...session, limit: dependencies.sessionsPerUser, now });
  return { status: 200, body: { token: token.text }, headers: tokenExpiresIn(session.expiresAt, now) };
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
  throw new StoreUnavailableError({ cause: new Error('Every address that was drawn is taken.') });
}

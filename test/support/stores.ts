/** Every operation of a store on a database. */
import { issueToken, newLocator } from '../../functions/shared/domain/token';
import type { User } from '../../functions/shared/domain/user';
import * as accounts from '../../functions/shared/store/accounts';
import * as administration from '../../functions/shared/store/administration';
import { bind } from '../../functions/shared/store/bind';
import * as challenges from '../../functions/shared/store/challenges';
import type { Database, Tables } from '../../functions/shared/store/database';
import * as generations from '../../functions/shared/store/generations';
import * as outbox from '../../functions/shared/store/outbox';
import * as rateLimits from '../../functions/shared/store/rate-limits';
import * as sessions from '../../functions/shared/store/sessions';
import type { FoundUser } from '../../functions/shared/store/users';
import * as users from '../../functions/shared/store/users';
import { sessionWith } from './sessions';

export const sessionStore = (database: Pick<Database<'tokens'>, 'send' | 'tables'>) =>
  bind(database as Database<'tokens'>, sessions);
export const userStore = (database: Pick<Database, 'send' | 'tables'>) => ({
  ...bind(database as Database, users),
  ...bind(database as Database<keyof Tables>, generations),
  ...bind(database as Database<keyof Tables>, accounts),
  ...bind(database as Database<keyof Tables>, administration),
});
export type UserStore = ReturnType<typeof userStore>;
export const rateLimitStore = (database: Pick<Database<'rateLimits'>, 'send' | 'tables'>) =>
  bind(database as Database<'rateLimits'>, rateLimits);
export const outboxStore = (database: Pick<Database<'outbox'>, 'send' | 'tables'>) => ({
  ...bind(database as Database<'outbox'>, outbox),
  ...bind(database as Database<'outbox'>, challenges),
});

/** Stores a user with a session at a place of their own. */
export async function createUser(
  store: Pick<UserStore, 'create'>,
  overrides: Partial<User> & Pick<User, 'id' | 'createdAt'>,
): Promise<FoundUser> {
  const name = `user${overrides.id}`;
  const user: User = {
    ...{ username: name, email: `${name}@example.com`, role: 'CLERK', passwordHash: 'old-hash' },
    ...{ isActive: true, sessionGeneration: 0 },
    ...overrides,
  };
  const key = issueToken(newLocator(), 'cd22');
  const session = sessionWith(key, { userId: user.id });
  expect(await store.create({ user, key, session })).toBe('created');
  return { ...user, locator: key.locator };
}

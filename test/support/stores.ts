/** Every operation of a store on a database. */
import * as accounts from '../../functions/shared/store/accounts';
import * as administration from '../../functions/shared/store/administration';
import { bind } from '../../functions/shared/store/bind';
import * as challenges from '../../functions/shared/store/challenges';
import type { Database, Tables } from '../../functions/shared/store/database';
import * as generations from '../../functions/shared/store/generations';
import * as outbox from '../../functions/shared/store/outbox';
import * as rateLimits from '../../functions/shared/store/rate-limits';
import * as sessions from '../../functions/shared/store/sessions';
import * as users from '../../functions/shared/store/users';

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

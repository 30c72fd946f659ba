/** Every operation of a store on a database. */
import { bind } from '../../functions/shared/store/bind';
import type { Database } from '../../functions/shared/store/database';
import * as rateLimits from '../../functions/shared/store/rate-limits';
import * as sessions from '../../functions/shared/store/sessions';
import * as users from '../../functions/shared/store/users';

export const sessionStore = (database: Pick<Database<'tokens'>, 'send' | 'tables'>) =>
  bind(database as Database<'tokens'>, sessions);
export const userStore = (database: Pick<Database, 'send' | 'tables'>) => bind(database as Database, users);
export const rateLimitStore = (database: Pick<Database<'rateLimits'>, 'send' | 'tables'>) =>
  bind(database as Database<'rateLimits'>, rateLimits);

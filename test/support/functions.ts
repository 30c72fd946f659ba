/** The functions in this process, as deployed but for their variables: no limits, and hashes that cost next to nothing. */
import type { FunctionName } from '../../functions/functions';
import type { Variable } from '../../functions/shared/environment';
import type { Tables } from '../../functions/shared/store/database';

const withoutLimits = {
  LOGIN_FAILURES: '1000000000',
  LOGIN_WAIT_SECONDS: '1',
  LOGIN_WAIT_MAX_SECONDS: '900',
  LOGIN_FAILURES_KEPT_SECONDS: '86400',
  LOGINS_PER_ADDRESS: '1000000000',
  SIGNUPS_PER_ADDRESS: '1000000000',
  ADDRESS_WINDOW_SECONDS: '600',
};

export const variablesFor = (tables: Tables): Readonly<Record<Variable, string>> => ({
  USERS_TABLE: tables.users,
  TOKENS_TABLE: tables.tokens,
  RATE_LIMITS_TABLE: tables.rateLimits,
  OUTBOX_TABLE: tables.outbox,
  METRICS_NAMESPACE: 'none',
  ADMITTED_ROLES: 'CLERK',
  ...withoutLimits,
  CORS_ORIGINS: 'none',
  BCRYPT_COST: '4',
  PASSWORD_BLOCKLIST: 'off',
  PASSWORD_MIN_LENGTH: '8',
  SIGNUP_ROLES: 'CLERK',
  TOKEN_LIFETIME_SECONDS: '604800',
  SESSION_LIFETIME_SECONDS: '7776000',
  SESSIONS_PER_USER: '20',
  EMAIL_VERIFICATION: 'off',
  NOTICES: 'off',
  EVENTS: 'off',
  MESSAGE_CHANNEL: 'none',
  MESSAGE_LIFETIME_SECONDS: '600',
  EMAIL_FROM: 'none',
  EVENT_BUS_NAME: 'none',
  RESET_URL: 'none',
  ACTIVATION_URL: 'none',
  DELETION_URL: 'none',
});

/** Handlers read the variables when they are loaded, which is once. */
export const handlerOf = async (name: FunctionName) =>
  (await import(`../../functions/${name}/handler`)).handler;

/** What each function is told: the variables of its own as a deployment with default settings has them, and those of Lambda. */
import { environmentOf, type FunctionName, type Variable } from '../../functions/shared/environment';

const tables = { users: 'Users', tokens: 'Tokens', rateLimits: 'RateLimits' } as const;
export const bcryptCost = 10;
const lifetimes = { tokenLifetimeSeconds: 604_800, sessionLifetimeSeconds: 7_776_000 } as const;
/** That of the example events. */
export const examplePassword = 'password123';

const MANY = '1000000';

const values: Readonly<Record<Variable, string>> = {
  USERS_TABLE: tables.users,
  TOKENS_TABLE: tables.tokens,
  RATE_LIMITS_TABLE: tables.rateLimits,
  SIGNUP_ROLES: 'CLERK',
  PASSWORD_MIN_LENGTH: '8',
  BCRYPT_COST: String(bcryptCost),
  TOKEN_LIFETIME_SECONDS: String(lifetimes.tokenLifetimeSeconds),
  SESSION_LIFETIME_SECONDS: String(lifetimes.sessionLifetimeSeconds),
  SESSIONS_PER_USER: '20',
  CORS_ORIGINS: 'none',
  METRICS_NAMESPACE: 'none',
  ADMITTED_ROLES: 'CLERK',
  LOGIN_FAILURES: MANY,
  LOGINS_PER_ADDRESS: MANY,
  SIGNUPS_PER_ADDRESS: MANY,
  LOGIN_WAIT_SECONDS: '1',
  LOGIN_WAIT_MAX_SECONDS: '900',
  LOGIN_FAILURES_KEPT_SECONDS: '86400',
  ADDRESS_WINDOW_SECONDS: '300',
};

/** A function's whole environment, with the database at `databaseUrl`. */
export const processEnvironment = (name: FunctionName, databaseUrl: string): Record<string, string> => ({
  ...environmentOf(name, values),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: databaseUrl,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  TZ: ':UTC',
});

/**
 * The environment variables of every function. The only reader of `process.env`.
 * `lib/auth-functions.ts` gives each function exactly its list, and does not compile while a variable has no value.
 */
import type { BackoffRules, FixedWindowRules } from './domain/attempts';
import type { Lifetimes } from './domain/session';

const http = ['CORS_ORIGINS', 'METRICS_NAMESPACE'] as const;
const addressLimit = ['RATE_LIMITS_TABLE', 'ADDRESS_WINDOW_SECONDS'] as const;

const variables = {
  signup: [
    ...http,
    ...addressLimit,
    'SIGNUPS_PER_ADDRESS',
    'USERS_TABLE',
    'TOKENS_TABLE',
    'SIGNUP_ROLES',
    'PASSWORD_MIN_LENGTH',
    'BCRYPT_COST',
    'TOKEN_LIFETIME_SECONDS',
    'SESSION_LIFETIME_SECONDS',
  ],
  login: [
    ...http,
    ...addressLimit,
    'LOGINS_PER_ADDRESS',
    'LOGIN_FAILURES',
    'LOGIN_WAIT_SECONDS',
    'LOGIN_WAIT_MAX_SECONDS',
    'LOGIN_FAILURES_KEPT_SECONDS',
    'USERS_TABLE',
    'TOKENS_TABLE',
    'BCRYPT_COST',
    'TOKEN_LIFETIME_SECONDS',
    'SESSION_LIFETIME_SECONDS',
    'SESSIONS_PER_USER',
  ],
  dashboard: http,
  refresh: [...http, 'TOKENS_TABLE', 'TOKEN_LIFETIME_SECONDS'],
  logout: [...http, 'TOKENS_TABLE'],
  'logout-all': [...http, 'USERS_TABLE', 'TOKENS_TABLE'],
  sessions: [...http, 'TOKENS_TABLE'],
  'end-session': [...http, 'TOKENS_TABLE'],
  authorizer: ['METRICS_NAMESPACE', 'USERS_TABLE', 'TOKENS_TABLE', 'ADMITTED_ROLES'],
  fallback: http,
  guard: ['METRICS_NAMESPACE', 'USERS_TABLE', 'TOKENS_TABLE', 'ADMITTED_ROLES'],
} as const;

export type FunctionName = keyof typeof variables;
/** The functions of every backend. A guard is there only before a method of another API. */
export type BackendFunctionName = Exclude<FunctionName, 'guard'>;
/** The name of a variable that some function reads. */
export type Variable = (typeof variables)[FunctionName][number];
/** What a function finds in its environment, and what CDK must put there: every variable of its list, no other. */
export type Environment<F extends FunctionName> = Readonly<Record<(typeof variables)[F][number], string>>;

const { guard: _, ...ofBackend } = variables;
export const functionNames = Object.keys(ofBackend) as BackendFunctionName[];

/** A function's environment out of the values of all variables. */
export const environmentOf = <F extends FunctionName>(
  name: F,
  values: Readonly<Record<Variable, string>>,
): Environment<F> =>
  Object.fromEntries(variables[name].map((variable) => [variable, values[variable]])) as Environment<F>;

/**
 * Reads a function's variables, once, while it starts.
 * @throws Error naming every variable that is missing, so that a wrong deployment shows in one go.
 */
export function readEnvironment<F extends FunctionName>(name: F): Environment<F> {
  const missing = variables[name].filter((variable) => process.env[variable] === undefined);
  if (missing.length > 0) throw new Error(`The function ${name} lacks the variables ${missing.join(', ')}.`);
  return Object.fromEntries(
    variables[name].map((variable) => [variable, process.env[variable]]),
  ) as Environment<F>;
}

/**
 * Whether denials go on to the endpoint, which answers them itself. Only a template for `sam local` asks for it, and only `sam local` sets
 * AWS_SAM_LOCAL: in AWS a denial ends at the gateway, whatever was deployed.
 */
export const passesDenialsOn = (): boolean =>
  process.env['PASSES_DENIALS_ON'] === 'true' && process.env['AWS_SAM_LOCAL'] === 'true';

/** How an empty list is written: Lambda is not known to keep an empty variable. */
const EMPTY_LIST = 'none';

/** A list as a variable's value. The members must not contain commas. */
export const listVariable = (members: readonly string[]): string => members.join(',') || EMPTY_LIST;

/** The list that {@link listVariable} wrote. */
export const asList = (value: string): readonly string[] => (value === EMPTY_LIST ? [] : value.split(','));

/**
 * A whole number.
 * @throws Error if it is anything else.
 */
export function asWholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`"${value}" is not a whole number.`);
  return Number(value);
}

/** The lifetimes that two of the variables say. */
export const lifetimesOf = (environment: {
  readonly TOKEN_LIFETIME_SECONDS: string;
  readonly SESSION_LIFETIME_SECONDS: string;
}): Lifetimes => ({
  tokenLifetimeSeconds: asWholeNumber(environment.TOKEN_LIFETIME_SECONDS),
  sessionLifetimeSeconds: asWholeNumber(environment.SESSION_LIFETIME_SECONDS),
});

/** The limit of an address for one kind of request: how many, of the one variable, in the time of the other. */
export const addressRulesOf = (attempts: string, windowSeconds: string): FixedWindowRules => ({
  attempts: asWholeNumber(attempts),
  windowSeconds: asWholeNumber(windowSeconds),
});

/** What four of the variables say of logins that fail. */
export const failureRulesOf = (environment: {
  readonly LOGIN_FAILURES: string;
  readonly LOGIN_WAIT_SECONDS: string;
  readonly LOGIN_WAIT_MAX_SECONDS: string;
  readonly LOGIN_FAILURES_KEPT_SECONDS: string;
}): BackoffRules => ({
  freeFailures: asWholeNumber(environment.LOGIN_FAILURES),
  firstWaitSeconds: asWholeNumber(environment.LOGIN_WAIT_SECONDS),
  longestWaitSeconds: asWholeNumber(environment.LOGIN_WAIT_MAX_SECONDS),
  keptSeconds: asWholeNumber(environment.LOGIN_FAILURES_KEPT_SECONDS),
});

/**
 * A list of roles, of which there is at least one.
 * @throws Error for an empty list.
 */
export function asRoles(value: string): readonly [string, ...string[]] {
  const [first, ...rest] = asList(value);
  if (first === undefined) throw new Error('There must be at least one role.');
  return [first, ...rest];
}

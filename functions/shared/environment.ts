/**
 * Environment variables. The only reader of `process.env`. Each function names in its definition those that it reads, CDK gives it exactly
 * these, and it does not compile while one has no value.
 */
import type { FunctionDefinition, TableName } from './definition';
import type { FixedWindowRules } from './domain/attempts';
import type { AnnouncementRules } from './domain/message';
import type { PasswordRules } from './domain/password-rules';
import type { Lifetimes } from './domain/session';
import type { EmailVerification } from './domain/user';
import type { PasswordCheckRules } from './http/check-password';
import type { PasswordCheckSetting } from './password-check-definition';
import type { Tables } from './store/database';

/** A variable that some function reads, besides the names of tables. */
export type Setting =
  | 'ACTIVATION_URL'
  | 'ADDRESS_WINDOW_SECONDS'
  | 'ADMITTED_ROLES'
  | 'BCRYPT_COST'
  | 'CORS_ORIGINS'
  | 'DELETION_URL'
  | 'EMAIL_FROM'
  | 'EMAIL_VERIFICATION'
  | 'EVENT_BUS_NAME'
  | 'EVENTS'
  | 'LOGIN_FAILURES'
  | 'LOGIN_FAILURES_KEPT_SECONDS'
  | 'LOGIN_WAIT_MAX_SECONDS'
  | 'LOGIN_WAIT_SECONDS'
  | 'LOGINS_PER_ADDRESS'
  | 'MESSAGE_CHANNEL'
  | 'MESSAGE_LIFETIME_SECONDS'
  | 'METRICS_NAMESPACE'
  | 'NOTICES'
  | 'PASSWORD_BLOCKLIST'
  | 'PASSWORD_MIN_LENGTH'
  | 'RESET_URL'
  | 'SESSION_LIFETIME_SECONDS'
  | 'SESSIONS_PER_USER'
  | 'SIGNUP_ROLES'
  | 'SIGNUPS_PER_ADDRESS'
  | 'TOKEN_LIFETIME_SECONDS';

const tableVariables = {
  users: 'USERS_TABLE',
  tokens: 'TOKENS_TABLE',
  rateLimits: 'RATE_LIMITS_TABLE',
  outbox: 'OUTBOX_TABLE',
} as const satisfies Record<TableName, string>;

type TableVariable<Table> = Table extends TableName ? (typeof tableVariables)[Table] : never;

/** The name of any variable. */
export type Variable = Setting | TableVariable<TableName>;

type Reader = Pick<FunctionDefinition, 'settings' | 'tables'>;

/** What a function finds in its environment, and what CDK must put there: every variable of its definition, no other. */
export type Environment<Definition extends Reader> = Readonly<
  Record<Definition['settings'][number] | TableVariable<keyof Definition['tables']>, string>
>;

/** The variables that a function reads. */
export const listVariables = ({ settings, tables }: Reader): readonly Variable[] => [
  ...settings,
  ...(Object.keys(tables) as TableName[]).map((table) => tableVariables[table]),
];

/**
 * Reads a function's variables, once, while it starts.
 * @throws Error naming every variable that is missing, so that a wrong deployment shows in one go.
 */
export function readEnvironment<Definition extends Reader>(definition: Definition): Environment<Definition> {
  const variables = listVariables(definition);
  const missing = variables.filter((variable) => process.env[variable] === undefined);
  if (missing.length > 0) throw new Error(`The function lacks the variables ${missing.join(', ')}.`);
  return Object.fromEntries(
    variables.map((variable) => [variable, process.env[variable]]),
  ) as Environment<Definition>;
}

/** The names of a function's tables: those of its definition, no other. */
export const tableNames = <Table extends TableName>(
  { tables }: { readonly tables: Readonly<Record<Table, unknown>> },
  environment: Readonly<Record<(typeof tableVariables)[Table], string>>,
): Pick<Tables, Table> =>
  Object.fromEntries(
    (Object.keys(tables) as Table[]).map((table) => [table, environment[tableVariables[table]]]),
  ) as Pick<Tables, Table>;

/**
 * Whether denials go on to the endpoint, which answers them itself. Only a template for `sam local` asks for it, and only `sam local` sets
 * AWS_SAM_LOCAL: in AWS a denial ends at the gateway, whatever was deployed.
 */
export const forwardsDenials = (): boolean =>
  process.env['FORWARD_DENIALS'] === 'true' && process.env['AWS_SAM_LOCAL'] === 'true';

/** How an empty list is written: Lambda is not known to keep an empty variable. */
const EMPTY_LIST = 'none';

/** A list as a variable's value. The members must not contain commas. */
export const listVariable = (members: readonly string[]): string => members.join(',') || EMPTY_LIST;

/** The list that {@link listVariable} wrote. */
export const parseList = (value: string): readonly string[] => (value === EMPTY_LIST ? [] : value.split(','));

/**
 * A whole number.
 * @throws Error if it is anything else.
 */
export function parseWholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`"${value}" is not a whole number.`);
  return Number(value);
}

/** The lifetimes that two of the variables say. */
export const parseLifetimes = (environment: {
  readonly TOKEN_LIFETIME_SECONDS: string;
  readonly SESSION_LIFETIME_SECONDS: string;
}): Lifetimes => ({
  tokenLifetimeSeconds: parseWholeNumber(environment.TOKEN_LIFETIME_SECONDS),
  sessionLifetimeSeconds: parseWholeNumber(environment.SESSION_LIFETIME_SECONDS),
});

/** The limit of an address for one kind of request: how many, of the one variable, in the time of the other. */
export const parseFixedWindow = (attempts: string, windowSeconds: string): FixedWindowRules => ({
  attempts: parseWholeNumber(attempts),
  windowSeconds: parseWholeNumber(windowSeconds),
});

/** What two of the variables say of who hears of a change. */
export const parseAnnouncementRules = (environment: {
  readonly NOTICES: string;
  readonly EVENTS: string;
}): AnnouncementRules => ({ notices: environment.NOTICES === 'on', events: environment.EVENTS === 'on' });

/**
 * Whether addresses are verified.
 * @throws Error for an unknown word, which would mean that a deployment is wrong.
 */
export function parseEmailVerification({
  EMAIL_VERIFICATION: value,
}: {
  readonly EMAIL_VERIFICATION: string;
}): EmailVerification {
  if (value === 'off' || value === 'optional' || value === 'required') return value;
  throw new Error(`EMAIL_VERIFICATION cannot be "${value}".`);
}

/** What two of the variables say of new passwords. */
export const parsePasswordRules = (environment: {
  readonly PASSWORD_MIN_LENGTH: string;
  readonly PASSWORD_BLOCKLIST: string;
}): PasswordRules => ({
  minLength: parseWholeNumber(environment.PASSWORD_MIN_LENGTH),
  usesBlocklist: environment.PASSWORD_BLOCKLIST === 'on',
});

/** The rules that the variables of `settingsToCheckPassword` say. */
export const parsePasswordCheck = (
  environment: Readonly<Record<PasswordCheckSetting, string>>,
): PasswordCheckRules => ({
  bcryptCost: parseWholeNumber(environment.BCRYPT_COST),
  sourceIpRules: parseFixedWindow(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  accountRules: {
    freeFailures: parseWholeNumber(environment.LOGIN_FAILURES),
    firstWaitSeconds: parseWholeNumber(environment.LOGIN_WAIT_SECONDS),
    longestWaitSeconds: parseWholeNumber(environment.LOGIN_WAIT_MAX_SECONDS),
    keptSeconds: parseWholeNumber(environment.LOGIN_FAILURES_KEPT_SECONDS),
  },
});

/**
 * A list of roles, of which there is at least one.
 * @throws Error for an empty list.
 */
export function parseRoles(value: string): readonly [string, ...string[]] {
  const [first, ...rest] = parseList(value);
  if (first === undefined) throw new Error('There must be at least one role.');
  return [first, ...rest];
}

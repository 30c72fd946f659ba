/** Creates the functions from their definitions. */
import { type RemovalPolicy, Token } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import {
  type BackendFunctionName,
  backendFunctionNames,
  type FunctionName,
  functions,
} from '../functions/functions';
import type { FunctionDefinition, TableName } from '../functions/shared/definition';
import { listVariable, listVariables, type Variable } from '../functions/shared/environment';
import { NO_METRICS } from '../functions/shared/log/metrics';
import { AuthFunction } from './auth-function';
import type { AuthTables } from './auth-tables';
import { messageChannel, type Settings, SettingsError } from './settings';
import { longestWait } from './timeouts';

export type AuthFunctions = { readonly [Name in BackendFunctionName]: AuthFunction };

export interface AuthFunctionsProps {
  readonly settings: Settings;
  readonly tables: AuthTables;
  readonly logRemovalPolicy: RemovalPolicy;
  readonly metricsNamespace: string;
  /** For messages and events; absent: neither leaves by a bus. */
  readonly eventBus?: EventBus | undefined;
  /** The roles that an external authorizer admits; absent: every role of the settings, as for the authorizer. */
  readonly admittedRoles?: readonly string[] | undefined;
}

/** Every function of the API. */
export const createFunctions = (scope: Construct, props: AuthFunctionsProps): AuthFunctions =>
  Object.fromEntries(
    backendFunctionNames.map((name) => [name, createFunction(scope, name, props)]),
  ) as AuthFunctions;

/** A function with the variables, the time-out and the grants of its definition. */
export function createFunction(
  scope: Construct,
  name: FunctionName,
  props: AuthFunctionsProps,
): AuthFunction {
  const definition: FunctionDefinition = functions[name];
  const values = toVariables(props);
  const environment = Object.fromEntries(
    listVariables(definition).map((variable) => [variable, values[variable]]),
  );
  checkSize(name, environment);
  const created = new AuthFunction(scope, {
    name,
    environment,
    removalPolicy: props.logRemovalPolicy,
    memoryMb: definition.memory,
    timeoutSeconds: Math.ceil(longestWait(definition)) + definition.cpuSeconds,
  });
  for (const [table, grants = []] of Object.entries(definition.tables))
    for (const grant of grants) created.grantTable(props.tables[table as TableName], grant);
  return created;
}

/** Lambda's limit for all variables of a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_VARIABLES_BYTES = 4096;
/** The longest name of a table or stack. */
const MAX_NAME_CHARACTERS = 255;

/**
 * Lambda measures the variables as one JSON text. Only the setting `corsOrigins` can be too long.
 * @throws SettingsError
 */
function checkSize(name: FunctionName, environment: Readonly<Record<string, string>>): void {
  const atMost = Object.entries(environment).map(([variable, value]) => [
    variable,
    Token.isUnresolved(value) ? 'x'.repeat(MAX_NAME_CHARACTERS) : value,
  ]);
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(atMost)));
  if (bytes <= MAX_VARIABLES_BYTES) return;
  const [has, takes] = [bytes, MAX_VARIABLES_BYTES].map((number) => number.toLocaleString('en-US'));
  throw new SettingsError([
    `The setting corsOrigins is too long: with it the function ${name} has ${has} bytes of environment variables, and Lambda takes ${takes}. Name fewer origins, or * for all.`,
  ]);
}

/** A value for every variable that any function reads. */
const toVariables = ({
  settings,
  tables,
  ...props
}: AuthFunctionsProps): Readonly<Record<Variable, string>> => ({
  USERS_TABLE: tables.users.tableName,
  TOKENS_TABLE: tables.tokens.tableName,
  RATE_LIMITS_TABLE: tables.rateLimits.tableName,
  OUTBOX_TABLE: tables.outbox.tableName,
  SIGNUP_ROLES: listVariable(settings.signupRoles),
  PASSWORD_MIN_LENGTH: String(settings.passwordMinLength),
  PASSWORD_BLOCKLIST: settings.passwordBlocklist ? 'on' : 'off',
  BCRYPT_COST: String(settings.bcryptCost),
  TOKEN_LIFETIME_SECONDS: String(settings.tokenLifetime),
  SESSION_LIFETIME_SECONDS: String(settings.sessionLifetime),
  SESSIONS_PER_USER: String(settings.sessionsPerUser),
  CORS_ORIGINS: listVariable(settings.corsOrigins),
  METRICS_NAMESPACE: settings.monitoring ? props.metricsNamespace : NO_METRICS,
  ADMITTED_ROLES: listVariable(props.admittedRoles ?? settings.roles),
  ...messageVariables(settings, props.eventBus),
  ...rateLimitVariables(settings),
});

/** Stands for no value, as Lambda is not known to keep an empty variable. */
const NONE = 'none';

const messageVariables = (settings: Settings, eventBus?: EventBus) => ({
  EMAIL_VERIFICATION: settings.emailVerification,
  NOTICES: messageChannel(settings) === 'none' ? 'off' : 'on',
  EVENTS: settings.events ? 'on' : 'off',
  MESSAGE_CHANNEL: messageChannel(settings),
  EMAIL_FROM: settings.emailFrom ?? NONE,
  EVENT_BUS_NAME: eventBus?.eventBusName ?? NONE,
  RESET_URL: settings.resetUrl ?? NONE,
  ACTIVATION_URL: settings.activationUrl ?? NONE,
  DELETION_URL: settings.deletionUrl ?? NONE,
  MESSAGE_LIFETIME_SECONDS: String(settings.messageLifetime),
});

/** More attempts than anyone makes. */
const UNLIMITED = String(1_000_000_000);

const rateLimitVariables = (settings: Settings) => ({
  LOGIN_FAILURES: settings.rateLimits ? String(settings.loginFailures) : UNLIMITED,
  LOGINS_PER_ADDRESS: settings.rateLimits ? String(settings.loginsPerAddress) : UNLIMITED,
  SIGNUPS_PER_ADDRESS: settings.rateLimits ? String(settings.signupsPerAddress) : UNLIMITED,
  LOGIN_WAIT_SECONDS: String(settings.loginWait),
  LOGIN_WAIT_MAX_SECONDS: String(settings.loginWaitMax),
  LOGIN_FAILURES_KEPT_SECONDS: String(settings.loginFailuresKept),
  ADDRESS_WINDOW_SECONDS: String(settings.addressWindow),
});

/** Every function of the API with its settings and its grants, which are those of `docs/storage.md` and no more. */
import { type RemovalPolicy, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  type BackendFunctionName,
  environmentOf,
  type FunctionName,
  listVariable,
  type Variable,
} from '../functions/shared/environment';
import { NO_METRICS } from '../functions/shared/log/metrics';
import {
  emailKey,
  rateLimitAttributes,
  sessionAttributes,
  sessionOwnerAttributes,
  signupAttributes,
  userCounterKey,
  userKey,
  usernameKey,
} from '../functions/shared/store/schema';
import { AuthFunction, type WriteLimits } from './auth-function';
import type { AuthTables } from './auth-tables';
import { type Settings, SettingsError } from './settings';
import { longestWait } from './time-budget';

export type AuthFunctions = { readonly [F in BackendFunctionName]: AuthFunction<F> };

export interface AuthFunctionsProps {
  readonly settings: Settings;
  readonly tables: AuthTables;
  readonly logRemovalPolicy: RemovalPolicy;
  readonly metricsNamespace: string;
  /** Whom a guard lets through; absent: every role of the settings, as the authorizer does. */
  readonly admittedRoles?: readonly string[] | undefined;
}

interface Size {
  readonly memoryMb: number;
  /** For what is not waiting for the database. */
  readonly restSeconds: number;
}

/** Hashing a password needs CPU, which comes with memory. The time is for two hashes at the highest cost: one compared, one made. */
const hashing: Size = { memoryMb: 1024, restSeconds: 6 };
/** Enough for a function that waits for DynamoDB, also for its first call, whose TLS handshake takes CPU. */
const waiting: Size = { memoryMb: 512, restSeconds: 1 };
/** Enough for a function that calls nobody. */
const answering: Size = { memoryMb: 256, restSeconds: 2 };

/**
 * What is read to judge a token. The session's attributes are on the list in case IAM looks at all tables of a batch
 * together; the password hash is not.
 */
const toJudge = { attributes: [...new Set([...sessionOwnerAttributes, ...sessionAttributes])] };

/** The partition keys of all users. */
const ofUsers = userKey('*').pk;

/** One attempt more, and what comes back is the counter, in which there is nothing to hide. */
const toCount: WriteLimits = { attributes: rateLimitAttributes, returnValues: ['NONE', 'ALL_NEW'] };
const toOpenSession: WriteLimits = { attributes: sessionAttributes };
const toEndSession: WriteLimits = { attributes: ['id'] };
const toNoteFirstUse: WriteLimits = { attributes: ['tokenDigest', 'successorUsedAt'] };

export function authFunctions(scope: Construct, props: AuthFunctionsProps): AuthFunctions {
  const { users, tokens, rateLimits } = props.tables;
  const make = makerOf(scope, props);
  return {
    signup: make('signup', hashing)
      .mayWrite(['UpdateItem'], rateLimits, toCount)
      .mayWrite(['UpdateItem'], users, {
        attributes: ['lastId'],
        partitionKeys: [userCounterKey.pk],
        returnValues: ['UPDATED_NEW'],
      })
      .mayWrite(['PutItem'], users, {
        attributes: signupAttributes,
        partitionKeys: [ofUsers, usernameKey('*').pk, emailKey('*').pk],
      })
      .mayWrite(['PutItem'], tokens, toOpenSession),
    login: make('login', hashing)
      .mayWrite(['UpdateItem'], rateLimits, toCount)
      .mayRead(['GetItem'], users)
      .mayWrite(['UpdateItem'], users, { attributes: ['passwordHash'], partitionKeys: [ofUsers] })
      .mayWrite(['PutItem'], tokens, toOpenSession)
      .mayRead(['Query'], tokens)
      .mayWrite(['DeleteItem'], tokens, toEndSession),
    dashboard: make('dashboard', answering),
    refresh: make('refresh', waiting)
      .mayRead(['GetItem'], tokens)
      .mayWrite(['UpdateItem'], tokens, {
        attributes: ['userId', 'tokenDigest', 'refreshCount', 'refreshedAt', 'expiresAt', 'successorUsedAt'],
      }),
    logout: make('logout', waiting).mayWrite(['DeleteItem'], tokens, toEndSession),
    'logout-all': make('logout-all', waiting)
      .mayRead(['BatchGetItem'], users, toJudge)
      .mayRead(['BatchGetItem'], tokens)
      .mayWrite(['UpdateItem'], users, {
        attributes: ['id', 'sessionGeneration'],
        partitionKeys: [ofUsers],
        returnValues: ['NONE', 'UPDATED_NEW'],
      })
      .mayWrite(['UpdateItem'], tokens, { attributes: ['id', 'sessionGeneration'] })
      .mayRead(['Query'], tokens)
      .mayWrite(['DeleteItem'], tokens, toEndSession),
    sessions: make('sessions', waiting).mayRead(['Query'], tokens),
    'end-session': make('end-session', waiting)
      .mayRead(['Query'], tokens)
      .mayWrite(['DeleteItem'], tokens, toEndSession),
    authorizer: make('authorizer', waiting)
      .mayRead(['BatchGetItem'], users, toJudge)
      .mayRead(['BatchGetItem'], tokens)
      .mayWrite(['UpdateItem'], tokens, toNoteFirstUse)
      .mayWrite(['DeleteItem'], tokens, toEndSession),
    fallback: make('fallback', answering),
  };
}

/** The function before methods of another API. It accepts no token that was refreshed away, so it has no session to end. */
export function guardFunction(scope: Construct, props: AuthFunctionsProps): AuthFunction<'guard'> {
  const { users, tokens } = props.tables;
  return makerOf(scope, props)('guard', waiting)
    .mayRead(['BatchGetItem'], users, toJudge)
    .mayRead(['BatchGetItem'], tokens)
    .mayWrite(['UpdateItem'], tokens, toNoteFirstUse);
}

function makerOf(scope: Construct, props: AuthFunctionsProps) {
  const values = variablesOf(props);
  return <F extends FunctionName>(name: F, { memoryMb, restSeconds }: Size) => {
    const environment = environmentOf(name, values);
    checkSize(name, environment);
    return new AuthFunction(scope, {
      name,
      environment,
      removalPolicy: props.logRemovalPolicy,
      memoryMb,
      timeoutSeconds: Math.ceil(longestWait(name)) + restSeconds,
    });
  };
}

/** Of all variables of a function together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_VARIABLES_BYTES = 4096;
/** No name of a table or of a stack is longer. */
const MAX_NAME_CHARACTERS = 255;

/**
 * Lambda measures the variables as one JSON text, which its refusal shows. Of all settings `corsOrigins` alone can be too long.
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
const variablesOf = ({
  settings,
  tables,
  ...props
}: AuthFunctionsProps): Readonly<Record<Variable, string>> => ({
  USERS_TABLE: tables.users.tableName,
  TOKENS_TABLE: tables.tokens.tableName,
  RATE_LIMITS_TABLE: tables.rateLimits.tableName,
  SIGNUP_ROLES: listVariable(settings.signupRoles),
  PASSWORD_MIN_LENGTH: String(settings.passwordMinLength),
  BCRYPT_COST: String(settings.bcryptCost),
  TOKEN_LIFETIME_SECONDS: String(settings.tokenLifetime),
  SESSION_LIFETIME_SECONDS: String(settings.sessionLifetime),
  SESSIONS_PER_USER: String(settings.sessionsPerUser),
  CORS_ORIGINS: listVariable(settings.corsOrigins),
  METRICS_NAMESPACE: settings.monitoring ? props.metricsNamespace : NO_METRICS,
  ADMITTED_ROLES: listVariable(props.admittedRoles ?? settings.roles),
  ...limitsOf(settings),
});

/** More attempts than anyone makes. */
const UNLIMITED = String(1_000_000_000);

const limitsOf = (settings: Settings) => ({
  LOGIN_FAILURES: settings.rateLimits ? String(settings.loginFailures) : UNLIMITED,
  LOGINS_PER_ADDRESS: settings.rateLimits ? String(settings.loginsPerAddress) : UNLIMITED,
  SIGNUPS_PER_ADDRESS: settings.rateLimits ? String(settings.signupsPerAddress) : UNLIMITED,
  LOGIN_WAIT_SECONDS: String(settings.loginWait),
  LOGIN_WAIT_MAX_SECONDS: String(settings.loginWaitMax),
  LOGIN_FAILURES_KEPT_SECONDS: String(settings.loginFailuresKept),
  ADDRESS_WINDOW_SECONDS: String(settings.addressWindow),
});

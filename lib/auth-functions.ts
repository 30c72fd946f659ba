/** Every function of the API with its settings and its grants, which are those of `docs/storage.md` and no more. */
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';
import {
  environmentOf,
  type FunctionName,
  listVariable,
  type Variable,
} from '../functions/shared/environment';
import { sessionAttributes, sessionOwnerAttributes, userCounterKey } from '../functions/shared/store/schema';
import { AuthFunction } from './auth-function';
import type { AuthTables } from './auth-tables';
import type { Settings } from './settings';

export type AuthFunctions = { readonly [F in FunctionName]: AuthFunction<F> };

export interface AuthFunctionsProps {
  readonly settings: Settings;
  readonly tables: AuthTables;
  readonly logRemovalPolicy: RemovalPolicy;
}

/** Hashing a password needs CPU, which comes with memory. */
const HASHING_MB = 1024;
/** Enough for a function that waits for DynamoDB, also for its first call, whose TLS handshake takes CPU. */
const WAITING_MB = 512;
/** Enough for a function that calls nobody. */
const ANSWERING_MB = 256;

/**
 * Time for that many database calls one after the other, each at its worst, and for the rest: starting, and a hash at the highest cost.
 * Transactions that meet others count for one call more: they are tried again for as long as that.
 */
const sized = (memoryMb: number, callsInARow: number) => ({
  memoryMb,
  timeoutSeconds: callsInARow * WORST_CASE_CALL_SECONDS + (memoryMb === HASHING_MB ? 8 : 2),
});

/**
 * What is read to judge a token. The session's attributes are on the list in case IAM looks at all tables of a batch
 * together; the password hash is not.
 */
const toJudge = { attributes: [...new Set([...sessionOwnerAttributes, ...sessionAttributes])] };

export function authFunctions(scope: Construct, props: AuthFunctionsProps): AuthFunctions {
  const { users, tokens } = props.tables;
  const values = variablesOf(props);
  const make = <F extends FunctionName>(name: F, size: ReturnType<typeof sized>) =>
    new AuthFunction(scope, {
      name,
      environment: environmentOf(name, values),
      removalPolicy: props.logRemovalPolicy,
      ...size,
    });
  return {
    signup: make('signup', sized(HASHING_MB, 3))
      .may(['UpdateItem'], users, { partitionKeys: [userCounterKey.pk] })
      .may(['PutItem'], users)
      .may(['PutItem'], tokens),
    login: make('login', sized(HASHING_MB, 5))
      .may(['GetItem'], users)
      .may(['PutItem', 'Query', 'DeleteItem'], tokens),
    dashboard: make('dashboard', sized(ANSWERING_MB, 0)),
    refresh: make('refresh', sized(WAITING_MB, 2)).may(['UpdateItem', 'GetItem'], tokens),
    logout: make('logout', sized(WAITING_MB, 1)).may(['DeleteItem'], tokens),
    'logout-all': make('logout-all', sized(WAITING_MB, 4))
      .may(['UpdateItem'], users)
      .may(['BatchGetItem'], users, toJudge)
      .may(['BatchGetItem', 'UpdateItem'], tokens),
    sessions: make('sessions', sized(WAITING_MB, 1)).may(['Query'], tokens),
    'end-session': make('end-session', sized(WAITING_MB, 2)).may(['Query', 'DeleteItem'], tokens),
    authorizer: make('authorizer', sized(WAITING_MB, 4))
      .may(['BatchGetItem'], users, toJudge)
      .may(['BatchGetItem', 'UpdateItem', 'DeleteItem'], tokens),
    fallback: make('fallback', sized(ANSWERING_MB, 0)),
  };
}

/** A value for every variable that any function reads. */
const variablesOf = ({ settings, tables }: AuthFunctionsProps): Readonly<Record<Variable, string>> => ({
  USERS_TABLE: tables.users.tableName,
  TOKENS_TABLE: tables.tokens.tableName,
  SIGNUP_ROLES: listVariable(settings.signupRoles),
  PASSWORD_MIN_LENGTH: String(settings.passwordMinLength),
  BCRYPT_COST: String(settings.bcryptCost),
  TOKEN_LIFETIME_SECONDS: String(settings.tokenLifetime),
  SESSION_LIFETIME_SECONDS: String(settings.sessionLifetime),
  SESSIONS_PER_USER: String(settings.sessionsPerUser),
  CORS_ORIGINS: listVariable(settings.corsOrigins),
});

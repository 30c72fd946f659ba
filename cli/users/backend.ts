/** The backend whose users are managed: its tables, its stores, its rules. */
import * as accounts from '../../functions/shared/store/accounts';
import * as administration from '../../functions/shared/store/administration';
import { bind } from '../../functions/shared/store/bind';
import { type Connection, connect, type Database, type Tables } from '../../functions/shared/store/database';
import * as generations from '../../functions/shared/store/generations';
import * as imports from '../../functions/shared/store/imports';
import * as outbox from '../../functions/shared/store/outbox';
import * as rateLimits from '../../functions/shared/store/rate-limits';
import * as sessions from '../../functions/shared/store/sessions';
import * as users from '../../functions/shared/store/users';
import {
  type OperatorOutputs,
  type OperatorRules,
  operatorOutputNames,
  parseOperatorOutputs,
} from '../../lib/operator-outputs';
import { CliError } from '../program';

export interface Backend extends OperatorRules {
  readonly database: Database<keyof Tables>;
  readonly stores: Stores;
  /** `stack TokenAuth-prod in eu-west-1`, or `the local server under .local`. */
  readonly description: string;
  /** Who makes the changes: the ARN of the caller, or `local`. */
  readonly operator: string;
  readonly isLocal: boolean;
  /** What went wrong, in one line. */
  explain(error: unknown): Error;
  close(): Promise<void>;
}

const bindStores = (database: Database<keyof Tables>) => ({
  users: bind(database, users),
  accounts: bind(database, accounts),
  administration: bind(database, administration),
  generations: bind(database, generations),
  sessions: bind(database, sessions),
  rateLimits: bind(database, rateLimits),
  outbox: bind(database, outbox),
  imports: bind(database, imports),
});

export type Stores = ReturnType<typeof bindStores>;

export interface BackendPlace extends Pick<Backend, 'description' | 'operator' | 'isLocal' | 'explain'> {
  readonly outputs: Readonly<Record<string, string>>;
  readonly connection: Connection;
  close?(): Promise<void>;
}

/** @throws CliError if the outputs are not those of a backend. */
export function openBackend({ outputs, connection, close, ...place }: BackendPlace): Backend {
  const output = (name: string) => findOutput(outputs, name, place.description);
  const tables = {
    users: output('UsersTableName'),
    tokens: output('TokensTableName'),
    rateLimits: output('RateLimitsTableName'),
    outbox: output('OutboxTableName'),
  };
  const rules = Object.fromEntries(
    operatorOutputNames.map((name) => [name, output(name)]),
  ) as OperatorOutputs;
  const database = connect(tables, connection);
  return {
    ...place,
    ...parseOperatorOutputs(rules),
    database,
    stores: bindStores(database),
    close: async () => {
      database.close();
      await close?.();
    },
  };
}

/** A backend in a construct below its stack has the construct's id before an output's name, and a hash after it. */
function findOutput(outputs: Readonly<Record<string, string>>, name: string, where: string): string {
  const below = new RegExp(`${name}[0-9A-F]{8}$`);
  const found = Object.keys(outputs).filter((key) => key === name || below.test(key));
  if (found.length > 1) throw new CliError(`There are several backends in ${where}: ${found.join(', ')}.`);
  const value = outputs[found[0] ?? name];
  if (value !== undefined) return value;
  throw new CliError(
    `The ${where.replace(/^the /, '')} has no output ${name}. It is no token-auth backend, or an older one: deploy it again.`,
  );
}

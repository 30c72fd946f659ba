/** The users that this run signed up, whom all connections log in. */
import { randomBytes } from 'node:crypto';
import { anyIndex, type Random } from './random';

export interface Account {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly role: 'CLERK';
  /** How many sessions the server may hold of it: those whose end is not certain count. */
  possibleSessions: number;
}

/**
 * A server ends a user's oldest session when there are too many (setting `sessionsPerUser`, 20 by default), and then nobody here would
 * know which tokens are alive. This stays well below.
 */
export const MAX_SESSIONS_PER_ACCOUNT = 5;

/** So that memory does not grow however long a run is: then a new account takes the place of another. */
const MAX_ACCOUNTS = 5000;

/** Names and passwords are drawn by the system and not by the seed: they must be new in every run. */
export function newAccount(): Account {
  const username = `load-${randomBytes(8).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  return { username, email: `${username}@example.com`, password, role: 'CLERK', possibleSessions: 0 };
}

export interface AccountPool {
  add(account: Account): void;
  /** One that may log in once more; `undefined` if there is none. */
  choose(random: Random): Account | undefined;
}

export function newAccountPool(): AccountPool {
  const accounts: Account[] = [];
  let added = 0;
  return {
    add: (account) => {
      accounts[added % MAX_ACCOUNTS] = account;
      added += 1;
    },
    choose: (random) => {
      const from = anyIndex(random, accounts.length);
      return [...accounts.slice(from), ...accounts.slice(0, from)].find(
        ({ possibleSessions }) => possibleSessions < MAX_SESSIONS_PER_ACCOUNT,
      );
    },
  };
}

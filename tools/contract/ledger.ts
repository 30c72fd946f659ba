/** What a run leaves at the target: users, and the tokens it was given. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Reply } from '../../bench/load/connection';

const LETTERS = 'ghjkmnpqrstvwxyz';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Account extends Credentials {
  readonly email: string;
}

/** As long as any `passwordMinLength` may ask for, and like no name. */
export const newPassword = (): string => randomBytes(48).toString('base64url');

const newPrefix = (): string =>
  `contract-${Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`;

export class Ledger {
  /** All usernames of the run begin with it. No letter of it is a hex digit. */
  readonly prefix: string;
  readonly #tokens = new Map<string, string[]>();
  #names = 0;
  #users = 0;

  constructor(prefix = newPrefix()) {
    this.prefix = prefix;
  }

  get users(): number {
    return this.#users;
  }

  newName(): string {
    this.#names += 1;
    return `${this.prefix}-${this.#names}`;
  }

  newAccount(): Account {
    const username = this.newName();
    return { username, email: `${username}@example.com`, password: newPassword() };
  }

  /** Remembers the token of an answer, whatever else is in it. */
  note({ status, text }: Reply): void {
    if (status === 201) this.#users += 1;
    const token = /"token":"([0-9a-f]{40})"/.exec(text)?.[1];
    if (token === undefined) return;
    // The first ten digits are the user's.
    const user = token.slice(0, 10);
    this.#tokens.set(user, [token, ...(this.#tokens.get(user) ?? [])]);
  }

  /** Of each user, latest first. */
  tokens(): readonly (readonly string[])[] {
    return [...this.#tokens.values()];
  }
}

/**
 * Names of keys and attributes, for the store and for CDK. `docs/storage.md` explains them.
 * Imports nothing, so that both sides can read it.
 */

export const usersTable = { partitionKey: 'pk' } as const;

export const tokensTable = {
  partitionKey: 'user',
  sortKey: 'session',
  timeToLiveAttribute: 'expiresAt',
} as const;

/** What the authorizer reads of a user. `passwordHash` is not here, and its policy forbids it. */
export const sessionOwnerAttributes = ['pk', 'id', 'role', 'isActive', 'sessionGeneration'] as const;

export const userKey = (locator: string) => ({ pk: `USER#${locator}` });
export const usernameKey = (canonicalName: string) => ({ pk: `USERNAME#${canonicalName}` });
export const emailKey = (canonicalEmail: string) => ({ pk: `EMAIL#${canonicalEmail}` });
export const userCounterKey = { pk: 'COUNTER#user' } as const;

/** Where a session is: the first fourteen digits of its tokens. */
export interface SessionAddress {
  readonly locator: string;
  readonly session: string;
}

export const sessionKey = ({ locator, session }: SessionAddress) => ({ user: locator, session });

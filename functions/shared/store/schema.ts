/**
 * Names of keys and attributes, for the store and for CDK. `docs/storage.md` explains them.
 * Imports only types, so that both sides can read it.
 */
import type { Session, SessionOwner } from '../domain/session';
import type { User } from '../domain/user';

export const usersTable = { partitionKey: 'pk' } as const;

export const tokensTable = {
  partitionKey: 'user',
  sortKey: 'session',
  timeToLiveAttribute: 'expiresAt',
} as const;

export const outboxTable = { partitionKey: 'pk', timeToLiveAttribute: 'expiresAt' } as const;

export const rateLimitsTable = { partitionKey: 'limitKey', timeToLiveAttribute: 'expiresAt' } as const;

/** What may be read of a user to judge a token. `passwordHash` is not here, and the policy forbids it. */
export const sessionOwnerAttributes = [
  'pk',
  'id',
  'role',
  'isActive',
  'sessionGeneration',
] as const satisfies (keyof SessionOwner | 'pk')[];

/** Every attribute of the items that a signup puts into Users. For CDK alone, so no bundle has it. */
export const signupAttributes = /* @__PURE__ */ Object.keys({
  pk: true,
  locator: true,
  id: true,
  username: true,
  email: true,
  role: true,
  passwordHash: true,
  isActive: true,
  createdAt: true,
  sessionGeneration: true,
  emailVerified: true,
} satisfies Record<
  Exclude<keyof User, 'passwordVersion' | 'ownsEmail' | 'pendingEmail'> | 'pk' | 'locator',
  true
>);

/** What the caller is shown of a user. `passwordHash` is not here, and the policies forbid it. */
export const profileAttributes = [
  'pk',
  'id',
  'username',
  'email',
  'emailVerified',
  'role',
  'isActive',
] as const satisfies (keyof User | 'pk')[];

/** What is read of a user to change the account, or to write to its owner. `passwordHash` is not here, and the policies forbid it. */
export const accountAttributes = [
  ...profileAttributes,
  'ownsEmail',
  'pendingEmail',
  'passwordVersion',
] as const satisfies (keyof User | 'pk')[];

/** What an export holds of a challenge. */
export const pendingAttributes = [
  'pk',
  'purpose',
  'locator',
  'userId',
  'passwordVersion',
  'email',
  'usedAt',
  'expiresAt',
] as const;

/** What an export holds of a user, and what tells which challenges are the user's. */
export const exportedAttributes = [
  ...profileAttributes,
  'createdAt',
  'pendingEmail',
  'passwordVersion',
] as const satisfies (keyof User | 'pk')[];

/** What an operator is shown of a user. `passwordHash` is not here. */
export const listedAttributes = [
  ...profileAttributes,
  'ownsEmail',
  'pendingEmail',
  'createdAt',
] as const satisfies (keyof User | 'pk')[];

/** What an export holds of what came with a user: no digest, and no hash. */
export const importedAttributes = ['pk', 'userId', 'django'] as const;

/** Both together. */
export const allExportedAttributes = /* @__PURE__ */ [
  ...new Set<string>([...exportedAttributes, ...importedAttributes]),
];

/** Every attribute of a session item. */
export const sessionAttributes = /* @__PURE__ */ Object.keys({
  user: true,
  session: true,
  id: true,
  userId: true,
  sessionGeneration: true,
  tokenDigest: true,
  successorSalt: true,
  refreshCount: true,
  createdAtMs: true,
  refreshedAt: true,
  expiresAt: true,
  sessionExpiresAt: true,
  successorUsedAt: true,
  device: true,
  isImported: true,
} satisfies Record<keyof Session | 'user' | 'session', true>);

/** Every attribute of an item that says what is to be sent. */
export const messageAttributes = /* @__PURE__ */ Object.keys({
  purpose: true,
  email: true,
  locator: true,
  userId: true,
  to: true,
  event: true,
  sessionId: true,
  createdAt: true,
  expiresAt: true,
  claimedUntil: true,
  claimedBy: true,
  attempts: true,
});

/** Every attribute of a challenge. */
export const challengeAttributes = /* @__PURE__ */ Object.keys({
  id: true,
  purpose: true,
  locator: true,
  userId: true,
  passwordVersion: true,
  email: true,
  tokens: true,
  codeHash: true,
  codeExpiresAt: true,
  guesses: true,
  usedAt: true,
  expiresAt: true,
});

/**
 * What is read to verify a token. The session's attributes are on the list in case IAM looks at all tables of a batch together; the
 * password hash is not.
 */
export const authenticationAttributes = /* @__PURE__ */ [
  ...new Set<string>([...sessionOwnerAttributes, ...sessionAttributes]),
];

export const userKey = (locator: string) => ({ pk: `USER#${locator}` });
export const usernameKey = (canonicalName: string) => ({ pk: `USERNAME#${canonicalName}` });
export const emailKey = (canonicalEmail: string) => ({ pk: `EMAIL#${canonicalEmail}` });
export const idKey = (id: number) => ({ pk: `ID#${id}` });
/** What came with a user from elsewhere, and is nowhere else; a read of the user need not pay for it. */
export const importKey = (locator: string) => ({ pk: `IMPORT#${locator}` });
/** A group that came from Django, for the way back. */
export const importedGroupKey = (name: string) => ({ pk: `IMPORTED_GROUP#${name}` });
/** Neither a username nor a locator nor an address, so no item is there. */
export const NOBODY = '(nobody)';
export const USER_COUNTER = 'COUNTER#user';
export const userCounterKey = { pk: USER_COUNTER } as const;

/** A condition that holds while the password is the one that was checked, whatever its hash is by now. */
export const passwordIsUnchanged = (passwordVersion: number | undefined) =>
  passwordVersion === undefined
    ? { condition: 'attribute_not_exists(passwordVersion)', values: {} }
    : { condition: 'passwordVersion = :version', values: { ':version': passwordVersion } };

/** The list of deleted users. It is not in Users, or a restore of that table would shorten it. */
export const deletedUserKey = (id: number) => ({ pk: `DELETED#${id}` });

/** Which user came under a name or number that is not the id, as a digest. In Outbox, so that it outlives the user for a time. */
export const importedIdentityKey = (digest: string) => ({ pk: `IMPORTED#${digest}` });
export const ANY_IMPORTED_IDENTITY = 'IMPORTED#*';

const MESSAGE = 'MESSAGE#';
/** What is to be sent. */
export const messageKey = (id: string) => ({ pk: MESSAGE + id });
/** What proves that somebody reads a user's messages; of an address that is to be confirmed, `addressDigest` is its digest. */
export const challengeKey = (locator: string, purpose: 'reset_password' | 'deletion') => ({
  pk: `CHALLENGE#${locator}#${purpose}`,
});
export const addressChallengeKey = (addressDigest: string) => ({ pk: `CHALLENGE#EMAIL#${addressDigest}` });

/** Partition keys of one kind, as IAM writes them. */
export const ANY_USER = 'USER#*';
export const ANY_USERNAME = 'USERNAME#*';
export const ANY_EMAIL = 'EMAIL#*';
export const ANY_ID = 'ID#*';
export const ANY_IMPORT = 'IMPORT#*';
export const ANY_IMPORTED_GROUP = 'IMPORTED_GROUP#*';
export const ANY_DELETED_USER = 'DELETED#*';
export const ANY_MESSAGE = `${MESSAGE}*`;
export const ANY_CHALLENGE = 'CHALLENGE#*';

/** The grants of functions that find a user by an address or by a link, and the user's challenges. */
export const readAccount = {
  read: ['GetItem'],
  attributes: [...accountAttributes, 'locator'],
  partitionKeys: [ANY_USER, ANY_EMAIL],
} as const;
export const readChallenge = { read: ['GetItem'], partitionKeys: [ANY_CHALLENGE] } as const;
/** The grant of functions that count guesses at a code, and use a challenge up. */
export const answerChallenge = {
  write: ['UpdateItem'],
  attributes: ['guesses', 'usedAt'],
  partitionKeys: [ANY_CHALLENGE],
  returnValues: ['NONE', 'ALL_NEW'],
} as const;

/** The key of a session: the first fourteen digits of its tokens. */
export interface SessionKey {
  readonly locator: string;
  readonly session: string;
}

export const sessionKey = ({ locator, session }: SessionKey) => ({ user: locator, session });

export type LimitKey = Readonly<Record<typeof rateLimitsTable.partitionKey, string>>;

/** What is limited for each source IP. */
export type LimitedAction = 'login' | 'signup' | 'reauthentication' | 'message' | 'confirmation';

/** `account` is a digest: what is typed as a name may be a password. */
export const accountLimitKey = (account: string): LimitKey => ({ limitKey: `ACCOUNT#${account}` });
export const laneLimitKey = (account: string, network: string): LimitKey => ({
  limitKey: `LANE#${account}#${network}`,
});
/** Of one session, so that guesses in another keep nobody from changing the account. */
export const reauthenticationLimitKey = (locator: string, sessionId: string): LimitKey => ({
  limitKey: `REAUTHENTICATION#${locator}#${sessionId}`,
});
export const exportLimitKey = (locator: string): LimitKey => ({ limitKey: `EXPORT#${locator}` });
/** Messages to an address, which is there as its digest. */
export const messageLimitKey = (addressDigest: string): LimitKey => ({
  limitKey: `MESSAGE#${addressDigest}`,
});
/** The source IP as an address group. */
export const sourceIpLimitKey = (action: LimitedAction, sourceIp: string): LimitKey => ({
  limitKey: `ADDRESS#${action}#${sourceIp}`,
});
export const windowLimitKey = ({ limitKey }: LimitKey, endsAt: number): LimitKey => ({
  limitKey: `${limitKey}#${endsAt}`,
});

/** What the partition keys of a kind begin with. */
export const keyPrefix = (anyKey: string): string => anyKey.slice(0, -'*'.length);

const NETWORK = 'network#';

/** Every attribute of a counter of attempts, but for its key. `*` is any network. */
const rateLimitAttributes = ['attempts', 'attemptId', 'lastAttemptAtMs', 'expiresAt', `${NETWORK}*`] as const;

/** The grant of functions that put messages into the outbox in a transaction. */
export const announceChange = {
  write: ['PutItem'],
  attributes: messageAttributes,
  partitionKeys: [ANY_MESSAGE],
} as const;

/** The grants of functions that count attempts, and of those that delete counters. */
export const countAttempts = {
  write: ['UpdateItem'],
  attributes: rateLimitAttributes,
  returnValues: ['NONE', 'ALL_NEW'],
} as const;
export const removeCounters = {
  write: ['DeleteItem'],
  attributes: [],
  partitionKeys: ['REAUTHENTICATION#*'],
} as const;
/** Also that of an account, which says which networks it knew. */
export const removeAccountCounters = {
  write: ['DeleteItem'],
  attributes: [],
  partitionKeys: ['REAUTHENTICATION#*', 'ACCOUNT#*', 'LANE#*'],
  returnValues: ['NONE', 'ALL_OLD'],
} as const;

/** The attribute of an account's counter that holds until when a network is known. */
export const networkAttribute = (network: string): string => NETWORK + network;
/** The network of such an attribute; `undefined` for any other. */
export const parseNetworkAttribute = (attribute: string): string | undefined =>
  attribute.startsWith(NETWORK) ? attribute.slice(NETWORK.length) : undefined;

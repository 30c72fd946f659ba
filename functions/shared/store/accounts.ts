/**
 * An account is several items in Users: the user, and one each for the name, the e-mail address and the id, which say whose they are.
 * They are made, changed and deleted in one transaction, so a name has one user or none, whatever happens at the same time.
 */
import type { Outgoing } from '../domain/message';
import type { Session } from '../domain/session';
import { canonicalEmail, canonicalUsername } from '../domain/text';
import { ownsEmail, type User } from '../domain/user';
import type { Bound } from './bind';
import { type ChallengeKey, listChallengeKeys } from './challenge-keys';
import { challengeDeletion, challengeLastUse, challengeUse } from './challenges';
import { type Database, retryOnConflict } from './database';
import { outboxPuts } from './outbox';
import {
  deletedUserKey,
  emailKey,
  idKey,
  importKey,
  passwordIsUnchanged,
  type SessionKey,
  sessionKey,
  userKey,
  usernameKey,
} from './schema';
import { numbered, type TransactItem, write } from './transaction';
import { type Account, findAccount } from './users';

export interface NewUser {
  readonly user: User;
  readonly key: SessionKey;
  /** Absent: the user has to sign in. */
  readonly session?: Session | undefined;
  readonly outgoing?: Outgoing;
}

/** `created`, or what was already taken. `locator_taken`, `id_taken`: draw another and try again. */
export type Creation = 'created' | 'locator_taken' | 'id_taken' | readonly ('username' | 'email')[];

/** `gone`: there is no such user any more. `overtaken`: the password was changed, or the challenge used, since it was checked. */
export type Interference = 'gone' | 'overtaken';

export type AccountStore = Bound<typeof import('./accounts')>;

type Accounts = Database<'users' | 'outbox'>;
/**
 * Stores a user, the items of name, own address and id, the first session, and what leaves: all of them or none.
 * @throws StoreUnavailableError also when other transactions held the same items for too long.
 */
export const create = (
  database: Database<'users' | 'tokens' | 'outbox'>,
  { user, key, session, outgoing }: NewUser,
): Promise<Creation> => {
  const { users, tokens } = database.tables;
  const { locator } = key;
  const items = {
    username: put(users, { ...usernameKey(canonicalUsername(user.username)), locator }, 'pk'),
    ...(ownsEmail(user) && {
      email: put(users, { ...emailKey(canonicalEmail(user.email)), locator }, 'pk'),
    }),
    id: put(users, { ...idKey(user.id), locator }, 'pk'),
    user: put(users, { ...userKey(locator), ...user }, 'pk'),
    ...(session && { session: put(tokens, { ...sessionKey(key), ...session }, 'user') }),
    ...outboxItems(database, outgoing),
  };
  return retryOnConflict(async () => {
    const refused = await write(database, items);
    if (refused === undefined) return undefined;
    if (refused.length === 0) return 'created';
    const taken = refused.filter((item) => item === 'username' || item === 'email');
    if (taken.length > 0) return taken;
    return refused.includes('id') ? 'id_taken' : 'locator_taken';
  });
};

export interface Change {
  /** The new name or address. */
  readonly to: string;
  readonly outgoing?: Outgoing;
}

/** Gives a user another name; the user as changed. Names that are equal in their canonical form are one, so only the way it is written changes. */
export const changeUsername = (
  database: Accounts,
  user: Account,
  { to: username, outgoing }: Change,
): Promise<Account | 'taken' | Interference> =>
  changeMarked(database, user, {
    attribute: 'username',
    value: username,
    from: (current) => usernameKey(canonicalUsername(current.username)),
    to: usernameKey(canonicalUsername(username)),
    also: outboxItems(database, outgoing),
  });

/** Gives a user another e-mail address, which from then on is the user's own; the user as changed. */
export const changeEmail = (
  database: Accounts,
  user: Account,
  { to: email, outgoing }: Change,
): Promise<Account | 'taken' | Interference> =>
  changeMarked(database, user, {
    ...emailChange(email),
    removes: ['ownsEmail', 'pendingEmail'],
    also: outboxItems(database, outgoing),
  });

/** Keeps an address that takes the place of the user's own once it is confirmed. */
export const claimEmail = (
  database: Accounts,
  user: Account,
  { to: email, outgoing }: Change,
): Promise<'claimed' | Interference> =>
  whileUnchanged(database, user, async (current) => {
    const refused = await write(database, {
      user: updateUser(database, current, { set: 'pendingEmail = :new', values: { ':new': email } }),
      ...outboxItems(database, outgoing),
    });
    return refused?.length === 0 ? 'claimed' : undefined;
  });

/** A challenge that is used up with what it proves. */
export interface Proof {
  readonly key: ChallengeKey;
  readonly now: number;
}

/** Makes an address the user's own that a challenge proves, or marks the user's own as confirmed. */
export async function confirmEmail(
  database: Accounts,
  user: Account,
  { proof, outgoing }: { readonly proof: Proof; readonly outgoing?: Outgoing },
): Promise<'confirmed' | 'taken' | Interference> {
  const also = { proof: challengeUse(database, proof.key, proof.now), ...outboxItems(database, outgoing) };
  const { email, pendingEmail } = user;
  // What was proved is who reads the messages to these.
  const isProved = (current: Account) => current.email === email && current.pendingEmail === pendingEmail;
  if (pendingEmail !== undefined) {
    const outcome = await changeMarked(database, user, {
      ...emailChange(pendingEmail),
      removes: ['ownsEmail', 'pendingEmail', 'emailVerified'],
      also,
      isAllowed: isProved,
    });
    return typeof outcome === 'string' ? outcome : 'confirmed';
  }
  return whileUnchanged(database, user, async (current) => {
    if (!isProved(current)) return 'overtaken';
    const refused = await write(database, {
      user: updateUser(database, current, { removes: ['emailVerified'] }),
      ...also,
    });
    if (refused?.length === 0) return 'confirmed';
    return refused?.includes('proof') ? 'overtaken' : undefined;
  });
}

/** What is marked by an item of its own. */
interface Marked {
  readonly attribute: 'username' | 'email';
  readonly value: string;
  /** The item that says whose the present value is; `undefined` if it is not this user's. */
  from(user: Account): { readonly pk: string } | undefined;
  readonly to: { readonly pk: string };
}

interface MarkedChange extends Marked {
  readonly removes?: readonly RemovedAttribute[];
  /** What is written with it. */
  readonly also: Readonly<Record<string, TransactItem>>;
  /** Whether the user as it is by now may be changed so; absent: yes. */
  isAllowed?(user: Account): boolean;
}

const emailChange = (email: string): Marked => ({
  attribute: 'email',
  value: email,
  from: (current) => (ownsEmail(current) ? emailKey(canonicalEmail(current.email)) : undefined),
  to: emailKey(canonicalEmail(email)),
});

const changeMarked = (
  database: Accounts,
  user: Account,
  { attribute, value, from, to, removes = [], also, isAllowed }: MarkedChange,
): Promise<Account | 'taken' | Interference> =>
  whileUnchanged(database, user, async (current) => {
    const { users } = database.tables;
    if (isAllowed && !isAllowed(current)) return 'overtaken';
    const marker = from(current);
    const isSame = current[attribute] === value && marker?.pk === to.pk;
    if (isSame && removes.every((name) => current[name] === undefined)) return current;
    const refused = await write<string>(database, {
      user: updateUser(database, current, { set: `${attribute} = :new`, values: { ':new': value }, removes }),
      ...(marker?.pk !== to.pk && {
        ...(marker && { from: deleteMarker(users, marker, current.locator) }),
        to: put(users, { ...to, locator: current.locator }, 'pk'),
      }),
      ...also,
    });
    if (refused?.length === 0) return changed(current, { [attribute]: value }, removes);
    if (refused?.includes('proof')) return 'overtaken';
    return refused?.join() === 'to' ? 'taken' : undefined;
  });

type RemovedAttribute = 'ownsEmail' | 'pendingEmail' | 'emailVerified';

function changed(user: Account, values: Partial<User>, removes: readonly RemovedAttribute[]): Account {
  const left = Object.entries(user).filter(([name]) => !removes.some((removed) => removed === name));
  return { ...(Object.fromEntries(left) as unknown as Account), ...values };
}

export interface Deletion {
  /** Until when the id is on the list of deleted ones, epoch seconds. */
  readonly listedUntil: number;
  readonly outgoing?: Outgoing;
  /** The challenge that is used up by it; absent: the password was given. */
  readonly proof?: ChallengeKey;
}

/** Deletes a user with all items of the account and its challenges, and puts the id on the list of deleted ones. */
export const deleteUser = (
  database: Accounts,
  user: Account,
  { listedUntil, outgoing, proof }: Deletion,
): Promise<'deleted' | Interference> =>
  whileUnchanged(database, user, async (current) => {
    const { users, outbox } = database.tables;
    const { id, locator } = current;
    const unchanged = asRead(current);
    if (proof && current.email !== user.email) return 'overtaken';
    const challenges = listChallengeKeys(current).filter(({ pk }) => pk !== proof?.pk);
    const refused = await write(database, {
      user: {
        Delete: {
          TableName: users,
          Key: userKey(locator),
          ConditionExpression: unchanged.condition,
          ExpressionAttributeValues: unchanged.values,
        },
      },
      username: deleteMarker(users, usernameKey(canonicalUsername(current.username)), locator),
      ...(ownsEmail(current) && {
        email: deleteMarker(users, emailKey(canonicalEmail(current.email)), locator),
      }),
      id: deleteMarker(users, idKey(id), locator),
      imported: { Delete: { TableName: users, Key: importKey(locator) } },
      listed: { Put: { TableName: outbox, Item: { ...deletedUserKey(id), expiresAt: listedUntil } } },
      ...(proof && { proof: challengeLastUse(database, proof) }),
      ...numbered(
        'challenge',
        challenges.map((key) => challengeDeletion(database, key)),
      ),
      ...outboxItems(database, outgoing),
    });
    if (refused?.includes('proof')) return 'overtaken';
    return refused?.length === 0 ? 'deleted' : undefined;
  });

const outboxItems = (database: Pick<Accounts, 'tables'>, outgoing: Outgoing | undefined) =>
  numbered('outbox', outgoing ? outboxPuts(database, outgoing) : []);

interface UserUpdate {
  readonly set?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly removes?: readonly RemovedAttribute[];
}

/** An update of a user who is still as read. */
function updateUser(
  { tables }: Pick<Accounts, 'tables'>,
  current: Account,
  { set, values, removes = [] }: UserUpdate,
): TransactItem {
  const unchanged = asRead(current);
  return {
    Update: {
      TableName: tables.users,
      Key: userKey(current.locator),
      UpdateExpression: [
        ...(set ? [`SET ${set}`] : []),
        ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: unchanged.condition,
      ExpressionAttributeValues: { ...unchanged.values, ...values },
    },
  };
}

/** Makes an attempt, and again with the user as it is by then, as long as it comes to nothing and nothing speaks against it. */
function whileUnchanged<Outcome>(
  database: Accounts,
  user: Account,
  attempt: (current: Account) => Promise<Outcome | undefined>,
): Promise<Outcome | Interference> {
  let current: Account | undefined = user;
  return retryOnConflict(async (): Promise<Outcome | Interference | undefined> => {
    current ??= await findAccount(database, user.locator, user.id);
    if (!current) return 'gone';
    if (current.passwordVersion !== user.passwordVersion) return 'overtaken';
    const outcome = await attempt(current);
    current = undefined;
    return outcome;
  });
}

/** A condition that holds while a user has the same name, addresses and password. */
function asRead({ id, username, email, pendingEmail, passwordVersion }: Account) {
  const { condition, values } = passwordIsUnchanged(passwordVersion);
  const pending =
    pendingEmail === undefined ? 'attribute_not_exists(pendingEmail)' : 'pendingEmail = :pending';
  return {
    condition: `id = :userId AND username = :username AND email = :email AND ${pending} AND ${condition}`,
    values: {
      ...values,
      ':userId': id,
      ':username': username,
      ':email': email,
      ...(pendingEmail !== undefined && { ':pending': pendingEmail }),
    },
  };
}

const put = (TableName: string, Item: object, keyAttribute: string): TransactItem => ({
  Put: {
    TableName,
    Item: { ...Item },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': keyAttribute },
  },
});

/** Never somebody else's. One that is missing stops nobody from leaving. */
const deleteMarker = (TableName: string, Key: { readonly pk: string }, locator: string): TransactItem => ({
  Delete: {
    TableName,
    Key,
    ConditionExpression: 'attribute_not_exists(pk) OR #locator = :locator',
    ExpressionAttributeNames: { '#locator': 'locator' },
    ExpressionAttributeValues: { ':locator': locator },
  },
});

/**
 * An account is several items in Users: the user, and one each for the name, the e-mail address and the id, which say whose they are.
 * They are made, changed and deleted in one transaction, so a name has one user or none, whatever happens at the same time.
 */
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../domain/session';
import { canonicalEmail, canonicalUsername } from '../domain/text';
import { ownsEmail, type User } from '../domain/user';
import type { Bound } from './bind';
import { type Database, findCancellation, retryOnConflict, wasRefused } from './database';
import {
  deletedUserKey,
  emailKey,
  idKey,
  passwordIsUnchanged,
  type SessionKey,
  sessionKey,
  userKey,
  usernameKey,
} from './schema';
import { type FoundUser, find } from './users';

export interface NewUser {
  readonly user: User;
  readonly key: SessionKey;
  readonly session: Session;
}

/** `created`, or what was already taken. `locator_taken`, `id_taken`: draw another and try again. */
export type Creation = 'created' | 'locator_taken' | 'id_taken' | readonly ('username' | 'email')[];

/** `gone`: there is no such user any more. `overtaken`: the password was changed since it was checked. */
export type Interference = 'gone' | 'overtaken';

export type AccountStore = Bound<typeof import('./accounts')>;

type Users = Database<'users'>;
type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Stores a user, the items of name, address and id, and the first session: all of them or none.
 * @throws StoreUnavailableError also when other transactions held the same items for too long.
 */
export const create = (database: Database, { user, key, session }: NewUser): Promise<Creation> => {
  const { users, tokens } = database.tables;
  const { locator } = key;
  const items = {
    username: put(users, { ...usernameKey(canonicalUsername(user.username)), locator }, 'pk'),
    email: put(users, { ...emailKey(canonicalEmail(user.email)), locator }, 'pk'),
    id: put(users, { ...idKey(user.id), locator }, 'pk'),
    user: put(users, { ...userKey(locator), ...user }, 'pk'),
    session: put(tokens, { ...sessionKey(key), ...session }, 'user'),
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

/** Gives a user another name; the user as changed. Names that are equal in their canonical form are one, so only the way it is written changes. */
export const changeUsername = (
  database: Users,
  user: FoundUser,
  username: string,
): Promise<FoundUser | 'taken' | Interference> =>
  changeMarked(database, user, {
    attribute: 'username',
    value: username,
    from: (current) => usernameKey(canonicalUsername(current.username)),
    to: usernameKey(canonicalUsername(username)),
  });

/** Gives a user another e-mail address, which from then on is the user's own; the user as changed. */
export const changeEmail = (
  database: Users,
  user: FoundUser,
  email: string,
): Promise<FoundUser | 'taken' | Interference> =>
  changeMarked(database, user, {
    attribute: 'email',
    value: email,
    from: (current) => (ownsEmail(current) ? emailKey(canonicalEmail(current.email)) : undefined),
    to: emailKey(canonicalEmail(email)),
  });

interface MarkedChange {
  readonly attribute: 'username' | 'email';
  readonly value: string;
  /** The item that says whose the present value is; `undefined` if it is not this user's. */
  from(user: FoundUser): { readonly pk: string } | undefined;
  readonly to: { readonly pk: string };
}

const changeMarked = (
  database: Users,
  user: FoundUser,
  { attribute, value, from, to }: MarkedChange,
): Promise<FoundUser | 'taken' | Interference> =>
  whileUnchanged(database, user, async (current) => {
    const { users } = database.tables;
    const unchanged = asRead(current);
    const marker = from(current);
    if (current[attribute] === value && marker?.pk === to.pk) return current;
    const refused = await write(database, {
      user: {
        Update: {
          TableName: users,
          Key: userKey(current.locator),
          UpdateExpression: `SET ${attribute} = :new${attribute === 'email' ? ' REMOVE ownsEmail' : ''}`,
          ConditionExpression: unchanged.condition,
          ExpressionAttributeValues: { ...unchanged.values, ':new': value },
        },
      },
      ...(marker?.pk !== to.pk && {
        ...(marker && { from: deleteMarker(users, marker, current.locator) }),
        to: put(users, { ...to, locator: current.locator }, 'pk'),
      }),
    });
    if (refused?.length === 0) return { ...current, [attribute]: value };
    return refused?.join() === 'to' ? 'taken' : undefined;
  });

/** Deletes a user with all items of the account, and puts the id on the list of deleted ones until `listedUntil`, epoch seconds. */
export const deleteUser = (
  database: Database<'users' | 'outbox'>,
  user: FoundUser,
  listedUntil: number,
): Promise<'deleted' | Interference> =>
  whileUnchanged(database, user, async (current) => {
    const { users, outbox } = database.tables;
    const { id, locator } = current;
    const unchanged = asRead(current);
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
      listed: { Put: { TableName: outbox, Item: { ...deletedUserKey(id), expiresAt: listedUntil } } },
    });
    return refused?.length === 0 ? 'deleted' : undefined;
  });

/** Makes an attempt, and again with the user as it is by then, as long as it comes to nothing and nothing speaks against it. */
function whileUnchanged<Outcome>(
  database: Users,
  user: FoundUser,
  attempt: (current: FoundUser) => Promise<Outcome | undefined>,
): Promise<Outcome | Interference> {
  let current: FoundUser | undefined = user;
  return retryOnConflict(async (): Promise<Outcome | Interference | undefined> => {
    current ??= await find(database, user.locator, user.id);
    if (!current) return 'gone';
    if (current.passwordVersion !== user.passwordVersion) return 'overtaken';
    const outcome = await attempt(current);
    current = undefined;
    return outcome;
  });
}

/** A condition that holds while a user has the same name, address and password. */
function asRead({ id, username, email, passwordVersion }: FoundUser) {
  const { condition, values } = passwordIsUnchanged(passwordVersion);
  return {
    condition: `id = :userId AND username = :username AND email = :email AND ${condition}`,
    values: { ...values, ':userId': id, ':username': username, ':email': email },
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

/**
 * Writes items in one transaction. The names of those whose condition did not hold, none if all were written; `undefined` while another
 * transaction is about to decide it.
 */
async function write<Name extends string>(
  { send }: Pick<Database, 'send'>,
  items: Readonly<Partial<Record<Name, TransactItem>>>,
): Promise<readonly Name[] | undefined> {
  const names = Object.keys(items) as Name[];
  const TransactItems = Object.values(items) as TransactItem[];
  const cancellation = await findCancellation(send(new TransactWriteCommand({ TransactItems })));
  if (!cancellation) return [];
  if (!wasRefused(cancellation)) return undefined;
  // DynamoDB gives its reasons in the order of the items.
  return names.filter((_, index) => cancellation.CancellationReasons?.[index]?.Code !== 'None');
}

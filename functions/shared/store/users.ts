/** The table Users: who there is, and under which name. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_CANONICAL_USERNAME_BYTES } from '../domain/limits';
import { canonicalEmail, canonicalUsername } from '../domain/text';
import type { User } from '../domain/user';
import type { Bound } from './bind';
import { conditionHeld, type Database, only } from './database';
import {
  accountAttributes,
  emailKey,
  exportedAttributes,
  idKey,
  importedAttributes,
  importKey,
  NOBODY,
  profileAttributes,
  userCounterKey,
  userKey,
  usernameKey,
} from './schema';

export type FoundUser = User & { readonly locator: string };

/** A user, without the password. */
export type Account = Pick<User, Exclude<(typeof accountAttributes)[number], 'pk'>> & {
  readonly locator: string;
};

export type Profile = Pick<User, 'id' | 'username' | 'email' | 'emailVerified' | 'role' | 'isActive'>;

export type ExportedUser = Profile & Pick<User, 'createdAt' | 'pendingEmail' | 'passwordVersion'>;

export interface HashReplacement {
  readonly from: string;
  readonly to: string;
}

export type UserStore = Bound<typeof import('./users')>;

type Users = Database<'users'>;

const read = async ({ send, tables }: Users, key: { readonly pk: string }, attributes?: readonly string[]) =>
  (
    await send(
      new GetCommand({
        TableName: tables.users,
        Key: key,
        ConsistentRead: true,
        ...(attributes && only(attributes)),
      }),
    )
  ).Item;

/**
 * Where the user of that name is, in any case and any Unicode form. A name that nobody has, or can have, costs the same read and leads to
 * a locator that costs the same read, so that time does not tell whether a name exists (ASVS 5.0, 6.3.8).
 */
export async function findLocator(database: Users, username: string): Promise<string> {
  const name = canonicalUsername(username);
  const isPossible = Buffer.byteLength(name) <= MAX_CANONICAL_USERNAME_BYTES;
  const marker = await read(database, usernameKey(isPossible ? name : NOBODY));
  return String(marker?.['locator'] ?? NOBODY);
}

/** The user at a locator who bears that name: since the locator was found, it may have gone to somebody else. */
export async function findNamed(
  database: Users,
  locator: string,
  username: string,
): Promise<FoundUser | undefined> {
  const user = (await read(database, userKey(locator))) as User | undefined;
  const isNamed = user && canonicalUsername(user.username) === canonicalUsername(username);
  return isNamed ? { ...user, locator } : undefined;
}

/** Where the user is whose own an address is, in its canonical form; for one that nobody has, a locator that costs the same read. */
export const findEmailLocator = async (database: Users, canonical: string): Promise<string> =>
  String((await read(database, emailKey(canonical), ['locator']))?.['locator'] ?? NOBODY);

/** The user whose own an address is, in its canonical form. */
export async function findByEmail(database: Users, canonical: string): Promise<Account | undefined> {
  const user = await findAccountAt(database, await findEmailLocator(database, canonical));
  // Since the locator was found, the address may have gone to somebody else.
  return user && canonicalEmail(user.email) === canonical ? user : undefined;
}

/**
 * The user of an id.
 * @public The operator's commands bind the whole store.
 */
export async function findById(database: Users, id: number): Promise<FoundUser | undefined> {
  const marker = await read(database, idKey(id));
  return marker && find(database, String(marker['locator']), id);
}

/** Whether an address is the own of another user than that at a locator. */
export async function isTaken(database: Users, canonical: string, locator: string): Promise<boolean> {
  const owner = await findEmailLocator(database, canonical);
  return owner !== NOBODY && owner !== locator;
}

/** Whoever is at a locator. */
export async function findAccountAt(database: Users, locator: string): Promise<Account | undefined> {
  const user = (await read(database, userKey(locator), accountAttributes)) as User | undefined;
  return user && { ...user, locator };
}

/** The user at a locator, without the password; `undefined` if that user is gone. */
export async function findAccount(
  database: Users,
  locator: string,
  userId: number,
): Promise<Account | undefined> {
  const user = await findAccountAt(database, locator);
  return user?.id === userId ? user : undefined;
}

/** The user at a locator; `undefined` if that user is gone. */
export async function find(database: Users, locator: string, userId: number): Promise<FoundUser | undefined> {
  const user = await readOwn<User>(database, { locator, userId });
  return user && { ...user, locator };
}

/** What a user is shown of the own account; `undefined` if the user is gone. */
export const findProfile = (database: Users, locator: string, userId: number): Promise<Profile | undefined> =>
  readOwn(database, { locator, userId }, profileAttributes);

/** All of a user that an export holds; `undefined` if the user is gone. */
export const findForExport = (
  database: Users,
  locator: string,
  userId: number,
): Promise<ExportedUser | undefined> => readOwn(database, { locator, userId }, exportedAttributes);

/** What came with the user from elsewhere, as it was there. */
export async function findImported(
  database: Users,
  locator: string,
  userId: number,
): Promise<Readonly<Record<string, unknown>>> {
  const item = await read(database, importKey(locator), importedAttributes);
  return item?.['userId'] === userId ? JSON.parse(String(item['django'])) : {};
}

/** All attributes of the user, or these. */
async function readOwn<Found extends Pick<User, 'id'>>(
  database: Users,
  { locator, userId }: { readonly locator: string; readonly userId: number },
  attributes?: readonly string[],
): Promise<Found | undefined> {
  const user = (await read(database, userKey(locator), attributes)) as Found | undefined;
  return user?.id === userId ? user : undefined;
}

/** Replaces one hash of a password by another of the same; `false` if the password was changed meanwhile, or the user is gone. */
export const replacePasswordHash = (
  { send, tables }: Users,
  locator: string,
  { from, to }: HashReplacement,
): Promise<boolean> =>
  conditionHeld(
    send(
      new UpdateCommand({
        TableName: tables.users,
        Key: userKey(locator),
        UpdateExpression: 'SET passwordHash = :to',
        ConditionExpression: 'passwordHash = :from',
        ExpressionAttributeValues: { ':from': from, ':to': to },
      }),
    ),
  );

/** The next id, counting from 1. An id whose signup then fails is never given again. */
export async function nextId({ send, tables }: Users): Promise<number> {
  const { Attributes } = await send(
    new UpdateCommand({
      TableName: tables.users,
      Key: userCounterKey,
      UpdateExpression: 'ADD lastId :one',
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Number(Attributes?.['lastId']);
}

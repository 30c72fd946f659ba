/** What only an import and an export do: many users at a time, and what came with them from elsewhere. No function has the grants for it. */
import { BatchGetCommand, type BatchGetCommandOutput, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../domain/session';
import { canonicalEmail, canonicalUsername } from '../domain/text';
import { ownsEmail, type User } from '../domain/user';
import type { Bound } from './bind';
import { type Database, retryOnConflict, type Tables } from './database';
import { scan } from './scan';
import {
  ANY_IMPORTED_GROUP,
  ANY_IMPORTED_IDENTITY,
  ANY_USER,
  emailKey,
  idKey,
  importedGroupKey,
  importedIdentityKey,
  importKey,
  keyPrefix,
  type SessionKey,
  sessionKey,
  tokensTable,
  userKey,
  usernameKey,
} from './schema';
import { numbered, type TransactItem, write } from './transaction';
import type { FoundUser } from './users';

export type ImportStore = Bound<typeof import('./imports')>;

/** What came with a user. */
export interface Imported {
  readonly userId: number;
  /** As in the dump: `people.user`. */
  readonly model: string;
  /** Absent: the dump named nobody by number. */
  readonly importedPk?: number | string;
  /** The members that are nowhere else, as JSON text: no digit of a number is lost. */
  readonly django: string;
  /** SHA-256 of the hash that came, whatever became of it: another one is a new password. */
  readonly importedHash: string;
  /** Of the token that came last, and of those before it: none is taken over again, because it may have been logged out here. */
  readonly importedDigest?: string;
  readonly earlierDigests?: readonly string[];
  /** Epoch seconds. */
  readonly importedAt: number;
}

export interface SessionAt {
  readonly key: SessionKey;
  readonly session: Session;
}

/** A user with all that is stored of one. */
export interface Account {
  readonly locator: string;
  readonly user: User;
  readonly sessions: readonly SessionAt[];
  readonly imported?: Imported | undefined;
  /** The digest under which the user is found again who had no number. */
  readonly identity?: { readonly digest: string; readonly expiresAt: number } | undefined;
}

type Item = 'username' | 'email' | 'id' | 'user' | 'session' | 'imported' | 'identity';

const put = (TableName: string, Item: object, keyAttribute = 'pk'): TransactItem => ({
  Put: {
    TableName,
    Item: { ...Item },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': keyAttribute },
  },
});

/** The writes that store an account, by what they are of. */
export function accountPuts(
  { tables }: Pick<Database<keyof Tables>, 'tables'>,
  { locator, user, sessions, imported, identity }: Account,
): Readonly<Record<string, TransactItem>> {
  const { users, tokens, outbox } = tables;
  return {
    username: put(users, { ...usernameKey(canonicalUsername(user.username)), locator }),
    ...(ownsEmail(user) && { email: put(users, { ...emailKey(canonicalEmail(user.email)), locator }) }),
    id: put(users, { ...idKey(user.id), locator }),
    user: put(users, { ...userKey(locator), ...user }),
    ...(imported && {
      imported: { Put: { TableName: users, Item: { ...importKey(locator), ...imported } } },
    }),
    ...(identity && {
      identity: {
        Put: {
          TableName: outbox,
          Item: { ...importedIdentityKey(identity.digest), userId: user.id, expiresAt: identity.expiresAt },
        },
      },
    }),
    ...numbered(
      'session',
      sessions.map(({ key, session }) =>
        put(tokens, { ...sessionKey(key), ...session }, tokensTable.partitionKey),
      ),
    ),
  };
}

/** Stores accounts, all of them or none; `false`: none, because of something that is there already. */
export const createAll = (
  database: Database<keyof Tables>,
  accounts: readonly Account[],
): Promise<boolean> => {
  const items = accounts.flatMap((account) => Object.values(accountPuts(database, account)));
  return retryOnConflict(async () => {
    const refused = await write(database, numbered('item', items));
    return refused && refused.length === 0;
  });
};

/** Stores an account; what was taken of it, if anything was. */
export const createOne = (
  database: Database<keyof Tables>,
  account: Account,
): Promise<readonly Exclude<Item, 'session'>[]> => {
  const items = accountPuts(database, account);
  return retryOnConflict(async () => {
    const refused = await write<string>(database, items);
    return refused?.map((name) => (name.startsWith('session') ? 'user' : name) as Exclude<Item, 'session'>);
  });
};

/** Stores a session that does not fit into the transaction of its account. */
export async function putSession(
  { send, tables }: Database<'tokens'>,
  { key, session }: SessionAt,
): Promise<void> {
  await send(new PutCommand({ TableName: tables.tokens, Item: { ...sessionKey(key), ...session } }));
}

/** Every key of the table Users but those of users, with the locator it leads to, page by page. */
export async function* scanMarkers({
  send,
  tables,
}: Database<'users'>): AsyncGenerator<readonly { readonly pk: string; readonly locator?: string }[]> {
  const pages = scan(send, {
    TableName: tables.users,
    ProjectionExpression: 'pk, #locator',
    FilterExpression: 'NOT begins_with(pk, :user)',
    ExpressionAttributeNames: { '#locator': 'locator' },
    ExpressionAttributeValues: { ':user': keyPrefix(ANY_USER) },
  });
  for await (const items of pages) yield items as { pk: string; locator?: string }[];
}

/** The digests of those who came without a number, and the ids they got, page by page. */
export async function* scanIdentities({
  send,
  tables,
}: Database<'outbox'>): AsyncGenerator<readonly { readonly digest: string; readonly userId: number }[]> {
  const prefix = keyPrefix(ANY_IMPORTED_IDENTITY);
  const pages = scan(send, {
    TableName: tables.outbox,
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': prefix },
  });
  for await (const items of pages)
    yield items.map(({ pk, userId }) => ({
      digest: String(pk).slice(prefix.length),
      userId: Number(userId),
    }));
}

export interface Group {
  readonly name: string;
  /** As in the dump, as JSON text. */
  readonly django: string;
}

export async function putGroup({ send, tables }: Database<'users'>, { name, django }: Group): Promise<void> {
  await send(
    new PutCommand({ TableName: tables.users, Item: { ...importedGroupKey(name), groupName: name, django } }),
  );
}

export async function* scanGroups({ send, tables }: Database<'users'>): AsyncGenerator<Group> {
  const pages = scan(send, {
    TableName: tables.users,
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': keyPrefix(ANY_IMPORTED_GROUP) },
  });
  for await (const items of pages)
    for (const { groupName, django } of items) yield { name: String(groupName), django: String(django) };
}

/** A user and what came with it. */
export interface WithImport {
  readonly user: FoundUser;
  readonly imported: Imported | undefined;
}

/** All users with everything, page by page. */
export async function* scanAccounts(database: Database<'users'>): AsyncGenerator<readonly WithImport[]> {
  const prefix = keyPrefix(ANY_USER);
  const pages = scan(database.send, {
    TableName: database.tables.users,
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': prefix },
  });
  for await (const items of pages) {
    const users = items.map(({ pk, ...user }) => ({
      ...(user as unknown as User),
      locator: String(pk).slice(prefix.length),
    }));
    for (let at = 0; at < users.length; at += MAX_BATCH) {
      const batch = users.slice(at, at + MAX_BATCH);
      const found = await readAll(
        database,
        batch.map(({ locator }) => importKey(locator)),
      );
      yield batch.map((user) => {
        const { pk: _, ...imported } = found.get(importKey(user.locator).pk) ?? {};
        const isOwn = imported['userId'] === user.id;
        return { user, imported: isOwn ? (imported as unknown as Imported) : undefined };
      });
    }
  }
}

/** Users at these locators, with what came with them; those who are not there are left out. */
export async function findAll(
  database: Database<'users'>,
  locators: readonly string[],
): Promise<ReadonlyMap<string, WithImport>> {
  const found = await readAll(
    database,
    locators.flatMap((locator) => [userKey(locator), importKey(locator)]),
  );
  const accounts = new Map<string, WithImport>();
  for (const locator of locators) {
    const { pk: _, ...user } = found.get(userKey(locator).pk) ?? {};
    const { pk: __, ...imported } = found.get(importKey(locator).pk) ?? {};
    if (user['id'] === undefined) continue;
    accounts.set(locator, {
      user: { ...(user as unknown as User), locator },
      imported: imported['userId'] === user['id'] ? (imported as unknown as Imported) : undefined,
    });
  }
  return accounts;
}

const MAX_BATCH = 50;

/** Items of Users by key, strongly consistent; two for each of {@link MAX_BATCH} at most. */
async function readAll(
  { send, tables }: Database<'users'>,
  keys: readonly { readonly pk: string }[],
): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const items = new Map<string, Record<string, unknown>>();
  let asked: BatchGetCommandOutput['UnprocessedKeys'] =
    keys.length > 0 ? { [tables.users]: { Keys: [...keys], ConsistentRead: true } } : {};
  while (asked && Object.keys(asked).length > 0) {
    const answer: BatchGetCommandOutput = await send(new BatchGetCommand({ RequestItems: asked }));
    for (const item of answer.Responses?.[tables.users] ?? []) items.set(String(item['pk']), item);
    asked = answer.UnprocessedKeys;
  }
  return items;
}

/** A condition that holds while an item has all these attributes. */
function hasAll(attributes: object) {
  const entries = Object.entries(attributes);
  return {
    ConditionExpression: entries.map((_, index) => `#a${index} = :a${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#a${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], index) => [`:a${index}`, value])),
  };
}

/** Gives an imported user the hash of a newer dump; `false` if the password was changed here, or the user changed meanwhile. */
export const replaceImportedHash = (
  { send, tables }: Database<'users'>,
  { user, imported }: { readonly user: FoundUser; readonly imported: Imported },
  { passwordHash, importedHash }: { readonly passwordHash: string; readonly importedHash: string },
): Promise<boolean> =>
  retryOnConflict(async () => {
    const refused = await write(
      { send },
      {
        user: {
          Update: {
            TableName: tables.users,
            Key: userKey(user.locator),
            UpdateExpression: 'SET passwordHash = :to',
            ConditionExpression:
              'id = :id AND passwordHash = :from AND attribute_not_exists(passwordVersion)',
            ExpressionAttributeValues: { ':to': passwordHash, ':from': user.passwordHash, ':id': user.id },
          },
        },
        imported: {
          Update: {
            TableName: tables.users,
            Key: importKey(user.locator),
            UpdateExpression: 'SET importedHash = :to',
            ConditionExpression: 'userId = :id AND importedHash = :from',
            ExpressionAttributeValues: {
              ':to': importedHash,
              ':from': imported.importedHash,
              ':id': user.id,
            },
          },
        },
      },
    );
    return refused && refused.length === 0;
  });

/**
 * Moves a user to the locator of a token that is to open a session; `false` if anything of the user changed meanwhile, or the locator is
 * taken. Sessions at the old locator open nothing any more.
 */
export const moveTo = (
  database: Database<keyof Tables>,
  { user: { locator: from, ...user }, imported }: { readonly user: FoundUser; readonly imported: Imported },
  { key, session }: SessionAt,
): Promise<boolean> => {
  const { users, tokens } = database.tables;
  const { locator: to } = key;
  const point = (Key: { readonly pk: string }): TransactItem => ({
    Update: {
      TableName: users,
      Key,
      UpdateExpression: 'SET #locator = :to',
      ConditionExpression: '#locator = :from',
      ExpressionAttributeNames: { '#locator': 'locator' },
      ExpressionAttributeValues: { ':to': to, ':from': from },
    },
  });
  const { importedDigest, earlierDigests = [], ...kept } = imported;
  const digests = importedDigest === undefined ? earlierDigests : [...earlierDigests, importedDigest];
  const next = {
    ...kept,
    importedDigest: session.tokenDigest,
    ...(digests.length > 0 && { earlierDigests: digests }),
  };
  return retryOnConflict(async () => {
    const refused = await write(database, {
      left: { Delete: { TableName: users, Key: userKey(from), ...unchanged(user) } },
      user: put(users, { ...userKey(to), ...user }),
      username: point(usernameKey(canonicalUsername(user.username))),
      ...(ownsEmail(user) && { email: point(emailKey(canonicalEmail(user.email))) }),
      id: point(idKey(user.id)),
      leftImport: {
        Delete: {
          TableName: users,
          Key: importKey(from),
          ...hasAll({ userId: user.id, importedHash: imported.importedHash }),
        },
      },
      imported: put(users, { ...importKey(to), ...next }),
      session: put(tokens, { ...sessionKey(key), ...session }, tokensTable.partitionKey),
    });
    return refused && refused.length === 0;
  });
};

const optional = ['ownsEmail', 'emailVerified', 'pendingEmail', 'passwordVersion'] as const;

function unchanged(user: User) {
  const { ConditionExpression, ...values } = hasAll(user);
  const absent = optional.filter((name) => user[name] === undefined);
  return {
    ...values,
    ConditionExpression: [ConditionExpression, ...absent.map((name) => `attribute_not_exists(${name})`)].join(
      ' AND ',
    ),
  };
}

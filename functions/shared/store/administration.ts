/** What only the operator's commands do. No function has the grants for it. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Outgoing } from '../domain/message';
import type { User } from '../domain/user';
import type { Bound } from './bind';
import { conditionHeld, type Database, only, retryOnConflict } from './database';
import { outboxPuts } from './outbox';
import { scan } from './scan';
import { ANY_DELETED_USER, ANY_USER, keyPrefix, listedAttributes, userCounterKey, userKey } from './schema';
import { numbered, write } from './transaction';
import { type FoundUser, find } from './users';

export type AdministrationStore = Bound<typeof import('./administration')>;

/** Where a user is. */
export type UserAt = Pick<FoundUser, 'locator' | 'id'>;

/** The user before the change, which is none if everything was so already; `gone`: there is no such user any more. */
export type Edit = { readonly before: FoundUser; readonly isChanged: boolean } | 'gone';

/** Gives a user a role. Sessions go on and have it from the next request on. */
export const setRole = (
  database: Database<'users' | 'outbox'>,
  user: UserAt,
  { role, outgoing }: { readonly role: string; readonly outgoing: Outgoing },
): Promise<Edit> =>
  edit(database, user, {
    isDone: (current) => current.role === role,
    update: (current) => ({
      UpdateExpression: 'SET #role = :to',
      ConditionExpression: 'id = :userId AND #role = :from',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':to': role, ':from': current.role },
    }),
    outgoing,
  });

/** Locks a user out and ends all sessions, which stay ended if the user is let in again. In force at the next request. */
export const deactivate = (
  database: Database<'users' | 'outbox'>,
  user: UserAt,
  outgoing: Outgoing,
): Promise<Edit> =>
  edit(database, user, {
    isDone: ({ isActive }) => !isActive,
    update: () => ({
      UpdateExpression: 'SET isActive = :no ADD sessionGeneration :one',
      ConditionExpression: 'id = :userId AND isActive = :yes',
      ExpressionAttributeValues: { ':no': false, ':yes': true, ':one': 1 },
    }),
    outgoing,
  });

/** Lets a user in again. */
export const activate = (
  database: Database<'users' | 'outbox'>,
  user: UserAt,
  outgoing: Outgoing,
): Promise<Edit> =>
  edit(database, user, {
    isDone: ({ isActive }) => isActive,
    update: () => ({
      UpdateExpression: 'SET isActive = :yes',
      ConditionExpression: 'id = :userId AND isActive = :no',
      ExpressionAttributeValues: { ':no': false, ':yes': true },
    }),
    outgoing,
  });

interface EditRules {
  readonly isDone: (current: FoundUser) => boolean;
  /** With the condition that the user is still there, and as read. */
  readonly update: (current: FoundUser) => {
    readonly UpdateExpression: string;
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
  };
  readonly outgoing: Outgoing;
}

/** Changes a user and announces it, in one transaction. Of changes at the same time each is made after the other, and announced. */
const edit = (
  database: Database<'users' | 'outbox'>,
  { locator, id }: UserAt,
  { isDone, update, outgoing }: EditRules,
): Promise<Edit> =>
  retryOnConflict(async (): Promise<Edit | undefined> => {
    const before = await find(database, locator, id);
    if (!before) return 'gone';
    if (isDone(before)) return { before, isChanged: false };
    const change = update(before);
    const refused = await write(database, {
      user: {
        Update: {
          TableName: database.tables.users,
          Key: userKey(locator),
          ...change,
          ExpressionAttributeValues: { ...change.ExpressionAttributeValues, ':userId': id },
        },
      },
      ...numbered('outbox', outboxPuts(database, outgoing)),
    });
    return refused?.length === 0 ? { before, isChanged: true } : undefined;
  });

/** What an operator is shown of a user. */
export type ListedUser = Pick<FoundUser, Exclude<(typeof listedAttributes)[number], 'pk'> | 'locator'>;

export interface UserFilter {
  readonly role?: string | undefined;
  readonly isActive?: boolean | undefined;
  /** Begins after the user at this locator. */
  readonly after?: string | undefined;
}

/** All users, page by page, in no order but always the same. */
export async function* scanUsers(
  { send, tables }: Database<'users'>,
  { role, isActive, after }: UserFilter = {},
): AsyncGenerator<readonly ListedUser[]> {
  const prefix = keyPrefix(ANY_USER);
  const filters = [
    { name: 'pk', test: 'begins_with(#pk, :pk)', value: prefix },
    ...(role === undefined ? [] : [{ name: 'role', test: '#role = :role', value: role }]),
    ...(isActive === undefined ? [] : [{ name: 'isActive', test: '#isActive = :isActive', value: isActive }]),
  ];
  const { ProjectionExpression, ExpressionAttributeNames } = only(listedAttributes);
  const pages = scan(send, {
    TableName: tables.users,
    ProjectionExpression,
    FilterExpression: filters.map(({ test }) => test).join(' AND '),
    ExpressionAttributeNames: {
      ...ExpressionAttributeNames,
      ...Object.fromEntries(filters.map(({ name }) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: Object.fromEntries(filters.map(({ name, value }) => [`:${name}`, value])),
    ...(after !== undefined && { ExclusiveStartKey: userKey(after) }),
  });
  for await (const items of pages)
    yield items.map(
      ({ pk, ...user }) => ({ ...user, locator: String(pk).slice(prefix.length) }) as ListedUser,
    );
}

/** The ids of users who were deleted in the last weeks, page by page. */
export async function* scanDeletedIds({
  send,
  tables,
}: Database<'outbox'>): AsyncGenerator<readonly number[]> {
  const prefix = keyPrefix(ANY_DELETED_USER);
  const pages = scan(send, {
    TableName: tables.outbox,
    ProjectionExpression: 'pk',
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': prefix },
  });
  for await (const items of pages) yield items.map(({ pk }) => Number(String(pk).slice(prefix.length)));
}

/** The ids of the users of all sessions, dead ones included, page by page. */
export async function* scanSessionOwners({
  send,
  tables,
}: Database<'tokens'>): AsyncGenerator<readonly number[]> {
  for await (const items of scan(send, { TableName: tables.tokens, ProjectionExpression: 'userId' }))
    yield items.map(({ userId }) => Number(userId));
}

/** The last id that was given. */
export async function lastId({ send, tables }: Database<'users'>): Promise<number> {
  const { Item } = await send(
    new GetCommand({ TableName: tables.users, Key: userCounterKey, ConsistentRead: true }),
  );
  return Number(Item?.['lastId'] ?? 0);
}

/** Makes the counter count on from an id that is higher than the last one given; `false` if it is not. */
export const raiseLastId = ({ send, tables }: Database<'users'>, to: User['id']): Promise<boolean> =>
  conditionHeld(
    send(
      new UpdateCommand({
        TableName: tables.users,
        Key: userCounterKey,
        UpdateExpression: 'SET lastId = :to',
        ConditionExpression: 'attribute_not_exists(lastId) OR lastId < :to',
        ExpressionAttributeValues: { ':to': to },
      }),
    ),
  );

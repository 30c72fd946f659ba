/** Users: finding one by name, and making one so that name and e-mail address are never given twice. */
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_USERNAME_CHARACTERS } from '../domain/limits';
import type { Session } from '../domain/session';
import { canonical, characters } from '../domain/text';
import { cancellationOf, type Database, isWritten, untilDecided } from './database';
import { emailKey, type SessionAddress, sessionKey, userCounterKey, userKey, usernameKey } from './schema';

/** A user as stored. */
export interface User {
  readonly id: number;
  /** In NFKC, in the case in which it was typed. */
  readonly username: string;
  readonly email: string;
  readonly role: string;
  readonly passwordHash: string;
  readonly isActive: boolean;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** How often all sessions were ended at once. */
  readonly sessionGeneration: number;
}

export type FoundUser = User & { readonly locator: string };

/** No locator, so no item is there. */
const NOBODY = 'nobody';

/**
 * The user of that name, in any case and any Unicode form. A name that nobody has costs the same two reads as one that somebody has, so
 * that the time does not tell them apart (ASVS 5.0, 6.3.8); one that nobody can have is nobody's, and costs none.
 */
export async function findUserByName(
  database: Database<'users'>,
  username: string,
): Promise<FoundUser | undefined> {
  if (characters(username.normalize('NFKC')) > MAX_USERNAME_CHARACTERS) return undefined;
  const marker = await read(database, usernameKey(canonical(username)));
  const locator = String(marker?.['locator'] ?? NOBODY);
  const user = await read(database, userKey(locator));
  return user && { ...(user as unknown as User), locator };
}

async function read({ send, tables }: Database<'users'>, key: { readonly pk: string }) {
  return (await send(new GetCommand({ TableName: tables.users, Key: key, ConsistentRead: true }))).Item;
}

export interface PasswordChange {
  readonly from: string;
  readonly to: string;
}

/** Puts one hash of the same password in the place of another; `false` if the password was changed meanwhile, or the user is gone. */
export function replacePasswordHash(
  { send, tables }: Database<'users'>,
  locator: string,
  { from, to }: PasswordChange,
): Promise<boolean> {
  return isWritten(
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
}

/** The next id, counting from 1. An id whose signup then fails is never given again. */
export async function nextUserId({ send, tables }: Database<'users'>): Promise<number> {
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

export interface NewUser {
  readonly user: User;
  readonly address: SessionAddress;
  readonly session: Session;
}

/** `created`, or what was already taken. `address_taken`: draw another address and try again. */
export type Creation = 'created' | 'address_taken' | readonly ('username' | 'email')[];

/** The transaction's items in this order; DynamoDB gives its reasons in the same. */
const ITEM_ORDER = ['username', 'email', 'user', 'session'] as const;

/**
 * Stores a user, both markers and the first session: all of them or none.
 * @throws StoreUnavailableError also when other transactions held the same items for too long.
 */
export function createUser(database: Database, newUser: NewUser): Promise<Creation> {
  return untilDecided(async () => {
    const cancellation = await cancellationOf(database.send(creationCommand(database, newUser)));
    return cancellation === undefined ? 'created' : refusalIn(cancellation);
  });
}

/** What is taken; `undefined` while another transaction is about to decide it. */
function refusalIn({
  CancellationReasons: reasons = [],
}: TransactionCanceledException): Creation | undefined {
  const isUndecided = reasons.some(({ Code }) => Code !== 'None' && Code !== 'ConditionalCheckFailed');
  const refused = ITEM_ORDER.filter((_, index) => reasons[index]?.Code === 'ConditionalCheckFailed');
  if (isUndecided || refused.length === 0) return undefined;
  const taken = refused.filter((item) => item === 'username' || item === 'email');
  return taken.length > 0 ? taken : 'address_taken';
}

function creationCommand({ tables }: Database, { user, address, session }: NewUser): TransactWriteCommand {
  const { locator } = address;
  const newItem = (item: object, attribute: string) => ({
    Item: { ...item },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': attribute },
  });
  const puts = {
    username: {
      TableName: tables.users,
      ...newItem({ ...usernameKey(canonical(user.username)), locator }, 'pk'),
    },
    email: { TableName: tables.users, ...newItem({ ...emailKey(canonical(user.email)), locator }, 'pk') },
    user: { TableName: tables.users, ...newItem({ ...userKey(locator), ...user }, 'pk') },
    session: { TableName: tables.tokens, ...newItem({ ...sessionKey(address), ...session }, 'user') },
  };
  return new TransactWriteCommand({ TransactItems: ITEM_ORDER.map((item) => ({ Put: puts[item] })) });
}

/** The table Users: who there is, under which name, and the generation that ends all of a user's sessions at once. */
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { MAX_CANONICAL_USERNAME_BYTES } from '../domain/limits';
import type { Session } from '../domain/session';
import { canonicalEmail, canonicalUsername } from '../domain/text';
import type { User } from '../domain/user';
import { readSessionAndOwner } from './authentication';
import type { Bound } from './bind';
import { conditionHeld, type Database, findCancellation, retryOnConflict } from './database';
import { emailKey, type SessionKey, sessionKey, userCounterKey, userKey, usernameKey } from './schema';

export type FoundUser = User & { readonly locator: string };

/** Neither a username nor a locator, so no item is there. */
const NOBODY = '(nobody)';

export interface HashReplacement {
  readonly from: string;
  readonly to: string;
}

export interface NewUser {
  readonly user: User;
  readonly key: SessionKey;
  readonly session: Session;
}

/** `created`, or what was already taken. `locator_taken`: draw another locator and try again. */
export type Creation = 'created' | 'locator_taken' | readonly ('username' | 'email')[];

/** The session that is spared. */
export interface KeptSession {
  readonly userId: number;
  readonly sessionId: string;
}

export type UserStore = Bound<typeof import('./users')>;

type Users = Database<'users'>;

const read = async ({ send, tables }: Users, key: { readonly pk: string }) =>
  (await send(new GetCommand({ TableName: tables.users, Key: key, ConsistentRead: true }))).Item;

const updateUser = (
  { send, tables }: Users,
  locator: string,
  change: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
) => send(new UpdateCommand({ TableName: tables.users, Key: userKey(locator), ...change }));

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

/** Replaces one hash of a password by another of the same; `false` if the password was changed meanwhile, or the user is gone. */
export const replacePasswordHash = (
  database: Users,
  locator: string,
  { from, to }: HashReplacement,
): Promise<boolean> =>
  conditionHeld(
    updateUser(database, locator, {
      UpdateExpression: 'SET passwordHash = :to',
      ConditionExpression: 'passwordHash = :from',
      ExpressionAttributeValues: { ':from': from, ':to': to },
    }),
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

/**
 * Stores a user, both markers and the first session: all of them or none.
 * @throws StoreUnavailableError also when other transactions held the same items for too long.
 */
export const create = (database: Database, newUser: NewUser): Promise<Creation> =>
  retryOnConflict(async () => {
    const cancellation = await findCancellation(database.send(creationCommand(database, newUser)));
    return cancellation === undefined ? 'created' : refusalIn(cancellation);
  });

/** Ends every session of a user. The new generation; `undefined`, and nothing is done, if the user is gone. */
export async function endAllSessions(
  database: Users,
  locator: string,
  userId: number,
): Promise<number | undefined> {
  let generation: number | undefined;
  const update = updateUser(database, locator, {
    UpdateExpression: 'ADD sessionGeneration :one',
    ConditionExpression: 'id = :userId',
    ExpressionAttributeValues: { ':one': 1, ':userId': userId },
    ReturnValues: 'UPDATED_NEW',
  }).then(({ Attributes }) => {
    generation = Number(Attributes?.['sessionGeneration']);
  });
  await conditionHeld(update);
  return generation;
}

/**
 * Ends every session of a user but one. The new generation; `undefined`, and nothing is done, if that session was itself ended meanwhile.
 */
export async function endOtherSessions(
  database: Database,
  key: SessionKey,
  kept: KeptSession,
): Promise<number | undefined> {
  const outcome = await retryOnConflict(async () => {
    const { session, owner } = await readSessionAndOwner(database, key);
    const isLive =
      owner?.id === kept.userId &&
      session?.id === kept.sessionId &&
      session.sessionGeneration === owner.sessionGeneration;
    if (!isLive) return 'ended' as const;
    const advance = advanceCommand(database, key, { ...kept, generation: owner.sessionGeneration });
    // Something changed between the read and the write: what it was decides.
    return (await findCancellation(database.send(advance))) ? undefined : owner.sessionGeneration + 1;
  });
  return outcome === 'ended' ? undefined : outcome;
}

/**
 * Locks a user out and ends all sessions, which stay ended if the user is let in again; `false` if there is no such user.
 * One write, in force at the next request.
 */
export const deactivate = (database: Users, locator: string, userId: number): Promise<boolean> =>
  conditionHeld(
    updateUser(database, locator, {
      UpdateExpression: 'SET isActive = :no ADD sessionGeneration :one',
      ConditionExpression: 'id = :userId',
      ExpressionAttributeValues: { ':no': false, ':one': 1, ':userId': userId },
    }),
  );

/** Moves the user and one session to the next generation, both or neither. */
function advanceCommand(
  { tables }: Database,
  key: SessionKey,
  { userId, sessionId, generation }: KeptSession & { readonly generation: number },
): TransactWriteCommand {
  const step = { UpdateExpression: 'SET sessionGeneration = :next' };
  const from = { ':generation': generation, ':next': generation + 1 };
  const user = {
    ...step,
    TableName: tables.users,
    Key: userKey(key.locator),
    ConditionExpression: 'id = :userId AND sessionGeneration = :generation',
    ExpressionAttributeValues: { ...from, ':userId': userId },
  };
  const session = {
    ...step,
    TableName: tables.tokens,
    Key: sessionKey(key),
    ConditionExpression: 'id = :id AND sessionGeneration = :generation',
    ExpressionAttributeValues: { ...from, ':id': sessionId },
  };
  return new TransactWriteCommand({ TransactItems: [{ Update: user }, { Update: session }] });
}

/** The transaction's items in this order; DynamoDB gives its reasons in the same. */
const ITEM_ORDER = ['username', 'email', 'user', 'session'] as const;

/** What is taken; `undefined` while another transaction is about to decide it. */
function refusalIn({
  CancellationReasons: reasons = [],
}: TransactionCanceledException): Creation | undefined {
  const isUndecided = reasons.some(({ Code }) => Code !== 'None' && Code !== 'ConditionalCheckFailed');
  const refused = ITEM_ORDER.filter((_, index) => reasons[index]?.Code === 'ConditionalCheckFailed');
  if (isUndecided || refused.length === 0) return undefined;
  const taken = refused.filter((item) => item === 'username' || item === 'email');
  return taken.length > 0 ? taken : 'locator_taken';
}

function creationCommand({ tables }: Database, { user, key, session }: NewUser): TransactWriteCommand {
  const { locator } = key;
  const newItem = (item: object, attribute: string) => ({
    Item: { ...item },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': attribute },
  });
  const puts = {
    username: {
      TableName: tables.users,
      ...newItem({ ...usernameKey(canonicalUsername(user.username)), locator }, 'pk'),
    },
    email: {
      TableName: tables.users,
      ...newItem({ ...emailKey(canonicalEmail(user.email)), locator }, 'pk'),
    },
    user: { TableName: tables.users, ...newItem({ ...userKey(locator), ...user }, 'pk') },
    session: { TableName: tables.tokens, ...newItem({ ...sessionKey(key), ...session }, 'user') },
  };
  return new TransactWriteCommand({ TransactItems: ITEM_ORDER.map((item) => ({ Put: puts[item] })) });
}

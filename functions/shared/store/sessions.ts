/** Sessions: one item each, every change one conditional write. */
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isExpired, type Session } from '../domain/session';
import { answered, type Database, isWritten } from './database';
import { type SessionAddress, sessionKey, tokensTable } from './schema';

type Tokens = Database<'tokens'>;

/**
 * Stores a new session; `false` if a live one is already at its address.
 * A repetition of the same call, as the SDK makes after a lost answer, is taken for what it is.
 */
export async function addSession(
  database: Tokens,
  address: SessionAddress,
  session: Session,
): Promise<boolean> {
  const { client, tables } = database;
  return isWritten(
    client.send(
      new PutCommand({
        TableName: tables.tokens,
        Item: { ...sessionKey(address), ...session },
        ConditionExpression: 'attribute_not_exists(#user) OR tokenDigest = :mine OR expiresAt <= :now',
        ExpressionAttributeNames: { '#user': tokensTable.partitionKey },
        ExpressionAttributeValues: { ':mine': session.tokenDigest, ':now': session.refreshedAt },
      }),
    ),
  );
}

/** The session at an address, strongly consistent. */
export async function readSession(
  { client, tables }: Tokens,
  address: SessionAddress,
): Promise<Session | undefined> {
  const { Item } = await answered(
    client.send(new GetCommand({ TableName: tables.tokens, Key: sessionKey(address), ConsistentRead: true })),
  );
  return Item as Session | undefined;
}

export interface Refresh {
  readonly userId: number;
  readonly presentedDigest: string;
  readonly successorDigest: string;
  readonly successorSalt: string;
  readonly refreshedAt: number;
  readonly expiresAt: number;
}

/**
 * Puts the successor in the place of the presented token, in one write; `false` if the presented token is not the current one
 * (any more), or has expired.
 */
export async function replaceToken(
  database: Tokens,
  address: SessionAddress,
  refresh: Refresh,
): Promise<boolean> {
  const { client, tables } = database;
  return isWritten(
    client.send(
      new UpdateCommand({
        TableName: tables.tokens,
        Key: sessionKey(address),
        UpdateExpression:
          'SET tokenDigest = :successor, previousDigest = :presented, successorSalt = :salt, ' +
          'refreshedAt = :now, expiresAt = :end REMOVE successorUsedAt',
        ConditionExpression: 'tokenDigest = :presented AND userId = :userId AND expiresAt > :now',
        ExpressionAttributeValues: {
          ':presented': refresh.presentedDigest,
          ':successor': refresh.successorDigest,
          ':salt': refresh.successorSalt,
          ':now': refresh.refreshedAt,
          ':end': refresh.expiresAt,
          ':userId': refresh.userId,
        },
      }),
    ),
  );
}

/** Notes that the current token was used for the first time since a refresh, which closes the retry window in time. */
export async function noteFirstUse(
  database: Tokens,
  address: SessionAddress,
  use: { tokenDigest: string; usedAt: number },
) {
  const { client, tables } = database;
  await isWritten(
    client.send(
      new UpdateCommand({
        TableName: tables.tokens,
        Key: sessionKey(address),
        UpdateExpression: 'SET successorUsedAt = :usedAt',
        ConditionExpression: 'tokenDigest = :digest AND attribute_not_exists(successorUsedAt)',
        ExpressionAttributeValues: { ':digest': use.tokenDigest, ':usedAt': use.usedAt },
      }),
    ),
  );
}

/** Ends the session that a token belongs to, current or just refreshed away. Nothing happens if it is gone, or another's by now. */
export async function endSessionOf(
  database: Tokens,
  address: SessionAddress,
  tokenDigest: string,
): Promise<void> {
  const { client, tables } = database;
  await isWritten(
    client.send(
      new DeleteCommand({
        TableName: tables.tokens,
        Key: sessionKey(address),
        ConditionExpression: 'tokenDigest = :digest OR previousDigest = :digest',
        ExpressionAttributeValues: { ':digest': tokenDigest },
      }),
    ),
  );
}

/** Keeps the newest `limit` live sessions of a user and ends the others, oldest first. */
export async function trimSessions(
  database: Tokens,
  locator: string,
  { limit, now }: { limit: number; now: number },
) {
  const live = (await sessionsOf(database, locator)).filter((session) => !isExpired(session, now));
  const newestFirst = live.sort(
    (one, other) => other.createdAtMs - one.createdAtMs || compare(one.session, other.session),
  );
  await Promise.all(newestFirst.slice(limit).map((session) => endSession(database, locator, session)));
}

type ListedSession = Pick<Session, 'createdAtMs' | 'expiresAt'> & { readonly session: string };

/** Every session item of a user, expired ones included, strongly consistent. */
async function sessionsOf({ client, tables }: Tokens, locator: string): Promise<ListedSession[]> {
  const { Items } = await answered(
    client.send(
      new QueryCommand({
        TableName: tables.tokens,
        ConsistentRead: true,
        KeyConditionExpression: '#user = :locator',
        ProjectionExpression: '#session, createdAtMs, expiresAt',
        ExpressionAttributeNames: { '#user': tokensTable.partitionKey, '#session': tokensTable.sortKey },
        ExpressionAttributeValues: { ':locator': locator },
      }),
    ),
  );
  return (Items ?? []) as ListedSession[];
}

/** Ends that very session; not one that has since taken its address. */
async function endSession(
  { client, tables }: Tokens,
  locator: string,
  { session, createdAtMs }: ListedSession,
) {
  await isWritten(
    client.send(
      new DeleteCommand({
        TableName: tables.tokens,
        Key: sessionKey({ locator, session }),
        ConditionExpression: 'createdAtMs = :createdAt',
        ExpressionAttributeValues: { ':createdAt': createdAtMs },
      }),
    ),
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

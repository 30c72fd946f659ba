/** Sessions: one item each, every change one conditional write. */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isLiveFor, type Session, type SessionHolder } from '../domain/session';
import { type Database, isWritten } from './database';
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
  const { send, tables } = database;
  return isWritten(
    send(
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
  { send, tables }: Tokens,
  address: SessionAddress,
): Promise<Session | undefined> {
  const read = new GetCommand({ TableName: tables.tokens, Key: sessionKey(address), ConsistentRead: true });
  return (await send(read)).Item as Session | undefined;
}

export interface Refresh {
  readonly userId: number;
  readonly presentedDigest: string;
  readonly successorDigest: string;
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
  const { send, tables } = database;
  return isWritten(
    send(
      new UpdateCommand({
        TableName: tables.tokens,
        Key: sessionKey(address),
        UpdateExpression:
          'SET tokenDigest = :successor, refreshedAt = :now, expiresAt = :end ADD refreshCount :one REMOVE successorUsedAt',
        ConditionExpression: 'tokenDigest = :presented AND userId = :userId AND expiresAt > :now',
        ExpressionAttributeValues: {
          ':presented': refresh.presentedDigest,
          ':successor': refresh.successorDigest,
          ':now': refresh.refreshedAt,
          ':end': refresh.expiresAt,
          ':userId': refresh.userId,
          ':one': 1,
        },
      }),
    ),
  );
}

export interface FirstUse {
  readonly tokenDigest: string;
  /** Epoch seconds. */
  readonly usedAt: number;
}

/** Notes that the current token was used for the first time since a refresh, which closes the retry window in time. */
export async function noteFirstUse(database: Tokens, address: SessionAddress, use: FirstUse): Promise<void> {
  const { send, tables } = database;
  await isWritten(
    send(
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

/**
 * Ends one session, whatever token it has by now. Nothing happens if it is gone: another one that has since taken its address
 * has another id.
 */
export async function endSession(database: Tokens, address: SessionAddress, id: string): Promise<void> {
  const { send, tables } = database;
  await isWritten(
    send(
      new DeleteCommand({
        TableName: tables.tokens,
        Key: sessionKey(address),
        ConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': id },
      }),
    ),
  );
}

export interface SessionLimit extends SessionHolder {
  readonly limit: number;
  /** Epoch seconds. */
  readonly now: number;
}

/** Keeps the newest `limit` live sessions of a user and ends the others, oldest first. Dead ones count for nothing. */
export async function trimSessions(
  database: Tokens,
  locator: string,
  { limit, now, ...holder }: SessionLimit,
): Promise<void> {
  const stored = await listSessions(database, locator);
  const live = stored.filter(({ session }) => isLiveFor(holder, session, now));
  await Promise.all(
    live.slice(limit).map(({ address, session }) => endSession(database, address, session.id)),
  );
}

export interface AddressedSession {
  readonly address: SessionAddress;
  readonly session: Session;
}

/** Every session item of a user, dead ones included, newest first; strongly consistent. */
export async function listSessions(database: Tokens, locator: string): Promise<AddressedSession[]> {
  const items: SessionItem[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page = await database.send(pageOfSessions(database, locator, from));
    items.push(...((page.Items ?? []) as SessionItem[]));
    from = page.LastEvaluatedKey;
  } while (from);
  return items
    .map(({ user, session, ...rest }) => ({ address: { locator: user, session }, session: rest }))
    .sort(newestFirst);
}

type SessionItem = Session & { readonly user: string; readonly session: string };

const pageOfSessions = ({ tables }: Tokens, locator: string, from: QueryCommandOutput['LastEvaluatedKey']) =>
  new QueryCommand({
    TableName: tables.tokens,
    ConsistentRead: true,
    KeyConditionExpression: '#user = :locator',
    ExpressionAttributeNames: { '#user': tokensTable.partitionKey },
    ExpressionAttributeValues: { ':locator': locator },
    ExclusiveStartKey: from,
  });

/** Ties are broken by id, so that everyone who sorts finds the same order. */
const newestFirst = ({ session: one }: AddressedSession, { session: other }: AddressedSession): number =>
  other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1);

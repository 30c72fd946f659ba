/** The table Tokens: one item for each session. Every change is one conditional write. */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { stopwatch } from '../clock';
import { MAX_SESSION_PAGES, SESSIONS_TO_TIDY, TIDYING_PATIENCE_MS } from '../domain/limits';
import type { Session } from '../domain/session';
import type { Bound } from './bind';
import { conditionHeld, type Database } from './database';
import { type SessionKey, sessionKey, tokensTable } from './schema';

/** A session and the key of its item. */
export interface StoredSession {
  readonly key: SessionKey;
  readonly session: Session;
}

export interface StoredSessions {
  /** Newest sign-in first, dead sessions included. */
  readonly sessions: readonly StoredSession[];
  /** Whether that is all of them. */
  readonly isComplete: boolean;
}

export interface TokenReplacement {
  readonly userId: number;
  readonly presentedDigest: string;
  readonly successorDigest: string;
  /** Epoch seconds. */
  readonly refreshedAt: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export interface TokenUse {
  readonly tokenDigest: string;
  /** Epoch seconds. */
  readonly usedAt: number;
}

export type SessionStore = Bound<typeof import('./sessions')>;

type Tokens = Database<'tokens'>;

const at = ({ tables }: Tokens, key: SessionKey) => ({ TableName: tables.tokens, Key: sessionKey(key) });

/**
 * Stores a new session; `false` if a live one has its key.
 * The same call again, as the SDK makes it after a lost answer, is `true` again.
 */
export const add = ({ send, tables }: Tokens, key: SessionKey, session: Session): Promise<boolean> =>
  conditionHeld(
    send(
      new PutCommand({
        TableName: tables.tokens,
        Item: { ...sessionKey(key), ...session },
        ConditionExpression: 'attribute_not_exists(#user) OR tokenDigest = :mine OR expiresAt <= :now',
        ExpressionAttributeNames: { '#user': tokensTable.partitionKey },
        ExpressionAttributeValues: { ':mine': session.tokenDigest, ':now': session.refreshedAt },
      }),
    ),
  );

/** The session at a key, strongly consistent. */
export const find = async (database: Tokens, key: SessionKey): Promise<Session | undefined> =>
  (await database.send(new GetCommand({ ...at(database, key), ConsistentRead: true }))).Item as
    | Session
    | undefined;

/** Replaces the presented token by its successor; `false` if the presented token is not current or has expired. */
export const replaceToken = (
  database: Tokens,
  key: SessionKey,
  replacement: TokenReplacement,
): Promise<boolean> =>
  conditionHeld(
    database.send(
      new UpdateCommand({
        ...at(database, key),
        UpdateExpression:
          'SET tokenDigest = :successor, refreshedAt = :now, expiresAt = :end ADD refreshCount :one REMOVE successorUsedAt',
        ConditionExpression: 'tokenDigest = :presented AND userId = :userId AND expiresAt > :now',
        ExpressionAttributeValues: {
          ':presented': replacement.presentedDigest,
          ':successor': replacement.successorDigest,
          ':now': replacement.refreshedAt,
          ':end': replacement.expiresAt,
          ':userId': replacement.userId,
          ':one': 1,
        },
      }),
    ),
  );

/** Records the first use of the current token after a refresh. The retry window ends some time after it. */
export async function markTokenUsed(
  database: Tokens,
  key: SessionKey,
  { tokenDigest, usedAt }: TokenUse,
): Promise<void> {
  const update = new UpdateCommand({
    ...at(database, key),
    UpdateExpression: 'SET successorUsedAt = :usedAt',
    ConditionExpression: 'tokenDigest = :digest AND attribute_not_exists(successorUsedAt)',
    ExpressionAttributeValues: { ':digest': tokenDigest, ':usedAt': usedAt },
  });
  await conditionHeld(database.send(update));
}

/** Deletes a session, whatever its token is by now. Does nothing if it is gone: another session at its key has another id. */
export async function remove(database: Tokens, key: SessionKey, id: string): Promise<void> {
  const deletion = new DeleteCommand({
    ...at(database, key),
    ConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': id },
  });
  await conditionHeld(database.send(deletion));
}

/**
 * Deletes sessions one after the other, and gives up after {@link TIDYING_PATIENCE_MS}: what is left, a later login deletes.
 * One connection serves them all; as many at once as there are sessions would each open its own.
 */
export async function removeAll(database: Tokens, stored: readonly StoredSession[]): Promise<void> {
  const elapsed = stopwatch();
  for (const { key, session } of stored) {
    if (elapsed() > TIDYING_PATIENCE_MS) return;
    await remove(database, key, session.id);
  }
}

/**
 * A user's sessions, strongly consistent; of a pile that is too long or takes too long to read, the first pages. With `isEnough`, begins with
 * {@link SESSIONS_TO_TIDY}, and reads on only until it says so.
 */
export async function list(
  { send, tables }: Tokens,
  locator: string,
  isEnough?: (read: readonly StoredSession[]) => boolean,
): Promise<StoredSessions> {
  const sessions: StoredSession[] = [];
  let from: QueryCommandOutput['LastEvaluatedKey'];
  const elapsed = stopwatch();
  for (let page = 0; page < MAX_SESSION_PAGES; page += 1) {
    const query = new QueryCommand({
      TableName: tables.tokens,
      ConsistentRead: true,
      KeyConditionExpression: '#user = :locator',
      ExpressionAttributeNames: { '#user': tokensTable.partitionKey },
      ExpressionAttributeValues: { ':locator': locator },
      ExclusiveStartKey: from,
      Limit: isEnough && page === 0 ? SESSIONS_TO_TIDY : undefined,
    });
    const { Items = [], LastEvaluatedKey } = await send(query);
    sessions.push(...(Items as SessionItem[]).map(toStoredSession));
    from = LastEvaluatedKey;
    if (!from || isEnough?.(sessions) || elapsed() > TIDYING_PATIENCE_MS) break;
  }
  return { sessions: sessions.sort(newestFirst), isComplete: from === undefined };
}

type SessionItem = Session & { readonly user: string; readonly session: string };

const toStoredSession = ({ user, session: digits, ...session }: SessionItem): StoredSession => ({
  key: { locator: user, session: digits },
  session,
});

/** Ties are broken by id, so that the order is always the same. */
const newestFirst = ({ session: one }: StoredSession, { session: other }: StoredSession): number =>
  other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1);

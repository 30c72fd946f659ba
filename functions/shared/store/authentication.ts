/** Who a token belongs to: the one read of every authenticated request. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Session, SessionOwner } from '../domain/session';
import { type Database, only, retryOnConflict } from './database';
import { type SessionKey, sessionAttributes, sessionKey, sessionOwnerAttributes, userKey } from './schema';

export interface SessionAndOwner {
  readonly session: Session | undefined;
  readonly owner: SessionOwner | undefined;
}

/**
 * The session at a key and the user of its locator, strongly consistent: whatever was written before is seen.
 * DynamoDB does not isolate the two reads from a transaction that writes both items, as "log out all others" does. Two generations
 * that differ may be such a torn read, so both are read again until it is certain.
 * @throws StoreUnavailableError also when DynamoDB keeps leaving a key unprocessed. An unprocessed key is not an absent item.
 */
export function readSessionAndOwner(database: Database, key: SessionKey): Promise<SessionAndOwner> {
  return retryOnConflict(async () => {
    const first = await readOnce(database, key);
    if (!first || !generationsDiffer(first)) return first;
    const second = await readOnce(database, key);
    return second && (!generationsDiffer(second) || isCertainlyEnded(first, second)) ? second : undefined;
  });
}

export const generationsDiffer = ({ session, owner }: SessionAndOwner): boolean =>
  session !== undefined && owner !== undefined && session.sessionGeneration !== owner.sessionGeneration;

/**
 * A live session's generation is its user's, and a user's never falls. So a session has ended if it is behind what the user was before,
 * or (after a restore of the table Users) was ahead of what the user is afterwards.
 */
export const isCertainlyEnded = (first: SessionAndOwner, second: SessionAndOwner): boolean =>
  isBehind(second.session, first.owner) || isBehind(second.owner, first.session);

interface Generation {
  readonly sessionGeneration: number;
}

const isBehind = (one: Generation | undefined, other: Generation | undefined): boolean =>
  one !== undefined && other !== undefined && one.sessionGeneration < other.sessionGeneration;

/** One call; `undefined` if DynamoDB left a key unprocessed. */
export async function readOnce(
  { send, tables: { users, tokens } }: Database,
  key: SessionKey,
): Promise<SessionAndOwner | undefined> {
  const { Responses = {}, UnprocessedKeys = {} } = await send(
    new BatchGetCommand({
      RequestItems: {
        [users]: { Keys: [userKey(key.locator)], ConsistentRead: true, ...only(sessionOwnerAttributes) },
        [tokens]: { Keys: [sessionKey(key)], ConsistentRead: true, ...only(sessionAttributes) },
      },
    }),
  );
  if (Object.keys(UnprocessedKeys).length > 0) return undefined;
  return {
    session: Responses[tokens]?.[0] as Session | undefined,
    owner: Responses[users]?.[0] as SessionOwner | undefined,
  };
}

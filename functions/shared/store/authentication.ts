/** Who a token belongs to: the one read of every authenticated request. */
import { BatchGetCommand, type BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Session, SessionOwner } from '../domain/session';
import { type Database, untilDecided } from './database';
import {
  type SessionAddress,
  sessionAttributes,
  sessionKey,
  sessionOwnerAttributes,
  userKey,
} from './schema';

export interface SessionAndOwner {
  readonly session: Session | undefined;
  readonly owner: SessionOwner | undefined;
}

type Keys = NonNullable<BatchGetCommandOutput['UnprocessedKeys']>;
type Items = Record<string, Record<string, unknown>[]>;

/**
 * The session and the user at a token's address, in one strongly consistent call: whatever was written before is seen.
 * DynamoDB does not isolate the two reads from a transaction that writes both, as "log out all others" does; two generations that
 * differ may be such a tear, so they are read once more before anyone is refused for it.
 * @throws StoreUnavailableError also when DynamoDB keeps leaving a key unanswered. An unanswered key is not an absent item.
 */
export async function readSessionAndOwner(
  database: Database,
  address: SessionAddress,
): Promise<SessionAndOwner> {
  const found = await readOnce(database, address);
  const { session, owner } = found;
  const mayBeTorn = session && owner && session.sessionGeneration !== owner.sessionGeneration;
  return mayBeTorn ? readOnce(database, address) : found;
}

async function readOnce(database: Database, address: SessionAddress): Promise<SessionAndOwner> {
  const { users, tokens } = database.tables;
  const found = await readAll(database, {
    [users]: { Keys: [userKey(address.locator)], ConsistentRead: true, ...only(sessionOwnerAttributes) },
    [tokens]: { Keys: [sessionKey(address)], ConsistentRead: true, ...only(sessionAttributes) },
  });
  return {
    session: found[tokens]?.[0] as Session | undefined,
    owner: found[users]?.[0] as SessionOwner | undefined,
  };
}

/** Asks for these attributes by name: the policy admits no request that leaves open which it wants. */
const only = (attributes: readonly string[]) => ({
  ProjectionExpression: attributes.map((_, index) => `#${index}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
});

function readAll({ send }: Database, keys: Keys): Promise<Items> {
  const found: Items = {};
  let pending = keys;
  return untilDecided(async () => {
    const { Responses = {}, UnprocessedKeys = {} } = await send(
      new BatchGetCommand({ RequestItems: pending }),
    );
    Object.assign(found, Responses);
    pending = UnprocessedKeys;
    return Object.keys(pending).length === 0 ? found : undefined;
  });
}

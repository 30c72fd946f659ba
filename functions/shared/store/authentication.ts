/** Who a token belongs to: the one read of every authenticated request. */
import { BatchGetCommand, type BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Session, SessionOwner } from '../domain/session';
import { answered, type Database } from './database';
import { type SessionAddress, sessionKey, sessionOwnerAttributes, userKey } from './schema';
import { StoreUnavailableError } from './unavailable';

export interface SessionAndOwner {
  readonly session: Session | undefined;
  readonly owner: SessionOwner | undefined;
}

type Keys = NonNullable<BatchGetCommandOutput['UnprocessedKeys']>;

const BATCH_ATTEMPTS = 2;

/**
 * The session and the user at a token's address, in one strongly consistent call: whatever was written before is seen.
 * @throws StoreUnavailableError also when DynamoDB leaves a key unanswered. An unanswered key is not an absent item.
 */
export async function readSessionAndOwner(
  database: Database,
  address: SessionAddress,
): Promise<SessionAndOwner> {
  const { users, tokens } = database.tables;
  const found = await readAll(database, {
    [users]: {
      Keys: [userKey(address.locator)],
      ConsistentRead: true,
      ProjectionExpression: sessionOwnerAttributes.map((_, index) => `#${index}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(
        sessionOwnerAttributes.map((name, index) => [`#${index}`, name]),
      ),
    },
    [tokens]: { Keys: [sessionKey(address)], ConsistentRead: true },
  });
  return {
    session: found[tokens]?.[0] as Session | undefined,
    owner: found[users]?.[0] as SessionOwner | undefined,
  };
}

async function readAll({ client }: Database, keys: Keys) {
  const found: Record<string, Record<string, unknown>[]> = {};
  let pending = keys;
  for (let attempt = 0; attempt < BATCH_ATTEMPTS; attempt += 1) {
    const output = await answered(client.send(new BatchGetCommand({ RequestItems: pending })));
    for (const [table, items] of Object.entries(output.Responses ?? {})) found[table] = items;
    pending = output.UnprocessedKeys ?? {};
    if (Object.keys(pending).length === 0) return found;
  }
  throw new StoreUnavailableError({ cause: new Error('BatchGetItem left keys unprocessed.') });
}

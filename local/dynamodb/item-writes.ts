/**
 * One PutItem, UpdateItem or DeleteItem, with what dynalite lacks: if its condition fails and the caller asked
 * for it by ReturnValuesOnConditionCheckFailure, the refusal bears the item as it stands.
 */
import { createKey, type Table, validateItem, validateKey } from 'dynalite/db';
import { DynamoDbError, refusal } from './errors';
import { membersOf, type Payload, textOf } from './payload';
import type { PreparedCall, Store } from './store';

export const itemWrites: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

export async function writeItem(
  store: Store,
  call: PreparedCall,
  onFailure: unknown = undefined,
): Promise<Payload> {
  try {
    return await store.run(call);
  } catch (error) {
    if (!(error instanceof DynamoDbError) || error.code !== 'ConditionalCheckFailedException') throw error;
    throw refusal(
      'ConditionalCheckFailedException',
      error.message,
      onFailure === 'ALL_OLD' ? await currentItem(store, call) : {},
    );
  }
}

/** One text per item, whatever way its key is written. Undefined if the call's key does not fit the table. */
export function itemIdentity(call: PreparedCall, table: Table): string | undefined {
  const item = call.data['Item'];
  const attributes = membersOf(item ?? call.data['Key']);
  if (item ? validateItem(attributes, table) : validateKey(attributes, table)) return undefined;
  return `${call.data['TableName']}/${createKey(attributes, table)}`;
}

async function currentItem(store: Store, { data }: PreparedCall): Promise<Payload> {
  const tableName = textOf(data['TableName']) ?? '';
  const { KeySchema } = await store.table(tableName);
  const attributes = membersOf(data['Item'] ?? data['Key']);
  const key = Object.fromEntries(
    KeySchema.map(({ AttributeName }) => [AttributeName, attributes[AttributeName]]),
  );
  return store.run(store.prepare('GetItem', { TableName: tableName, Key: key, ConsistentRead: true }));
}

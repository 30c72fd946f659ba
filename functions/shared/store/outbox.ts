/** The table Outbox: what is to be sent. An item is written with the change that it belongs to, and deleted when it was sent. */

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CLAIM_SECONDS } from '../domain/limits';
import {
  newMessageId,
  type OutboxEntry,
  type OutboxItem,
  type Outgoing,
  renewOutboxItem,
  toOutboxItem,
} from '../domain/message';
import type { Bound } from './bind';
import { type Database, retryOnConflict } from './database';
import { scan } from './scan';
import { ANY_MESSAGE, keyPrefix, messageKey } from './schema';
import { type TransactItem, write } from './transaction';

type Outbox = Database<'outbox'>;
export type OutboxStore = Bound<typeof import('./outbox')>;

/** The items of a transaction that put entries into the outbox. */
export const outboxPuts = (
  { tables }: Pick<Outbox, 'tables'>,
  { entries, now }: Outgoing,
): readonly TransactItem[] =>
  entries.map((entry) => ({
    Put: { TableName: tables.outbox, Item: { ...messageKey(newMessageId()), ...toOutboxItem(entry, now) } },
  }));

/**
 * Puts an entry into the outbox that belongs to no other change. An update, because that is the write that the authorizer has in its bundle.
 * @param id of the message; the same id again is the same message.
 */
export async function enqueue(
  { send, tables }: Outbox,
  entry: OutboxEntry,
  { now, id = newMessageId() }: { readonly now: number; readonly id?: string },
): Promise<void> {
  const attributes = Object.entries(toOutboxItem(entry, now));
  await send(
    new UpdateCommand({
      TableName: tables.outbox,
      Key: messageKey(id),
      UpdateExpression: `SET ${attributes.map((_, index) => `#${index} = :${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(attributes.map(([name], index) => [`#${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        attributes.map(([, value], index) => [`:${index}`, value]),
      ),
    }),
  );
}

/** `undefined`: the item is gone, so it was sent. `claimedUntil`: another run has it until then, epoch seconds. */
export type Claim = { readonly item: OutboxItem } | { readonly claimedUntil: number } | undefined;

/** Takes an item for {@link CLAIM_SECONDS}. */
export async function claim({ send, tables }: Outbox, pk: string, now: number): Promise<Claim> {
  try {
    const { Attributes } = await send(
      new UpdateCommand({
        TableName: tables.outbox,
        Key: { pk },
        UpdateExpression: 'SET claimedUntil = :until ADD attempts :one',
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now)',
        ExpressionAttributeValues: { ':until': now + CLAIM_SECONDS, ':now': now, ':one': 1 },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { item: Attributes as OutboxItem };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const claimedUntil = error.Item?.['claimedUntil']?.N;
    return claimedUntil === undefined ? undefined : { claimedUntil: Number(claimedUntil) };
  }
}

/** Gives an item back that could not be sent now, so that the next attempt need not wait. */
export async function release({ send, tables }: Outbox, pk: string): Promise<void> {
  await send(
    new UpdateCommand({
      TableName: tables.outbox,
      Key: { pk },
      UpdateExpression: 'REMOVE claimedUntil',
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );
}

/** Deletes an item that was sent, or that nobody is to get. */
export async function remove({ send, tables }: Outbox, pk: string): Promise<void> {
  await send(new DeleteCommand({ TableName: tables.outbox, Key: { pk } }));
}

/** An entry with what happened to it. */
export type StoredMessage = OutboxItem & {
  readonly id: string;
  /** Epoch seconds. */
  readonly claimedUntil?: number;
  readonly attempts?: number;
};

/** Everything that waits to be sent, page by page. */
export async function* scanMessages({ send, tables }: Outbox): AsyncGenerator<readonly StoredMessage[]> {
  const prefix = keyPrefix(ANY_MESSAGE);
  const pages = scan(send, {
    TableName: tables.outbox,
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': prefix },
  });
  for await (const items of pages)
    yield items.map(({ pk, ...item }) => ({ ...item, id: String(pk).slice(prefix.length) }) as StoredMessage);
}

/**
 * Puts an entry into the outbox again in the place of the old one, in one transaction: only what is new is sent. Its id; `gone`: it was
 * sent. `claimed`: it is being sent now.
 */
export function retryMessage(
  database: Outbox,
  id: string,
  now: number,
): Promise<{ readonly id: string } | 'gone' | 'claimed'> {
  const { send, tables } = database;
  const Key = messageKey(id);
  const newId = newMessageId();
  return retryOnConflict(async () => {
    const { Item } = await send(new GetCommand({ TableName: tables.outbox, Key, ConsistentRead: true }));
    if (!Item) return 'gone';
    if (Number(Item['claimedUntil'] ?? 0) > now) return 'claimed';
    const refused = await write(database, {
      old: {
        Delete: {
          TableName: tables.outbox,
          Key,
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now)',
          ExpressionAttributeValues: { ':now': now },
        },
      },
      renewed: {
        Put: {
          TableName: tables.outbox,
          Item: { ...renewOutboxItem(Item as StoredMessage, now), ...messageKey(newId) },
        },
      },
    });
    return refused?.length === 0 ? { id: newId } : undefined;
  });
}

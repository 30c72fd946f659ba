/** The table Outbox: what is to be sent. An item is written with the change that it belongs to, and deleted when it was sent. */

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CLAIM_SECONDS } from '../domain/limits';
import {
  newMessageId,
  type OutboxEntry,
  type OutboxItem,
  type Outgoing,
  toOutboxItem,
} from '../domain/message';
import type { Bound } from './bind';
import type { Database } from './database';
import { messageKey } from './schema';
import type { TransactItem } from './transaction';

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

/** Takes an item for {@link CLAIM_SECONDS}. A run may take its own again: the response was lost, and the SDK made the call once more. */
export async function claim(
  { send, tables }: Outbox,
  pk: string,
  { run, now }: { readonly run: string; readonly now: number },
): Promise<Claim> {
  try {
    const { Attributes } = await send(
      new UpdateCommand({
        TableName: tables.outbox,
        Key: { pk },
        UpdateExpression: 'SET claimedUntil = :until, claimedBy = :run ADD attempts :one',
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now OR claimedBy = :run)',
        ExpressionAttributeValues: { ':until': now + CLAIM_SECONDS, ':now': now, ':run': run, ':one': 1 },
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
      UpdateExpression: 'REMOVE claimedUntil, claimedBy',
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );
}

/** Deletes an item that was sent, or that nobody is to get. */
export async function remove({ send, tables }: Outbox, pk: string): Promise<void> {
  await send(new DeleteCommand({ TableName: tables.outbox, Key: { pk } }));
}

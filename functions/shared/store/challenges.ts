/** Challenges in the table Outbox: one for each user and purpose, and one for each address that is to be confirmed. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Challenge } from '../domain/challenge';
import type { Bound } from './bind';
import type { ChallengeKey } from './challenge-keys';
import { conditionHeld, type Database, only } from './database';
import { pendingAttributes } from './schema';
import type { TransactItem } from './transaction';

type Outbox = Database<'outbox'>;

export type ChallengeStore = Bound<typeof import('./challenges')>;

export const findChallenge = async (
  { send, tables }: Outbox,
  { pk }: ChallengeKey,
): Promise<Challenge | undefined> =>
  (await send(new GetCommand({ TableName: tables.outbox, Key: { pk }, ConsistentRead: true }))).Item as
    | Challenge
    | undefined;

export type PendingChallenge = Pick<Challenge, Exclude<(typeof pendingAttributes)[number], 'pk'>>;

/** What an export says of challenges. */
export async function listPending(
  { send, tables }: Outbox,
  keys: readonly ChallengeKey[],
): Promise<readonly PendingChallenge[]> {
  const read = (Key: ChallengeKey) =>
    send(new GetCommand({ TableName: tables.outbox, Key, ConsistentRead: true, ...only(pendingAttributes) }));
  const found = await Promise.all(keys.map(read));
  return found.flatMap(({ Item }) => (Item ? [Item as PendingChallenge] : []));
}

/** Stores a challenge in the place of the one that was read, if that is still as it was; `false` if not. */
export const replaceChallenge = (
  { send, tables }: Outbox,
  { pk }: ChallengeKey,
  { earlier, challenge }: { readonly earlier: Challenge | undefined; readonly challenge: Challenge },
): Promise<boolean> =>
  conditionHeld(
    send(
      new PutCommand({
        TableName: tables.outbox,
        Item: { pk, ...challenge },
        ...(earlier
          ? {
              ConditionExpression: `id = :id AND ${earlier.usedAt === undefined ? 'attribute_not_exists' : 'attribute_exists'}(usedAt)`,
              ExpressionAttributeValues: { ':id': earlier.id },
            }
          : { ConditionExpression: 'attribute_not_exists(pk)' }),
      }),
    ),
  );

/** Counts a guess at a code, before it is compared; the challenge with it. `undefined`, at the same cost, if there is none. */
export async function countGuess(
  { send, tables }: Outbox,
  { pk }: ChallengeKey,
): Promise<Challenge | undefined> {
  try {
    const { Attributes } = await send(
      new UpdateCommand({
        TableName: tables.outbox,
        Key: { pk },
        UpdateExpression: 'ADD guesses :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as Challenge;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** In a transaction: the one use of a challenge. */
export const challengeUse = (
  { tables }: Pick<Outbox, 'tables'>,
  { pk }: ChallengeKey,
  now: number,
): TransactItem => ({
  Update: {
    TableName: tables.outbox,
    Key: { pk },
    UpdateExpression: 'SET usedAt = :now',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(usedAt)',
    ExpressionAttributeValues: { ':now': now },
  },
});

/** In a transaction: deletes a challenge, if there is one. Whoever else claims the same address by now asks for another message. */
export const challengeDeletion = (
  { tables }: Pick<Outbox, 'tables'>,
  { pk }: ChallengeKey,
): TransactItem => ({ Delete: { TableName: tables.outbox, Key: { pk } } });

/** In a transaction that deletes the user: the one use of a challenge, of which nothing stays. */
export const challengeLastUse = ({ tables }: Pick<Outbox, 'tables'>, { pk }: ChallengeKey): TransactItem => ({
  Delete: {
    TableName: tables.outbox,
    Key: { pk },
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(usedAt)',
  },
});

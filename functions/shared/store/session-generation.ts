/**
 * Ending all sessions of a user by one number: a session is live only while its generation is its user's. One write, in force at the
 * next request, however many sessions there are.
 */
import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { readSessionAndOwner } from './authentication';
import { cancellationOf, type Database, isWritten, untilDecided } from './database';
import { type SessionAddress, sessionKey, userKey } from './schema';

/** Ends every session of a user. Nothing happens if the user is gone, and the sessions with it. */
export async function endAllSessions(
  database: Database<'users'>,
  locator: string,
  userId: number,
): Promise<void> {
  const { send, tables } = database;
  await isWritten(
    send(
      new UpdateCommand({
        TableName: tables.users,
        Key: userKey(locator),
        UpdateExpression: 'ADD sessionGeneration :one',
        ConditionExpression: 'id = :userId',
        ExpressionAttributeValues: { ':one': 1, ':userId': userId },
      }),
    ),
  );
}

/** The session that is spared. */
export interface KeptSession {
  readonly userId: number;
  readonly sessionId: string;
}

/** Ends every session of a user but one; `false`, and nothing is done, if that one was itself ended meanwhile. */
export function endOtherSessions(
  database: Database,
  address: SessionAddress,
  kept: KeptSession,
): Promise<boolean> {
  return untilDecided(async () => {
    const { session, owner } = await readSessionAndOwner(database, address);
    const isLive =
      owner?.id === kept.userId &&
      session?.id === kept.sessionId &&
      session.sessionGeneration === owner.sessionGeneration;
    if (!isLive) return false;
    const isDone = await advanceTogether(database, address, { ...kept, generation: owner.sessionGeneration });
    // Something changed between the read and the write: what it was decides.
    return isDone ? true : undefined;
  });
}

/** Moves the user and one session to the next generation, both or neither. */
async function advanceTogether(
  { send, tables }: Database,
  address: SessionAddress,
  { userId, sessionId, generation }: KeptSession & { readonly generation: number },
): Promise<boolean> {
  const step = { UpdateExpression: 'SET sessionGeneration = :next' };
  const from = { ':generation': generation, ':next': generation + 1 };
  const user = {
    ...step,
    TableName: tables.users,
    Key: userKey(address.locator),
    ConditionExpression: 'id = :userId AND sessionGeneration = :generation',
    ExpressionAttributeValues: { ...from, ':userId': userId },
  };
  const session = {
    ...step,
    TableName: tables.tokens,
    Key: sessionKey(address),
    ConditionExpression: 'id = :id AND sessionGeneration = :generation',
    ExpressionAttributeValues: { ...from, ':id': sessionId },
  };
  const command = new TransactWriteCommand({ TransactItems: [{ Update: user }, { Update: session }] });
  return (await cancellationOf(send(command))) === undefined;
}

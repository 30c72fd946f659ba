/**
 * A user's sessions are live while their generation is the user's. Each operation here raises the user's generation, which ends all
 * sessions in one write, in force at the next request; a session that is to go on moves with it.
 */
import { TransactWriteCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Outgoing } from '../domain/message';
import type { Proof } from './accounts';
import { generationsDiffer, isCertainlyEnded, readOnce, type SessionAndOwner } from './authentication';
import type { Bound } from './bind';
import { challengeUse } from './challenges';
import { conditionHeld, type Database, findCancellation, retryOnConflict, wasRefused } from './database';
import { outboxPuts } from './outbox';
import { passwordIsUnchanged, type SessionKey, sessionKey, userKey } from './schema';
import { numbered, type TransactItem, write } from './transaction';
import type { Account } from './users';

/** The session that goes on. */
export interface KeptSession {
  readonly key: SessionKey;
  readonly userId: number;
  readonly sessionId: string;
  /** When the authorizer looked. */
  readonly sessionGeneration: number;
}

export interface PasswordChange {
  /** Of the password that was checked. */
  readonly passwordVersion: number | undefined;
  readonly passwordHash: string;
  readonly outgoing?: Outgoing;
}

export type GenerationStore = Bound<typeof import('./generations')>;

type Users = Database<'users'>;

const updateUser = (
  { send, tables }: Users,
  locator: string,
  change: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
) => send(new UpdateCommand({ TableName: tables.users, Key: userKey(locator), ...change }));

/** Ends every session of a user. The new generation; `undefined`, and nothing is done, if the user is gone. */
export async function endAllSessions(
  database: Users,
  locator: string,
  userId: number,
): Promise<number | undefined> {
  let generation: number | undefined;
  const update = updateUser(database, locator, {
    UpdateExpression: 'ADD sessionGeneration :one',
    ConditionExpression: 'id = :userId',
    ExpressionAttributeValues: { ':one': 1, ':userId': userId },
    ReturnValues: 'UPDATED_NEW',
  }).then(({ Attributes }) => {
    generation = Number(Attributes?.['sessionGeneration']);
  });
  await conditionHeld(update);
  return generation;
}

/** Raises a user's generation to a number that is higher; `false` if it is not, or the user is gone. */
export const raiseGeneration = (
  database: Users,
  { locator, id }: { readonly locator: string; readonly id: number },
  generation: number,
): Promise<boolean> =>
  conditionHeld(
    updateUser(database, locator, {
      UpdateExpression: 'SET sessionGeneration = :generation',
      ConditionExpression: 'id = :userId AND sessionGeneration < :generation',
      ExpressionAttributeValues: { ':generation': generation, ':userId': id },
    }),
  );

/**
 * Ends every session of a user but one. The new generation; `undefined`, and nothing is done, if that session was itself ended meanwhile.
 */
export async function endOtherSessions(database: Database, kept: KeptSession): Promise<number | undefined> {
  const outcome = await advance(database, kept);
  return typeof outcome === 'number' ? outcome : undefined;
}

/**
 * Stores the hash of a new password, and ends every session but one, together or not at all. `ended`: that session was itself ended
 * meanwhile. `overtaken`: the password was changed meanwhile; a new hash of the same password, as a login makes it, is no change.
 */
export async function changePassword(
  database: Database<'users' | 'tokens' | 'outbox'>,
  kept: KeptSession,
  { passwordVersion, passwordHash, outgoing }: PasswordChange,
): Promise<'changed' | 'ended' | 'overtaken'> {
  const unchanged = passwordIsUnchanged(passwordVersion);
  const outcome = await advance(database, kept, {
    set: 'passwordHash = :hash, passwordVersion = :nextVersion',
    condition: unchanged.condition,
    values: { ...unchanged.values, ':hash': passwordHash, ':nextVersion': (passwordVersion ?? 0) + 1 },
    also: outgoing ? outboxPuts(database, outgoing) : [],
  });
  return typeof outcome === 'number' ? 'changed' : outcome;
}

export interface PasswordReset {
  readonly passwordHash: string;
  readonly proof: Proof;
  readonly outgoing: Outgoing;
}

/**
 * Stores the hash of a new password that a challenge allows, and ends every session, together or not at all. The address that the challenge
 * was sent to is confirmed by it. `overtaken`: the challenge was used, or the user was changed, meanwhile.
 */
export const resetPassword = (
  database: Database<'users' | 'outbox'>,
  { locator, id, email, passwordVersion }: Account,
  { passwordHash, proof, outgoing }: PasswordReset,
): Promise<'reset' | 'overtaken'> => {
  const unchanged = passwordIsUnchanged(passwordVersion);
  const user = {
    Update: {
      TableName: database.tables.users,
      Key: userKey(locator),
      UpdateExpression:
        'SET passwordHash = :hash, passwordVersion = :nextVersion ADD sessionGeneration :one REMOVE emailVerified',
      ConditionExpression: `id = :userId AND email = :email AND isActive = :yes AND ${unchanged.condition}`,
      ExpressionAttributeValues: {
        ...unchanged.values,
        ':hash': passwordHash,
        ':nextVersion': (passwordVersion ?? 0) + 1,
        ':one': 1,
        ':userId': id,
        ':email': email,
        ':yes': true,
      },
    },
  };
  return retryOnConflict(async () => {
    const refused = await write(database, {
      user,
      proof: challengeUse(database, proof.key, proof.now),
      ...numbered('outbox', outboxPuts(database, outgoing)),
    });
    return refused && (refused.length === 0 ? 'reset' : 'overtaken');
  });
};

/** What is changed of the user in the same transaction, and what else is written. */
interface UserChange {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly also: readonly TransactItem[];
}

/**
 * Moves the user and one session to the next generation, and changes the user, all or nothing. The new generation, or `ended` if the
 * session was itself ended meanwhile, or `overtaken` if the change's condition does not hold.
 */
function advance(
  database: Database,
  kept: KeptSession,
  change?: UserChange,
): Promise<number | 'ended' | 'overtaken'> {
  let { sessionGeneration } = kept;
  /** Whether the last transaction was refused, and not only in the way of another. */
  let refused: boolean | undefined;
  let earlier: SessionAndOwner | undefined;
  return retryOnConflict(async () => {
    if (refused !== undefined) {
      // What others left behind decides.
      const stored = await readOnce(database, kept.key);
      if (!stored) return undefined;
      if (hasEnded(kept, stored, earlier)) return 'ended';
      const isOvertaken = refused && change && areOf(sessionGeneration, stored);
      if (isOvertaken) return 'overtaken';
      earlier = stored;
      sessionGeneration = stored.owner?.sessionGeneration ?? sessionGeneration;
    }
    const transaction = advanceCommand(database, { ...kept, sessionGeneration }, change);
    const cancellation = await findCancellation(database.send(transaction));
    if (!cancellation) return sessionGeneration + 1;
    refused = wasRefused(cancellation);
    return undefined;
  });
}

const areOf = (generation: number, { session, owner }: SessionAndOwner): boolean =>
  session?.sessionGeneration === generation && owner?.sessionGeneration === generation;

/** Generations that differ in one read may be a torn read of a transaction; an earlier one makes it certain. */
const hasEnded = (
  kept: KeptSession,
  stored: SessionAndOwner,
  earlier: SessionAndOwner | undefined,
): boolean =>
  stored.session?.id !== kept.sessionId ||
  stored.owner?.id !== kept.userId ||
  (earlier !== undefined && generationsDiffer(stored) && isCertainlyEnded(earlier, stored));

function advanceCommand(
  { tables }: Database,
  { key, userId, sessionId, sessionGeneration }: KeptSession,
  change?: UserChange,
): TransactWriteCommand {
  const generations = { ':generation': sessionGeneration, ':next': sessionGeneration + 1 };
  const user = {
    TableName: tables.users,
    Key: userKey(key.locator),
    UpdateExpression: `SET sessionGeneration = :next${change ? `, ${change.set}` : ''}`,
    ConditionExpression: `id = :userId AND sessionGeneration = :generation${change ? ` AND ${change.condition}` : ''}`,
    ExpressionAttributeValues: { ...generations, ':userId': userId, ...change?.values },
  };
  const session = {
    TableName: tables.tokens,
    Key: sessionKey(key),
    UpdateExpression: 'SET sessionGeneration = :next',
    ConditionExpression: 'id = :id AND sessionGeneration = :generation',
    ExpressionAttributeValues: { ...generations, ':id': sessionId },
  };
  return new TransactWriteCommand({
    TransactItems: [{ Update: user }, { Update: session }, ...(change?.also ?? [])],
  });
}

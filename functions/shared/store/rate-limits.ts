/**
 * Counters of attempts, charged by one atomic conditional write before anything that costs, so that attempts at the same time count
 * each. A write that is repeated after a lost answer may count twice, never less than once, and is not refused for having counted.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  type AddressRules,
  type Attempts,
  areForgotten,
  type FailureRules,
  remainingWait,
  waitAfter,
  windowEnd,
} from '../domain/attempts';
import { type Database, isWritten, untilDecided } from './database';
import { accountLimitKey, addressLimitKey, type LimitedAction, rateLimitsTable } from './schema';

type RateLimits = Database<'rateLimits'>;

const KEY = rateLimitsTable.partitionKey;

export interface AddressAttempt {
  readonly action: LimitedAction;
  /** See `addressGroup`. */
  readonly address: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** Counts an attempt from an address. Seconds until the next window if this one has no attempt left; else 0. */
export async function chargeAddress(
  database: RateLimits,
  { action, address, now }: AddressAttempt,
  rules: AddressRules,
): Promise<number> {
  const endsAt = windowEnd(now, rules);
  const { isCharged } = await charge(database, randomUUID(), {
    Key: addressLimitKey(action, address, endsAt),
    UpdateExpression: 'SET expiresAt = :end, attemptId = :id ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR attempts < :most`,
    ExpressionAttributeValues: { ':end': endsAt, ':one': 1, ':most': rules.attempts },
  });
  return isCharged ? 0 : endsAt - now;
}

/** What is stored after a charge, or in place of one. */
interface Charge extends Attempts {
  readonly isCharged: boolean;
}

/**
 * Makes a charge under an id of its own. A charge that finds itself stored already was made: its answer was lost, and the SDK has
 * sent it again.
 */
async function charge(
  { send, tables }: RateLimits,
  id: string,
  update: Omit<UpdateCommandInput, 'TableName'>,
): Promise<Charge> {
  const command = new UpdateCommand({
    ...update,
    TableName: tables.rateLimits,
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':id': id },
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    const { attempts, lastAttemptAtMs } = (await send(command)).Attributes ?? {};
    return { isCharged: true, count: Number(attempts), lastAtMs: Number(lastAttemptAtMs) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { attempts, lastAttemptAtMs, attemptId } = error.Item ?? {};
    return {
      isCharged: attemptId?.S === id,
      count: Number(attempts?.N),
      lastAtMs: Number(lastAttemptAtMs?.N),
    };
  }
}

/** Either an attempt was counted, or the account has to wait. */
export type AccountCharge =
  | ({ readonly isAdmitted: true } & AdmittedAttempt)
  | { readonly isAdmitted: false; readonly waitSeconds: number };

export interface AdmittedAttempt {
  /** By which the attempt can be given back. */
  readonly attemptId: string;
  /** How long the account waits if the attempt fails; 0 for not at all. */
  readonly waitIfFailed: number;
  /** Whether that would be the first wait, after the last free attempt. */
  readonly isLastFree: boolean;
}

const admitted = (attemptId: string, attempts: number, rules: FailureRules): AccountCharge => ({
  isAdmitted: true,
  attemptId,
  waitIfFailed: waitAfter(attempts, rules),
  isLastFree: attempts === rules.freeFailures,
});

export interface AccountAttempt {
  /** See `accountKeyOf`. */
  readonly account: string;
  readonly nowMs: number;
}

/**
 * Counts an attempt to sign in to an account, whether it exists or not.
 * Free attempts are additions below a limit. After them one attempt at a time gets through, each when its wait is over: that write
 * is conditional on nothing having been counted since.
 */
export function chargeAccount(
  database: RateLimits,
  attempt: AccountAttempt,
  rules: FailureRules,
): Promise<AccountCharge> {
  const id = randomUUID();
  return untilDecided(async () => {
    const free = await chargeFreeAttempt(database, { ...attempt, id }, rules);
    if (free.isCharged) return admitted(id, free.count, rules);
    const isForgotten = areForgotten(free, attempt.nowMs, rules);
    const waitSeconds = isForgotten ? 0 : remainingWait(free, attempt.nowMs, rules);
    if (waitSeconds > 0) return { isAdmitted: false, waitSeconds };
    const attempts = isForgotten ? 1 : free.count + 1;
    const isCharged = await replaceAttempts(database, { ...attempt, id, attempts, seen: free }, rules);
    return isCharged ? admitted(id, attempts, rules) : undefined;
  });
}

interface NamedAttempt extends AccountAttempt {
  readonly id: string;
}

function chargeFreeAttempt(
  database: RateLimits,
  { account, nowMs, id }: NamedAttempt,
  rules: FailureRules,
): Promise<Charge> {
  return charge(database, id, {
    Key: accountLimitKey(account),
    UpdateExpression: 'SET lastAttemptAtMs = :now, expiresAt = :end, attemptId = :id ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR (attempts < :free AND lastAttemptAtMs > :forgotten)`,
    ExpressionAttributeValues: {
      ':now': nowMs,
      ':end': forgottenAt(nowMs, rules),
      ':one': 1,
      ':free': rules.freeFailures,
      ':forgotten': nowMs - rules.keptSeconds * 1000,
    },
  });
}

interface Replacement extends NamedAttempt {
  readonly attempts: number;
  readonly seen: Attempts;
}

async function replaceAttempts(
  database: RateLimits,
  { account, nowMs, id, attempts, seen }: Replacement,
  rules: FailureRules,
): Promise<boolean> {
  const { isCharged } = await charge(database, id, {
    Key: accountLimitKey(account),
    UpdateExpression: 'SET attempts = :attempts, lastAttemptAtMs = :now, expiresAt = :end, attemptId = :id',
    ConditionExpression: 'attempts = :seen AND lastAttemptAtMs = :seenAt',
    ExpressionAttributeValues: {
      ':attempts': attempts,
      ':now': nowMs,
      ':end': forgottenAt(nowMs, rules),
      ':seen': seen.count,
      ':seenAt': seen.lastAtMs,
    },
  });
  return isCharged;
}

const forgottenAt = (nowMs: number, { keptSeconds }: FailureRules): number =>
  Math.ceil(nowMs / 1000) + keptSeconds;

/** Gives an attempt back that came to no judgement, unless another has been counted since. */
export async function returnAttempt(
  { send, tables }: RateLimits,
  account: string,
  attemptId: string,
): Promise<void> {
  await isWritten(
    send(
      new UpdateCommand({
        TableName: tables.rateLimits,
        Key: accountLimitKey(account),
        UpdateExpression: 'ADD attempts :minusOne REMOVE attemptId',
        ConditionExpression: 'attemptId = :id',
        ExpressionAttributeValues: { ':minusOne': -1, ':id': attemptId },
      }),
    ),
  );
}

/** Forgets an account's failures. */
export async function forgetAttempts({ send, tables }: RateLimits, account: string): Promise<void> {
  await send(new DeleteCommand({ TableName: tables.rateLimits, Key: accountLimitKey(account) }));
}

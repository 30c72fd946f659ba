/**
 * Counters of attempts, charged by one atomic conditional write before anything that costs, so that attempts at the same time count
 * each. A write that is repeated after a lost answer may count twice, never less than once.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type AddressRules,
  type Attempts,
  areForgotten,
  type FailureRules,
  remainingWait,
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
  { send, tables }: RateLimits,
  { action, address, now }: AddressAttempt,
  rules: AddressRules,
): Promise<number> {
  const endsAt = windowEnd(now, rules);
  const isCharged = await isWritten(
    send(
      new UpdateCommand({
        TableName: tables.rateLimits,
        Key: addressLimitKey(action, address, endsAt),
        UpdateExpression: 'SET expiresAt = :end ADD attempts :one',
        ConditionExpression: `attribute_not_exists(${KEY}) OR attempts < :most`,
        ExpressionAttributeValues: { ':end': endsAt, ':one': 1, ':most': rules.attempts },
      }),
    ),
  );
  return isCharged ? 0 : endsAt - now;
}

/** Either an attempt was counted, or the account has to wait. */
export type AccountCharge =
  | { readonly isAdmitted: true; readonly attempts: number }
  | { readonly isAdmitted: false; readonly waitSeconds: number };

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
  return untilDecided(async () => {
    const free = await chargeFreeAttempt(database, attempt, rules);
    if (typeof free === 'number') return { isAdmitted: true, attempts: free };
    const isForgotten = areForgotten(free, attempt.nowMs, rules);
    const waitSeconds = isForgotten ? 0 : remainingWait(free, attempt.nowMs, rules);
    if (waitSeconds > 0) return { isAdmitted: false, waitSeconds };
    const attempts = isForgotten ? 1 : free.count + 1;
    const isCharged = await replaceAttempts(database, { ...attempt, attempts, seen: free }, rules);
    return isCharged ? { isAdmitted: true, attempts } : undefined;
  });
}

/** The number of the attempt, or what is stored when it is not free. */
async function chargeFreeAttempt(
  { send, tables }: RateLimits,
  { account, nowMs }: AccountAttempt,
  rules: FailureRules,
): Promise<number | Attempts> {
  const command = new UpdateCommand({
    TableName: tables.rateLimits,
    Key: accountLimitKey(account),
    UpdateExpression: 'SET lastAttemptAtMs = :now, expiresAt = :end ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR (attempts < :free AND lastAttemptAtMs > :forgotten)`,
    ExpressionAttributeValues: {
      ':now': nowMs,
      ':end': forgottenAt(nowMs, rules),
      ':one': 1,
      ':free': rules.freeFailures,
      ':forgotten': nowMs - rules.keptSeconds * 1000,
    },
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    return Number((await send(command)).Attributes?.['attempts']);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException && error.Item)) throw error;
    const { attempts, lastAttemptAtMs } = error.Item;
    return { count: Number(attempts?.N), lastAtMs: Number(lastAttemptAtMs?.N) };
  }
}

interface Replacement extends AccountAttempt {
  readonly attempts: number;
  readonly seen: Attempts;
}

function replaceAttempts(
  { send, tables }: RateLimits,
  { account, nowMs, attempts, seen }: Replacement,
  rules: FailureRules,
): Promise<boolean> {
  return isWritten(
    send(
      new UpdateCommand({
        TableName: tables.rateLimits,
        Key: accountLimitKey(account),
        UpdateExpression: 'SET attempts = :attempts, lastAttemptAtMs = :now, expiresAt = :end',
        ConditionExpression: 'attempts = :seen AND lastAttemptAtMs = :seenAt',
        ExpressionAttributeValues: {
          ':attempts': attempts,
          ':now': nowMs,
          ':end': forgottenAt(nowMs, rules),
          ':seen': seen.count,
          ':seenAt': seen.lastAtMs,
        },
      }),
    ),
  );
}

const forgottenAt = (nowMs: number, { keptSeconds }: FailureRules): number =>
  Math.ceil(nowMs / 1000) + keptSeconds;

/** Forgets an account's failures. */
export async function forgetAttempts({ send, tables }: RateLimits, account: string): Promise<void> {
  await send(new DeleteCommand({ TableName: tables.rateLimits, Key: accountLimitKey(account) }));
}

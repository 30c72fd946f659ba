/**
 * Counters of attempts. An attempt is consumed by one atomic conditional write before anything that costs, so attempts at the same
 * time count each. A write that is repeated after a lost response may count twice, never less than once, and is not refused for
 * having counted.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { stopwatch } from '../clock';
import {
  type Attempts,
  areForgotten,
  type BackoffRules,
  type FixedWindowRules,
  isKnown,
  type KnownNetworks,
  networksToForget,
  remainingWait,
  type SpacedWindowRules,
  waitAfter,
  windowEnd,
} from '../domain/attempts';
import { TIDYING_PATIENCE_MS } from '../domain/limits';
import { toSeconds } from '../domain/session';
import type { Bound } from './bind';
import { conditionHeld, type Database, retryOnConflict } from './database';
import {
  accountLimitKey,
  type LimitKey,
  laneLimitKey,
  networkAttribute,
  parseNetworkAttribute,
  rateLimitsTable,
  windowLimitKey,
} from './schema';

type RateLimits = Database<'rateLimits'>;

const KEY = rateLimitsTable.partitionKey;

export interface BackoffAttempt {
  readonly key: LimitKey;
  readonly nowMs: number;
  /** Where the attempt is counted while `key` has to wait, if an attempt from `network` succeeded before; absent: nowhere. */
  readonly lane?: Lane;
}

interface Lane {
  readonly network: string;
  readonly key: LimitKey;
}

export interface ConsumedAttempt extends BackoffAttempt {
  /** By which the attempt can be refunded. */
  readonly attemptId: string;
  /** `key`, or that of the lane. */
  readonly countedIn: LimitKey;
  /** The wait if the attempt fails; 0 for none. */
  readonly waitIfFailed: number;
  /** Whether that would be the first wait, after the last free attempt. */
  readonly isLastFree: boolean;
  /** What is stored with `key`. */
  readonly stored: Counter;
}

export type Consumption =
  | ({ readonly isAllowed: true } & ConsumedAttempt)
  | { readonly isAllowed: false; readonly waitSeconds: number };

/** An item of the table; of what is missing 0. */
interface Counter extends Attempts {
  readonly networks: KnownNetworks;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export type RateLimitStore = Bound<typeof import('./rate-limits')>;

/** Counts an attempt in the window of `now`, epoch seconds. Seconds until the next window if this one is full; else 0. */
export async function consumeFixedWindow(
  database: RateLimits,
  key: LimitKey,
  { now, rules }: { readonly now: number; readonly rules: FixedWindowRules },
): Promise<number> {
  const endsAt = windowEnd(now, rules);
  const { isCounted } = await count(database, randomUUID(), {
    Key: windowLimitKey(key, endsAt),
    UpdateExpression: 'SET expiresAt = :end, attemptId = :id ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR attempts < :most`,
    ExpressionAttributeValues: { ':end': endsAt, ':one': 1, ':most': rules.attempts },
  });
  return isCounted ? 0 : endsAt - now;
}

/**
 * The same for attempts that must also be apart from each other. Whether it was counted, and so is allowed; under the id of the attempt before,
 * it is the same attempt.
 */
export async function consumeSpacedWindow(
  database: RateLimits,
  key: LimitKey,
  { nowMs, rules, id }: { readonly nowMs: number; readonly rules: SpacedWindowRules; readonly id: string },
): Promise<boolean> {
  const endsAt = windowEnd(toSeconds(nowMs), rules);
  const { isCounted } = await count(database, id, {
    Key: windowLimitKey(key, endsAt),
    UpdateExpression: 'SET expiresAt = :end, attemptId = :id, lastAttemptAtMs = :nowMs ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR (attemptId <> :id AND attempts < :most AND lastAttemptAtMs <= :earlier)`,
    ExpressionAttributeValues: {
      ':end': endsAt,
      ':one': 1,
      ':most': rules.attempts,
      ':nowMs': nowMs,
      ':earlier': nowMs - rules.apartSeconds * 1000,
    },
  });
  return isCounted;
}

/** Takes back an attempt that ended in a fault before the password was verified, unless another has been counted since. */
export async function refund(database: RateLimits, { countedIn, attemptId }: ConsumedAttempt): Promise<void> {
  await conditionHeld(
    update(database, {
      Key: countedIn,
      UpdateExpression: 'ADD attempts :minusOne REMOVE attemptId',
      ConditionExpression: 'attemptId = :id',
      ExpressionAttributeValues: { ':minusOne': -1, ':id': attemptId },
    }),
  );
}

/**
 * After an attempt that has a lane succeeded: forgets the failures of its key, and of the lane if it was counted there, and remembers its
 * network until `knownUntil`, epoch seconds. One write; in a lane a second one beside it.
 */
export async function reset(
  database: RateLimits,
  consumed: ConsumedAttempt,
  knownUntil: number,
): Promise<void> {
  const isInLane = consumed.countedIn.limitKey !== consumed.key.limitKey;
  await Promise.all([
    consumed.lane && resetKey(database, { ...consumed, lane: consumed.lane }, knownUntil),
    isInLane && resetLane(database, consumed.countedIn),
  ]);
}

/** Deletes counters one after the other, and gives up after {@link TIDYING_PATIENCE_MS}: what is left expires. */
export async function removeCounters(database: RateLimits, keys: readonly LimitKey[]): Promise<void> {
  const elapsed = stopwatch();
  for (const key of keys) {
    if (elapsed() > TIDYING_PATIENCE_MS) return;
    await removeCounter(database, key, 'NONE');
  }
}

/** Deletes the counter of an account. Returns the keys of its lanes, one for each network that it knew. */
export async function removeAccountCounter(
  database: RateLimits,
  account: string,
): Promise<readonly LimitKey[]> {
  const { Attributes = {} } = await removeCounter(database, accountLimitKey(account), 'ALL_OLD');
  return Object.keys(toCounter(Attributes).networks).map((network) => laneLimitKey(account, network));
}

/**
 * Forgets the failures of an account and of its lanes, so that nobody has to wait. The networks stay known, or a guesser who goes on would
 * lock the user out again at home. How many failures the account had.
 */
export async function forgetFailures(database: RateLimits, account: string): Promise<number> {
  let stored: Counter | undefined;
  await conditionHeld(
    update(database, {
      Key: accountLimitKey(account),
      UpdateExpression: `REMOVE ${FAILURES.join(', ')}`,
      ConditionExpression: `attribute_exists(${KEY})`,
      ReturnValues: 'ALL_OLD',
    }).then(({ Attributes = {} }) => {
      stored = toCounter(Attributes);
    }),
  );
  const lanes = Object.keys(stored?.networks ?? {}).map((network) => laneLimitKey(account, network));
  await removeCounters(database, lanes);
  return stored?.count ?? 0;
}

const removeCounter = ({ send, tables }: RateLimits, Key: LimitKey, ReturnValues: 'NONE' | 'ALL_OLD') =>
  send(new DeleteCommand({ TableName: tables.rateLimits, Key, ReturnValues }));

/**
 * Counts an attempt, or says how long to wait. Free attempts are additions below a limit. After them one attempt at a time gets through,
 * each when its wait is over: that write is conditional on nothing having been counted since.
 * Key and lane are one decision, which the refusal of the key leaves open. So together they take no longer than a key alone may.
 * @throws StoreUnavailableError when others kept getting in the way.
 */
export function consumeWithBackoff(
  database: RateLimits,
  attempt: BackoffAttempt,
  rules: BackoffRules,
): Promise<Consumption> {
  const { key, lane, nowMs } = attempt;
  const id = randomUUID();
  /** What refused the attempt before it came to the lane. */
  let refusal:
    | { readonly waitSeconds: number; readonly counter: Counter; readonly laneKey: LimitKey }
    | undefined;
  return retryOnConflict(async (): Promise<Consumption | undefined> => {
    const countedIn = refusal?.laneKey ?? key;
    const allowed = (counter: Counter): Consumption => ({
      ...attempt,
      isAllowed: true,
      attemptId: id,
      countedIn,
      waitIfFailed: waitAfter(counter.count, rules),
      isLastFree: counter.count === rules.freeFailures,
      stored: refusal?.counter ?? counter,
    });
    const free = await countFree(database, { key: countedIn, id, nowMs }, rules);
    if (free.isCounted) return allowed(free);
    const waitSeconds = isStale(free, nowMs, rules) ? 0 : remainingWait(free, nowMs, rules);
    if (waitSeconds === 0) {
      const replaced = await replaceCounter(database, { key: countedIn, id, nowMs, seen: free }, rules);
      return replaced.isCounted ? allowed(replaced) : undefined;
    }
    if (refusal) return { isAllowed: false, waitSeconds: Math.min(waitSeconds, refusal.waitSeconds) };
    const laneKey = openLane(lane, free, nowMs);
    if (!laneKey) return { isAllowed: false, waitSeconds };
    refusal = { waitSeconds, counter: free, laneKey };
    return undefined;
  });
}

const openLane = (lane: Lane | undefined, { networks }: Counter, nowMs: number): LimitKey | undefined =>
  lane && isKnown(lane.network, networks, toSeconds(nowMs)) ? lane.key : undefined;

/** Whether a counter counts as absent, although DynamoDB has not deleted it. */
const isStale = (counter: Counter, nowMs: number, rules: BackoffRules): boolean =>
  isExpired(counter, nowMs) || areForgotten(counter, nowMs, rules);

const isExpired = ({ expiresAt }: Counter, nowMs: number): boolean => expiresAt <= toSeconds(nowMs);

interface CountedAttempt extends Pick<BackoffAttempt, 'key' | 'nowMs'> {
  readonly id: string;
}

/** Leaves `expiresAt` as it is where there is one: an attempt must not shorten the time in which networks are known. */
const countFree = (database: RateLimits, { key, id, nowMs }: CountedAttempt, rules: BackoffRules) =>
  count(database, id, {
    Key: key,
    UpdateExpression:
      'SET lastAttemptAtMs = :nowMs, expiresAt = if_not_exists(expiresAt, :end), attemptId = :id ADD attempts :one',
    ConditionExpression: `attribute_not_exists(${KEY}) OR (expiresAt > :now AND (attribute_not_exists(attempts) OR (attempts < :free AND lastAttemptAtMs > :forgotten)))`,
    ExpressionAttributeValues: {
      ...staleTimes(nowMs, rules),
      ':nowMs': nowMs,
      ':end': forgottenAt(nowMs, rules),
      ':one': 1,
      ':free': rules.freeFailures,
    },
  });

/** Counts an attempt over what was seen, if nothing has been counted since; over a stale counter the first one, if it is stale still. */
function replaceCounter(
  database: RateLimits,
  { key, id, nowMs, seen }: CountedAttempt & { readonly seen: Counter },
  rules: BackoffRules,
) {
  const stale = isStale(seen, nowMs, rules);
  const now = toSeconds(nowMs);
  const isOver = (network: string) => isExpired(seen, nowMs) || !isKnown(network, seen.networks, now);
  const names = networkNames(Object.keys(seen.networks).filter(isOver));
  const remove = Object.keys(names).join(', ');
  return count(database, id, {
    Key: key,
    UpdateExpression: `SET attempts = :attempts, lastAttemptAtMs = :nowMs, expiresAt = :end, attemptId = :id${remove && ` REMOVE ${remove}`}`,
    ...(remove && { ExpressionAttributeNames: names }),
    ConditionExpression: stale
      ? 'attribute_not_exists(expiresAt) OR expiresAt <= :now OR lastAttemptAtMs <= :forgotten'
      : 'attempts = :seen AND lastAttemptAtMs = :seenAt',
    ExpressionAttributeValues: {
      ...(stale ? staleTimes(nowMs, rules) : { ':seen': seen.count, ':seenAt': seen.lastAtMs }),
      ':attempts': stale ? 1 : seen.count + 1,
      ':nowMs': nowMs,
      ':end': Math.max(seen.expiresAt, forgottenAt(nowMs, rules)),
    },
  });
}

const staleTimes = (nowMs: number, { keptSeconds }: BackoffRules) => ({
  ':now': toSeconds(nowMs),
  ':forgotten': nowMs - keptSeconds * 1000,
});

const forgottenAt = (nowMs: number, { keptSeconds }: BackoffRules): number =>
  Math.ceil(nowMs / 1000) + keptSeconds;

/** Each network is an attribute of its own, so that logins at the same time lose none of each other's. */
function resetKey(
  database: RateLimits,
  { key, nowMs, lane, stored }: ConsumedAttempt & { readonly lane: Lane },
  knownUntil: number,
) {
  const { networks, expiresAt } = stored;
  const names = networkNames([lane.network, ...networksToForget(networks, lane.network, toSeconds(nowMs))]);
  const [known, ...forgotten] = Object.keys(names);
  return update(database, {
    Key: key,
    UpdateExpression: `SET expiresAt = :end, ${known} = :until REMOVE ${[...FAILURES, ...forgotten].join(', ')}`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':end': Math.max(expiresAt, knownUntil), ':until': knownUntil },
  });
}

const resetLane = (database: RateLimits, key: LimitKey) =>
  conditionHeld(
    update(database, {
      Key: key,
      UpdateExpression: `REMOVE ${FAILURES.join(', ')}`,
      ConditionExpression: `attribute_exists(${KEY})`,
    }),
  );

const FAILURES = ['attempts', 'lastAttemptAtMs', 'attemptId'];

const networkNames = (networks: readonly string[]): Record<string, string> =>
  Object.fromEntries(networks.map((network, index) => [`#network${index}`, networkAttribute(network)]));

/** Writes an attempt under an id of its own. One that finds itself stored was counted: its response was lost, and the SDK sent it again. */
async function count(
  database: RateLimits,
  id: string,
  input: Omit<UpdateCommandInput, 'TableName'>,
): Promise<Counter & { readonly isCounted: boolean }> {
  try {
    const { Attributes = {} } = await update(database, {
      ...input,
      ExpressionAttributeValues: { ...input.ExpressionAttributeValues, ':id': id },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { ...toCounter(Attributes), isCounted: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const stored = Object.entries(error.Item ?? {}).map(([name, { N, S }]) => [name, N ?? S]);
    const item = Object.fromEntries(stored);
    return { ...toCounter(item), isCounted: item['attemptId'] === id };
  }
}

const toCounter = (item: Readonly<Record<string, unknown>>): Counter => ({
  count: Number(item['attempts'] ?? 0),
  lastAtMs: Number(item['lastAttemptAtMs'] ?? 0),
  expiresAt: Number(item['expiresAt'] ?? 0),
  networks: Object.fromEntries(
    Object.entries(item).flatMap(([name, until]) => {
      const network = parseNetworkAttribute(name);
      return network === undefined ? [] : [[network, Number(until)]];
    }),
  ),
});

const update = ({ send, tables }: RateLimits, input: Omit<UpdateCommandInput, 'TableName'>) =>
  send(new UpdateCommand({ ...input, TableName: tables.rateLimits }));

/**
 * TransactWriteItems: all entries or none, and never half of them, not even for a process that is killed.
 * Every entry is tried against the stored state with its writes held back, so each condition sees the state
 * before the transaction and every entry gets its reason. Only if all succeed are the writes stored, as one
 * LevelDB batch. Callers see to it that nothing else runs meanwhile, so no reader sees an in-between either.
 */
import type { LevelWrite } from 'dynalite/db';
import { DynamoDbError, refusal } from './errors';
import { itemIdentity, writeItem } from './item-writes';
import type { Payload } from './payload';
import { rememberRequestTokens } from './request-tokens';
import type { Store } from './store';
import { readEntries, readRequestToken, type TransactionEntry } from './transaction-entries';

interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: unknown;
}

interface Attempt {
  readonly reason: CancellationReason;
  readonly writes: readonly LevelWrite[];
}

/** `now` is the clock of the request tokens, in epoch milliseconds. */
export function transactionsOn(store: Store, now: () => number): (payload: Payload) => Promise<Payload> {
  const tokens = rememberRequestTokens(now);

  return async function transactWriteItems(payload) {
    const items = payload['TransactItems'];
    const token = readRequestToken(payload['ClientRequestToken']);
    const entries = readEntries(store, items);
    if (token !== undefined && tokens.isSpent(token, items)) return {};
    await refuseRepeatedItems(store, entries);

    const attempts: Attempt[] = [];
    for (const entry of entries) attempts.push(await attempt(store, entry));
    const reasons = attempts.map(({ reason }) => reason);
    if (reasons.some(({ Code }) => Code !== 'None')) throw cancellation(reasons);

    await store.commit(attempts.flatMap(({ writes }) => writes));
    if (token !== undefined) tokens.spend(token, items);
    return {};
  };
}

/** Also refuses a table that is not there. */
async function refuseRepeatedItems(store: Store, entries: readonly TransactionEntry[]): Promise<void> {
  const seen = new Set<string>();
  for (const { call } of entries) {
    const identity = itemIdentity(call, await store.table(String(call.data['TableName'])));
    if (identity !== undefined && seen.has(identity)) {
      throw refusal(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    }
    if (identity !== undefined) seen.add(identity);
  }
}

async function attempt(store: Store, { call, isWrite, onFailure }: TransactionEntry): Promise<Attempt> {
  let reason: CancellationReason = { Code: 'None' };
  const writes = await store.hold(async () => {
    try {
      await writeItem(store, call, onFailure);
    } catch (error) {
      reason = reasonFor(error);
    }
  });
  return { reason, writes: isWrite ? writes : [] };
}

function reasonFor(error: unknown): CancellationReason {
  if (!(error instanceof DynamoDbError)) throw error;
  const { code, message, body } = error;
  if (code === 'ValidationException') return { Code: 'ValidationError', Message: message };
  if (code !== 'ConditionalCheckFailedException') throw error;
  const item = body['Item'];
  return { Code: 'ConditionalCheckFailed', Message: message, ...(item ? { Item: item } : {}) };
}

function cancellation(reasons: readonly CancellationReason[]): DynamoDbError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return refusal(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

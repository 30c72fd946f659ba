/**
 * TransactWriteItems: all entries or none, also if the process is killed. Every entry is tried against the stored
 * state with its writes held back, so each condition sees the state before the transaction and every entry gets its
 * reason. If all succeed, the writes are stored as one LevelDB batch. Nothing else may run meanwhile.
 */
import { createHash } from 'node:crypto';
import type { LevelWrite } from 'dynalite/db';
import { type JsonObject, readMembers, words } from '../json';
import { DynamoDbError, identifyItem, type PreparedCall, refusal, type Store, writeItem } from './store';

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
export function createTransactions(
  store: Store,
  now: () => number,
): (payload: JsonObject) => Promise<JsonObject> {
  const tokens = new RequestTokens(now);

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

/** Also refuses a table that does not exist. */
async function refuseRepeatedItems(store: Store, entries: readonly TransactionEntry[]): Promise<void> {
  const seen = new Set<string>();
  for (const { call } of entries) {
    const identity = identifyItem(call, await store.table(String(call.data['TableName'])));
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
      reason = toReason(error);
    }
  });
  return { reason, writes: isWrite ? writes : [] };
}

function toReason(error: unknown): CancellationReason {
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

// The form of a request: 1 to 100 entries, each of one known action. A wrong form refuses the whole request.

/** Each action as a call of its own. A ConditionCheck is an update that changes nothing. */
const actions = {
  Put: { operation: 'PutItem', required: [] },
  Update: { operation: 'UpdateItem', required: ['UpdateExpression'] },
  Delete: { operation: 'DeleteItem', required: [] },
  ConditionCheck: { operation: 'UpdateItem', required: ['ConditionExpression'] },
} as const;

/** Other members, such as ReturnValues, are not part of a transaction. */
const actionMembers = words(`
  TableName Key Item UpdateExpression ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
`);

interface TransactionEntry {
  readonly call: PreparedCall;
  /** False for a ConditionCheck. */
  readonly isWrite: boolean;
  readonly onFailure: unknown;
}

function readEntries(store: Store, items: unknown): readonly TransactionEntry[] {
  if (!Array.isArray(items)) throw violation('transactItems', 'Member must not be null');
  if (items.length < 1) {
    throw violation('transactItems', 'Member must have length greater than or equal to 1');
  }
  if (items.length > 100) {
    throw violation('transactItems', 'Member must have length less than or equal to 100');
  }
  return items.map((item, index) => readEntry(store, item, `transactItems.${index + 1}.member`));
}

function readEntry(store: Store, item: unknown, place: string): TransactionEntry {
  const [[kind, value] = [], ...others] = Object.entries(readMembers(item)).filter(
    ([, action]) => action !== null,
  );
  if (others.length > 0 || !isKind(kind)) {
    throw refusal(
      'ValidationException',
      'TransactItems can only contain one of Check, Put, Update or Delete',
    );
  }
  const action = readMembers(value);
  const { operation, required } = actions[kind];
  for (const name of required) {
    if (typeof action[name] !== 'string')
      throw violation(`${place}.${kind}.${name}`, 'Member must not be null');
  }
  const allowed = actionMembers.filter((name) => name !== 'UpdateExpression' || kind === 'Update');
  return {
    call: store.prepare(operation, Object.fromEntries(allowed.map((name) => [name, action[name]]))),
    isWrite: kind !== 'ConditionCheck',
    onFailure: action['ReturnValuesOnConditionCheckFailure'],
  };
}

function isKind(kind: string | undefined): kind is keyof typeof actions {
  return kind !== undefined && Object.hasOwn(actions, kind);
}

function violation(place: string, rule: string): DynamoDbError {
  return refusal(
    'ValidationException',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${rule}`,
  );
}

// Request tokens

function readRequestToken(token: unknown): string | undefined {
  if (token === undefined || token === null) return undefined;
  if (typeof token !== 'string' || token.length < 1 || token.length > 36) {
    throw violation('clientRequestToken', 'Member must have length between 1 and 36');
  }
  return token;
}

const tokenValidityMs = 10 * 60 * 1000;

/**
 * Remembers for ten minutes which transactions succeeded under which ClientRequestToken, so that a repeated request
 * has no second effect. A failed transaction is not remembered: its repetition is a new attempt.
 */
class RequestTokens {
  readonly #spent = new Map<string, { readonly digest: string; readonly atMs: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** True if this very request has succeeded. Throws IdempotentParameterMismatchException if another one has. */
  isSpent(token: string, request: unknown): boolean {
    // The oldest comes first.
    for (const [earlier, { atMs }] of this.#spent) {
      if (this.#now() - atMs < tokenValidityMs) break;
      this.#spent.delete(earlier);
    }
    const spent = this.#spent.get(token);
    if (!spent) return false;
    if (spent.digest === digestRequest(request)) return true;
    throw refusal(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  spend(token: string, request: unknown): void {
    this.#spent.set(token, { digest: digestRequest(request), atMs: this.#now() });
  }
}

/** Of ten minutes of an import, the requests themselves would be some hundred megabytes. */
const digestRequest = (request: unknown): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64');

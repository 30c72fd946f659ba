/** The embedded DynamoDB below its HTTP server: its store and its transactions, one call at a time, at next to no cost. */
import { DynamoDbError, refusal } from '../../local/dynamodb/errors';
import { itemWrites, writeItem } from '../../local/dynamodb/item-writes';
import { createJobQueue } from '../../local/dynamodb/job-queue';
import type { Payload } from '../../local/dynamodb/payload';
import { openStore, type Store } from '../../local/dynamodb/store';
import { transactionsOn } from '../../local/dynamodb/transactions';

export interface Reply {
  readonly status: number;
  readonly body: Payload;
}

export interface Engine {
  execute(operation: string, payload: Payload): Promise<Reply>;
  close(): Promise<void>;
}

/** An engine in memory, without tables. */
export async function openEngine(): Promise<Engine> {
  const store = await openStore(undefined);
  return { execute: executeOn(store), close: () => store.close() };
}

function executeOn(store: Store): Engine['execute'] {
  const queue = createJobQueue();
  const startedAt = performance.now();
  const transactWriteItems = transactionsOn(store, () => performance.now() - startedAt);
  const run = (operation: string, payload: Payload) => {
    if (operation === 'TransactWriteItems') return transactWriteItems(payload);
    const call = store.prepare(operation, payload);
    if (!itemWrites.includes(operation)) return store.run(call);
    return writeItem(store, call, payload['ReturnValuesOnConditionCheckFailure']);
  };
  return async (operation, payload) => {
    try {
      return { status: 200, body: await queue.run(async () => run(operation, payload)) };
    } catch (error) {
      const failure = error instanceof DynamoDbError ? error : refusal('InternalServerError', String(error));
      return { status: failure.status, body: failure.body };
    }
  };
}

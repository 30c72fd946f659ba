/** The embedded DynamoDB below its HTTP server: its store and its transactions, one call at a time, at next to no cost. */
import { createQueue } from '../../local/dynamodb/engine';
import {
  DynamoDbError,
  itemWrites,
  openStore,
  refusal,
  type Store,
  writeItem,
} from '../../local/dynamodb/store';
import { createTransactions } from '../../local/dynamodb/transactions';
import type { JsonObject } from '../../local/json';

interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

export interface Engine {
  execute(operation: string, payload: JsonObject): Promise<Reply>;
  close(): Promise<void>;
}

/** An engine in memory, without tables. */
export async function openEngine(): Promise<Engine> {
  const store = await openStore(undefined);
  return { execute: executeOn(store), close: () => store.close() };
}

function executeOn(store: Store): Engine['execute'] {
  const queue = createQueue();
  const startedAt = performance.now();
  const transactWriteItems = createTransactions(store, () => performance.now() - startedAt);
  const run = (operation: string, payload: JsonObject) => {
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

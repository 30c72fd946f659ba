/**
 * An embedded DynamoDB: dynalite, plus TransactWriteItems and the items of failed conditions, behind HTTP on
 * this machine. Requests are done strictly one at a time, so that everything is serializable. Not for
 * production: signatures are not verified, and there is no expiry by TTL (DynamoDB's own may take days).
 */
import { type DynamoDbCall, type RequestedCall, requestedCalls } from './calls';
import { refusal } from './errors';
import { createFront, type Execute } from './front';
import { itemWrites, writeItem } from './item-writes';
import { openStore, type Store } from './store';
import { transactionsOn } from './transactions';

export type { DynamoDbCall } from './calls';

export interface EngineOptions {
  /** Folder for the data, made if missing; absent: in memory. */
  readonly dataDir?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Absent: 127.0.0.1, so that only this machine gets in. */
  readonly hosts?: readonly string[];
  /** Asked before every call; a text refuses it as DynamoDB's AccessDeniedException with that message. */
  readonly authorise?: (call: DynamoDbCall) => string | undefined;
  /** Epoch milliseconds, for the ten minutes of a ClientRequestToken. Absent: Date.now. */
  readonly now?: () => number;
}

export interface DynamoDbEngine {
  readonly endpoint: string;
  /** Finishes the running call, refuses the waiting ones, and frees port and folder. May be called twice. */
  close(): Promise<void>;
}

/** Rejects with one clear line if the port is taken or the folder cannot be used; nothing stays open then. */
export async function startDynamoDb(options: EngineOptions): Promise<DynamoDbEngine> {
  const store = await openStore(options.dataDir);
  const front = createFront(executeOn(store, options));
  const endpoint = await front.listen(options).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    endpoint,
    close() {
      closing ??= front.close().then(() => store.close());
      return closing;
    },
  };
}

function executeOn(store: Store, { authorise, now = Date.now }: EngineOptions): Execute {
  const transactWriteItems = transactionsOn(store, now);

  return async function execute({ accessKeyId, operation, payload }) {
    for (const call of authorise ? requestedCalls(operation, payload) : []) {
      const message = authorise?.({ ...(await withTableKey(store, call)), accessKeyId });
      if (message !== undefined) throw refusal('AccessDeniedException', message);
    }
    if (operation === 'TransactWriteItems') return transactWriteItems(payload);
    const call = store.prepare(operation, payload);
    if (!itemWrites.includes(operation)) return store.run(call);
    return writeItem(store, call, payload['ReturnValuesOnConditionCheckFailure']);
  };
}

/** AWS wants the table's own key among the attributes of every call for items, named in the request or not. */
async function withTableKey(store: Store, call: RequestedCall): Promise<RequestedCall> {
  if (!call.attributes) return call;
  const table = await store.table(call.table).catch(() => undefined);
  const key = (table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  return { ...call, attributes: [...new Set([...key, ...call.attributes])] };
}

/**
 * An embedded DynamoDB: dynalite, plus TransactWriteItems and the items of failed conditions, behind HTTP on
 * this machine. Requests are done strictly one at a time, so that everything is serializable. Not for
 * production: signatures are not verified, and there is no expiry by TTL (DynamoDB's own may take days).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DynamoDbCall, requestedCalls } from './calls';
import { refusal } from './errors';
import { itemWrites, writeItem } from './item-writes';
import { createJobQueue, type JobQueue } from './job-queue';
import { addressOf, listen } from './listen';
import type { Payload } from './payload';
import { openStore, type Store } from './store';
import { transactionsOn } from './transactions';
import { answerFor, type DynamoDbRequest, readRequest, sendAnswer } from './wire';

export type { DynamoDbCall } from './calls';

export interface EngineOptions {
  /** Folder for the data, made if missing; absent: in memory. */
  readonly dataDir?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Absent: 127.0.0.1, so that only this machine gets in. */
  readonly host?: string;
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

type Execute = (request: DynamoDbRequest) => Promise<Payload>;

/** Rejects with one clear line if the port is taken or the folder cannot be used; nothing stays open then. */
export async function startDynamoDb(options: EngineOptions): Promise<DynamoDbEngine> {
  const store = await openStore(options.dataDir);
  const front = createFront(executeOn(store, options));
  try {
    await listen(front.server, options);
  } catch (error) {
    await store.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    endpoint: addressOf(front.server),
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

/**
 * The connection to DynamoDB. Every call is bounded in time, so that an answer is ready before Lambda or the gateway gives up, and
 * every failure that is not an answer to the question asked becomes StoreUnavailableError.
 */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stopwatch } from '../clock';
import {
  CALL_ATTEMPT_TIMEOUT_MS,
  CALL_ATTEMPTS,
  CONFLICT_PATIENCE_MS,
  CONFLICT_PAUSE_MS,
  WORST_CASE_CALL_SECONDS,
} from '../domain/limits';
import { prime } from './priming';
import { StoreUnavailableError } from './unavailable';

export interface Tables {
  readonly users: string;
  readonly tokens: string;
  readonly rateLimits: string;
  readonly outbox: string;
}

/** Where the store writes to and through what. A function that has no grant for a table leaves its name out. */
export interface Database<Table extends keyof Tables = 'users' | 'tokens'> {
  readonly tables: Pick<Tables, Table>;
  /**
   * Makes a call and waits for its answer, WORST_CASE_CALL_SECONDS at most. A write that meets a transaction is repeated in that time.
   * @throws ConditionalCheckFailedException and TransactionCanceledException as they are: they answer the question.
   * @throws StoreUnavailableError for everything else.
   */
  readonly send: DynamoDBDocumentClient['send'];
  /** When a call was primed. Never rejects. A handler exports it, and then is asked for nothing before. */
  readonly ready: Promise<void>;
  close(): void;
}

/** For a caller that is no function: nobody waits for an answer of its own. */
export interface Connection {
  readonly client: DynamoDBClientConfig;
  /** After which a call is given up. */
  readonly callSeconds: number;
}

export function connect<Table extends keyof Tables>(
  tables: Pick<Tables, Table>,
  { client: config, callSeconds = WORST_CASE_CALL_SECONDS }: Partial<Connection> = {},
): Database<Table> {
  const base = new DynamoDBClient({
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CALL_ATTEMPT_TIMEOUT_MS,
      requestTimeout: CALL_ATTEMPT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  // It looks through all that goes in and out for secrets, and then logs nothing: there is no logger.
  base.middlewareStack.remove('loggerMiddleware');
  const client = DynamoDBDocumentClient.from(base);
  const send = async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
    // The SDK's time-outs end when headers arrive; a body that never comes is ended by the signal.
    const abortSignal = AbortSignal.timeout(callSeconds * 1000);
    return answered(retryOnConflict(() => unlessInTransaction(client.send(command, { abortSignal }))));
  };
  return {
    tables,
    send: send as DynamoDBDocumentClient['send'],
    ready: prime(client),
    close: () => client.destroy(),
  };
}

/**
 * `undefined` if the item of a single write is part of a transaction that is under way: nothing was written. The SDK does not try again
 * after that. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
async function unlessInTransaction<Output>(call: Promise<Output>): Promise<Output | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TransactionConflictException) return undefined;
    throw error;
  }
}

async function answered<Output>(call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw cause;
    if (cause instanceof TransactionCanceledException) throw cause;
    throw new StoreUnavailableError('DynamoDB did not answer the call.', { cause });
  }
}

/** Whether the condition of a conditional write held. */
export async function conditionHeld(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Why a transaction was cancelled; `undefined` if it went through. */
export async function findCancellation(
  call: Promise<unknown>,
): Promise<TransactionCanceledException | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return error;
    throw error;
  }
}

/** Whether a transaction was cancelled because a condition did not hold, and not because of other transactions. */
export const wasRefused = ({ CancellationReasons: reasons = [] }: TransactionCanceledException): boolean =>
  reasons.some(({ Code }) => Code === 'ConditionalCheckFailed') &&
  reasons.every(({ Code }) => Code === 'None' || Code === 'ConditionalCheckFailed');

/**
 * Repeats an attempt until it comes to something else than `undefined`, with growing pauses: a transaction that met others on the
 * same items is decided by what they leave behind. The last attempt begins when CONFLICT_PATIENCE_MS are over.
 * @throws StoreUnavailableError when others kept getting in the way.
 */
export async function retryOnConflict<Outcome>(
  attempt: () => Promise<Outcome | undefined>,
): Promise<Outcome> {
  const elapsed = stopwatch();
  for (let pauseMs = CONFLICT_PAUSE_MS; ; pauseMs *= 2) {
    const outcome = await attempt();
    if (outcome !== undefined) return outcome;
    const leftMs = CONFLICT_PATIENCE_MS - elapsed();
    if (leftMs <= 0) throw new StoreUnavailableError('DynamoDB did not decide in time.');
    // Pauses differ, or the same two would meet again.
    await pause(Math.min(pauseMs * (0.5 + Math.random()), leftMs));
  }
}

/** With the timer that is there already: `node:timers/promises` would be a module more to load. */
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks for these attributes by name: a policy that hides others admits no request that leaves open which it wants. */
export const only = (attributes: readonly string[]) => ({
  ProjectionExpression: attributes.map((_, index) => `#${index}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
});

/**
 * The connection to DynamoDB. Every call is bounded, so that an answer is ready before Lambda or the gateway gives up, and every failure
 * that is not an answer to the question asked becomes StoreUnavailableError.
 */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CALL_ATTEMPT_TIMEOUT_MS, CALL_ATTEMPTS } from '../domain/limits';
import { StoreUnavailableError } from './unavailable';

export interface Tables {
  readonly users: string;
  readonly tokens: string;
}

/** Where the store writes to and through what. A function that has no grant for a table leaves its name out. */
export interface Database<Table extends keyof Tables = keyof Tables> {
  readonly client: DynamoDBDocumentClient;
  readonly tables: Pick<Tables, Table>;
}

export function connect<Table extends keyof Tables>(tables: Pick<Tables, Table>): Database<Table> {
  const client = new DynamoDBClient({
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CALL_ATTEMPT_TIMEOUT_MS,
      requestTimeout: CALL_ATTEMPT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return { client: DynamoDBDocumentClient.from(client), tables };
}

/**
 * Waits for a call.
 * @throws ConditionalCheckFailedException and TransactionCanceledException as they are: they answer the question.
 * @throws StoreUnavailableError for everything else.
 */
export async function answered<Output>(call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw cause;
    if (cause instanceof TransactionCanceledException) throw cause;
    throw new StoreUnavailableError({ cause });
  }
}

/** Waits for a conditional write; `false` if its condition did not hold. */
export async function isWritten(call: Promise<unknown>): Promise<boolean> {
  try {
    await answered(call);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

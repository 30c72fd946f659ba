/**
 * The tables and items, kept by dynalite in LevelDB: in a folder, or in memory. Every call that dynalite knows
 * is checked by `prepare`, which touches nothing, and done by `run`. Callers see to it that calls do not overlap.
 * dynalite is used below its HTTP server, which offers no way to release the folder when listening fails, and
 * throws past everyone's reach when the folder is locked.
 */
import { mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { create, type LevelStore, type Table } from 'dynalite/db';
import { checkTypes, checkValidations, type OperationValidation } from 'dynalite/validations';
import { DynamoDbError, refusal } from './errors';
import { type HeldWrites, holdWritesOf } from './held-writes';
import { isPayload, type Payload, textOf } from './payload';

type Action = (
  store: LevelStore,
  data: Payload,
  done: (error: Error | null, result: Payload) => void,
) => void;

/** A call whose form has been checked. It is good for one `run`: dynalite works in its data. */
export interface PreparedCall {
  readonly operation: string;
  readonly data: Payload;
}

export interface Store extends HeldWrites {
  /** Throws DynamoDbError for what can be seen to be wrong without looking into the tables. */
  prepare(operation: string, payload: Payload): PreparedCall;
  /** Rejects with DynamoDbError for what the tables' contents forbid. */
  run(call: PreparedCall): Promise<Payload>;
  /** Rejects with ResourceNotFoundException if there is none. */
  table(name: string): Promise<Table>;
  close(): Promise<void>;
}

const operations: readonly string[] = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
];

/** Rejects with one clear line if the folder cannot be used; nothing stays open then. */
export async function openStore(dataDir: string | undefined): Promise<Store> {
  const levelStore = await openFolder(dataDir).catch((error: unknown) => {
    throw new Error(openingFailure(dataDir, error), { cause: error });
  });
  return {
    ...holdWritesOf(levelStore.db),
    prepare: (operation, payload) => prepare(levelStore, operation, payload),
    run: (call) => run(levelStore, call),
    table: (name) => findTable(levelStore, name, true),
    close: () => levelStore.db.close(),
  };
}

async function openFolder(dataDir: string | undefined): Promise<LevelStore> {
  const atOnce = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const levelStore = create(dataDir === undefined ? atOnce : { ...atOnce, path: dataDir });
  await levelStore.db.open();
  return levelStore;
}

function openingFailure(dataDir: string | undefined, error: unknown): string {
  const reason: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (isCoded(reason) && reason.code === 'LEVEL_LOCKED') {
    return `The data folder ${dataDir} is in use by another process. DATA_DIR chooses another.`;
  }
  return `The data folder ${dataDir} cannot be opened: ${reason instanceof Error ? reason.message : reason}`;
}

function isCoded(error: unknown): error is { code: unknown } {
  return typeof error === 'object' && error !== null && 'code' in error;
}

function prepare(levelStore: LevelStore, operation: string, payload: Payload): PreparedCall {
  if (!operations.includes(operation)) {
    throw refusal('UnknownOperationException', `The embedded DynamoDB does not know ${operation}.`);
  }
  const { types, custom }: OperationValidation = require(`dynalite/validations/${fileOf(operation)}`);
  try {
    const data = checkTypes(structuredClone(payload), types);
    checkValidations(data, types, custom, levelStore);
    return { operation, data };
  } catch (error) {
    throw translated(error);
  }
}

async function run(levelStore: LevelStore, { operation, data }: PreparedCall): Promise<Payload> {
  const action: Action = require(`dynalite/actions/${fileOf(operation)}`);
  const result = await new Promise<Payload>((resolve, reject) => {
    action(levelStore, data, (error, answer) => (error ? reject(translated(error)) : resolve(answer)));
  });
  if (operation.endsWith('Table')) await settle(levelStore, textOf(data['TableName']) ?? '');
  return result;
}

/** dynalite finishes changes to a table on a timer of its own, outside of any call; this waits for it. */
async function settle(levelStore: LevelStore, name: string): Promise<void> {
  for (;;) {
    const table = await findTable(levelStore, name, false).catch(() => undefined);
    const statuses = [table?.TableStatus, ...(table?.GlobalSecondaryIndexes ?? []).map((x) => x.IndexStatus)];
    if (!table || statuses.every((status) => status === 'ACTIVE')) return;
    await nextTurn();
  }
}

function findTable(levelStore: LevelStore, name: string, isActive: boolean): Promise<Table> {
  return new Promise((resolve, reject) => {
    levelStore.getTable(name, isActive, (error, table) =>
      error ? reject(translated(error)) : resolve(table),
    );
  });
}

function fileOf(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error) || !('body' in error) || !isPayload(error.body)) return error;
  const { __type, message, Message, ...details } = error.body;
  const text = textOf(message) ?? textOf(Message) ?? '';
  return new DynamoDbError({ __type: String(__type), message: text, ...details });
}

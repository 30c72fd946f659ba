/**
 * The tables and items, kept by dynalite in LevelDB: in a folder or in memory. `prepare` checks a call and touches
 * nothing; `run` does it. Calls must not overlap. dynalite's own HTTP server is not used: it does not release the
 * folder when it cannot listen, and throws asynchronously when the folder is locked.
 */
import { mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  create,
  createKey,
  type Level,
  type LevelStore,
  type LevelWrite,
  type Table,
  validateItem,
  validateKey,
} from 'dynalite/db';
import { checkTypes, checkValidations, type OperationValidation } from 'dynalite/validations';
import { isRecord, type JsonObject, readMembers, readText, words } from '../json';

type Action = (
  store: LevelStore,
  data: JsonObject,
  done: (error: Error | null, result: JsonObject) => void,
) => void;

/** A checked call. It is good for one `run`, because dynalite changes its data. */
export interface PreparedCall {
  readonly operation: string;
  readonly data: JsonObject;
}

export interface Store extends HeldWrites {
  /** Throws DynamoDbError for what is wrong whatever the tables hold. */
  prepare(operation: string, payload: JsonObject): PreparedCall;
  /** Rejects with DynamoDbError for what the tables' contents forbid. */
  run(call: PreparedCall): Promise<JsonObject>;
  /** Rejects with ResourceNotFoundException if there is none. */
  table(name: string): Promise<Table>;
  close(): Promise<void>;
}

const operations = words(`
  BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem ListTables PutItem Query Scan
  UpdateItem UpdateTable
`);

/** Rejects with a one-line message if the folder cannot be used; nothing stays open then. */
export async function openStore(dataDir: string | undefined): Promise<Store> {
  const levelStore = await openFolder(dataDir).catch((error: unknown) => {
    throw new Error(describeOpeningFailure(dataDir, error), { cause: error });
  });
  const keptTables = keepTables(levelStore);
  return {
    ...holdWrites(levelStore.db),
    prepare: (operation, payload) => prepare(levelStore, operation, payload),
    run: (call) =>
      run(levelStore, call).finally(() => {
        if (call.operation.endsWith('Table')) keptTables.clear();
      }),
    table: (name) => findTable(levelStore, name, true),
    close: () => levelStore.db.close(),
  };
}

async function openFolder(dataDir: string | undefined): Promise<LevelStore> {
  const atOnce = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const levelStore = create(dataDir === undefined ? atOnce : { ...atOnce, path: dataDir });
  await levelStore.db.open();
  readAtOnce(levelStore.db);
  closeIterators(levelStore.db);
  return levelStore;
}

/** Reads within the call: an item is in memory or one read away, and to ask another thread for it costs more. */
function readAtOnce(level: Level): void {
  level.get = (key, done) => {
    let value: unknown;
    try {
      value = level.getSync(key);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, value);
  };
}

/**
 * Each call reads the descriptions of its tables several times, and only operations on tables change them. Returns the active tables that were
 * read, to be forgotten after such an operation.
 */
function keepTables(levelStore: LevelStore): Map<string, Table> {
  const kept = new Map<string, Table>();
  const read = levelStore.getTable;
  levelStore.getTable = (name, ...rest) => {
    const [isActive, done] = rest.length === 1 ? [true, rest[0]] : rest;
    const table = isActive ? kept.get(name) : undefined;
    if (table !== undefined) {
      done(null, table);
      return;
    }
    read(name, isActive, (error, found) => {
      if (!error && isActive) kept.set(name, found);
      done(error, found);
    });
  };
  return kept;
}

/** dynalite ends a stream by its iterator's `return`, which there is none of. An iterator that is not closed stays in memory. */
function closeIterators(level: Level): void {
  for (const kind of ['keys', 'values'] as const) {
    const open = level[kind].bind(level);
    level[kind] = (range) => {
      const iterator = open(range);
      iterator.return = () => iterator.close();
      return iterator;
    };
  }
}

function describeOpeningFailure(dataDir: string | undefined, error: unknown): string {
  const reason: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (readMembers(reason)['code'] === 'LEVEL_LOCKED') {
    return `The data folder ${dataDir} is in use by another process. --data-dir chooses another.`;
  }
  return `The data folder ${dataDir} cannot be opened: ${reason instanceof Error ? reason.message : reason}`;
}

function prepare(levelStore: LevelStore, operation: string, payload: JsonObject): PreparedCall {
  if (!operations.includes(operation)) {
    throw refusal('UnknownOperationException', `The embedded DynamoDB does not know ${operation}.`);
  }
  const { types, custom }: OperationValidation = require(`dynalite/validations/${fileName(operation)}`);
  try {
    const data = checkTypes(structuredClone(payload), types);
    checkValidations(data, types, custom, levelStore);
    return { operation, data };
  } catch (error) {
    throw toDynamoDbError(error);
  }
}

async function run(levelStore: LevelStore, { operation, data }: PreparedCall): Promise<JsonObject> {
  const action: Action = require(`dynalite/actions/${fileName(operation)}`);
  const result = await new Promise<JsonObject>((resolve, reject) => {
    action(levelStore, data, (error, answer) => (error ? reject(toDynamoDbError(error)) : resolve(answer)));
  });
  if (operation.endsWith('Table')) await waitUntilActive(levelStore, readText(data['TableName']) ?? '');
  return result;
}

/** dynalite finishes a change of a table later, on a timer. */
async function waitUntilActive(levelStore: LevelStore, name: string): Promise<void> {
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
      error ? reject(toDynamoDbError(error)) : resolve(table),
    );
  });
}

function fileName(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}

// Held writes

type Done = Parameters<Level['batch']>[1];

interface HeldWrites {
  /** Runs `work` and returns its writes without storing them; its reads see the stored state. One `work` at a time. */
  hold(work: () => Promise<void>): Promise<readonly LevelWrite[]>;
  /** Stores all writes as one LevelDB batch, or none if the process dies or this rejects. */
  commit(writes: readonly LevelWrite[]): Promise<void>;
}

function holdWrites(level: Level): HeldWrites {
  const store = level.batch.bind(level);
  let held: LevelWrite[] | undefined;

  function submit(writes: readonly LevelWrite[], done: Done): void {
    if (!held) {
      store(writes, done);
      return;
    }
    held.push(...writes);
    setImmediate(done, null);
  }

  level.put = (key, value, done) => submit([{ type: 'put', key, value }], done);
  level.del = (key, done) => submit([{ type: 'del', key }], done);
  level.batch = submit;

  return {
    async hold(work) {
      const writes: LevelWrite[] = [];
      held = writes;
      try {
        await work();
      } finally {
        held = undefined;
      }
      return writes;
    },
    commit: (writes) =>
      new Promise((resolve, reject) => {
        store(writes, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

// Single writes

export const itemWrites: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

/** Runs one write, with what dynalite lacks: ReturnValuesOnConditionCheckFailure (`onFailure`). */
export async function writeItem(
  store: Store,
  call: PreparedCall,
  onFailure: unknown = undefined,
): Promise<JsonObject> {
  try {
    return await store.run(call);
  } catch (error) {
    if (!(error instanceof DynamoDbError) || error.code !== 'ConditionalCheckFailedException') throw error;
    throw refusal(
      'ConditionalCheckFailedException',
      error.message,
      onFailure === 'ALL_OLD' ? await getCurrentItem(store, call) : {},
    );
  }
}

async function getCurrentItem(store: Store, { data }: PreparedCall): Promise<JsonObject> {
  const tableName = readText(data['TableName']) ?? '';
  const { KeySchema } = await store.table(tableName);
  const attributes = readMembers(data['Item'] ?? data['Key']);
  const key = Object.fromEntries(
    KeySchema.map(({ AttributeName }) => [AttributeName, attributes[AttributeName]]),
  );
  return store.run(store.prepare('GetItem', { TableName: tableName, Key: key, ConsistentRead: true }));
}

/** Identifies the item of a call, however its key is written. Undefined if the key does not fit the table. */
export function identifyItem(call: PreparedCall, table: Table): string | undefined {
  const item = call.data['Item'];
  const attributes = readMembers(item ?? call.data['Key']);
  if (item ? validateItem(attributes, table) : validateKey(attributes, table)) return undefined;
  return `${call.data['TableName']}/${createKey(attributes, table)}`;
}

// Errors

const service = 'com.amazon.coral.service';
const database = 'com.amazonaws.dynamodb.v20120810';

const namespaces = {
  AccessDeniedException: service,
  IncompleteSignatureException: service,
  MissingAuthenticationTokenException: service,
  RequestEntityTooLargeException: service,
  SerializationException: service,
  ServiceUnavailableException: service,
  UnknownOperationException: service,
  ValidationException: 'com.amazon.coral.validate',
  ConditionalCheckFailedException: database,
  IdempotentParameterMismatchException: database,
  InternalServerError: database,
  TransactionCanceledException: database,
} as const;

const statuses: Readonly<Record<string, number>> = {
  RequestEntityTooLargeException: 413,
  InternalServerError: 500,
  ServiceUnavailableException: 503,
};

interface ErrorBody extends JsonObject {
  readonly __type: string;
  readonly message?: string;
}

/** A request that is refused, in the form that AWS SDKs turn into a typed exception. Other errors are faults. */
export class DynamoDbError extends Error {
  override readonly name = 'DynamoDbError';
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.body = body;
  }

  /** The exception's name without its namespace: `ValidationException`. */
  get code(): string {
    return this.body.__type.slice(this.body.__type.indexOf('#') + 1);
  }

  get status(): number {
    return statuses[this.code] ?? 400;
  }
}

/** `details` are further members of the body, such as `Item` or `CancellationReasons`. */
export function refusal(
  code: keyof typeof namespaces,
  message: string,
  details: JsonObject = {},
): DynamoDbError {
  return new DynamoDbError({ __type: `${namespaces[code]}#${code}`, message, ...details });
}

function toDynamoDbError(error: unknown): unknown {
  if (!(error instanceof Error) || !('body' in error) || !isRecord(error.body)) return error;
  const { __type, message, Message, ...details } = error.body;
  const text = readText(message) ?? readText(Message) ?? '';
  return new DynamoDbError({ __type: String(__type), message: text, ...details });
}

/** Tells of items that a call inserts, in the order of the calls. Nothing else may run meanwhile. */
import { type JsonObject, readElements, readMembers, readText } from '../json';
import { itemWrites, type Store } from './store';

/** A new item in DynamoDB's JSON. */
export interface InsertedItem {
  readonly keys: JsonObject;
  readonly item: JsonObject;
}

/** Who is told of inserted items, by the table's name. It must not throw. */
export type InsertListeners = ReadonlyMap<string, readonly ((inserted: InsertedItem) => void)[]>;

interface Write {
  readonly table: string;
  /** At least the key. */
  readonly attributes: JsonObject;
}

/** Runs a call, and tells of the items that exist after it and did not before. A failed call inserts none. */
export async function tellInserts(
  { store, listeners }: { readonly store: Store; readonly listeners: InsertListeners },
  request: { readonly operation: string; readonly payload: JsonObject },
  run: () => Promise<JsonObject>,
): Promise<JsonObject> {
  const absent: { readonly table: string; readonly keys: JsonObject }[] = [];
  for (const { table, attributes } of listWrites(request).filter((write) => listeners.has(write.table))) {
    const keys = await readKeys(store, table, attributes);
    if (keys !== undefined && (await getItem(store, table, keys)) === undefined) absent.push({ table, keys });
  }
  const result = await run();
  for (const { table, keys } of absent) {
    const item = await getItem(store, table, keys);
    if (item !== undefined) for (const tell of listeners.get(table) ?? []) tell({ keys, item });
  }
  return result;
}

function listWrites({ operation, payload }: { operation: string; payload: JsonObject }): Write[] {
  if (operation === 'TransactWriteItems') return readElements(payload['TransactItems']).flatMap(toWrites);
  if (operation === 'BatchWriteItem') {
    return Object.entries(readMembers(payload['RequestItems'])).flatMap(([TableName, entries]) =>
      readElements(entries)
        .flatMap((entry) => Object.values(readMembers(entry)))
        .map((write) => toWrite({ ...readMembers(write), TableName })),
    );
  }
  return itemWrites.includes(operation) ? [toWrite(payload)] : [];
}

const toWrites = (entry: unknown): Write[] => Object.values(readMembers(entry)).map(toWrite);

function toWrite(write: unknown): Write {
  const { TableName, Item, Key } = readMembers(write);
  return { table: readText(TableName) ?? '', attributes: readMembers(Item ?? Key) };
}

/** Undefined for a malformed call, which the store refuses. */
async function readKeys(
  store: Store,
  table: string,
  attributes: JsonObject,
): Promise<JsonObject | undefined> {
  const { KeySchema } = await store.table(table);
  const names = KeySchema.map(({ AttributeName }) => AttributeName);
  const keys = Object.fromEntries(names.map((name) => [name, attributes[name]]));
  return names.every((name) => Object.hasOwn(attributes, name)) ? keys : undefined;
}

/** Undefined also for a malformed key. */
async function getItem(store: Store, table: string, keys: JsonObject): Promise<JsonObject | undefined> {
  const input = { TableName: table, Key: keys, ConsistentRead: true };
  const { Item } = await Promise.resolve()
    .then(() => store.run(store.prepare('GetItem', input)))
    .catch((): JsonObject => ({}));
  return Item === undefined ? undefined : readMembers(Item);
}

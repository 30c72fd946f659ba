/** The parts of dynalite 4.0.0 that the embedded DynamoDB is built on. The package brings no types. */

declare module 'dynalite/db' {
  type Attributes = Record<string, unknown>;
  type Done = (error: Error | null, result?: unknown) => void;

  export type LevelWrite =
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'del'; readonly key: string };

  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    get(key: string, done: Done): void;
    /** Undefined if there is none. */
    getSync(key: string): unknown;
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    batch(writes: readonly LevelWrite[], done: Done): void;
    keys(range: unknown): LevelIterator;
    values(range: unknown): LevelIterator;
  }

  export interface LevelIterator {
    /** Undefined at the end; rejects once it is closed. */
    next(): Promise<unknown>;
    close(): Promise<void>;
    /** dynalite calls it at the end of its streams, if there is one. */
    return?(): Promise<void>;
  }

  export interface Table {
    readonly TableStatus: string;
    readonly KeySchema: readonly { readonly AttributeName: string }[];
    readonly GlobalSecondaryIndexes?: readonly { readonly IndexStatus: string }[];
  }

  type TableDone = (error: Error | null, table: Table) => void;

  export interface LevelStore {
    readonly db: Level;
    /** dynalite itself leaves out `isActive`, which is true then. */
    getTable(name: string, ...rest: [isActive: boolean, done: TableDone] | [done: TableDone]): void;
  }

  export function create(options: {
    path?: string;
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): LevelStore;
  export function createKey(attributes: Attributes, table: Table): string;
  export function validateItem(item: Attributes, table: Table): Error | null | undefined;
  export function validateKey(key: Attributes, table: Table): Error | null | undefined;
}

declare module 'dynalite/validations' {
  import type { LevelStore } from 'dynalite/db';

  type Data = Record<string, unknown>;
  type CustomCheck = (data: Data, store: LevelStore) => string | undefined;

  export interface OperationValidation {
    readonly types: Data;
    readonly custom?: CustomCheck;
  }

  export function checkTypes(data: Data, types: Data): Data;
  export function checkValidations(...check: [Data, Data, CustomCheck | undefined, LevelStore]): void;
}

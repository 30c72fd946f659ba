/**
 * What each function here says of itself, in its own folder: CDK, the bundles, the tests and the documents read the same definition.
 * Types alone, so that nothing here is in a bundle.
 */
import type { Setting } from './environment';
import type { FieldKind } from './http/fields';
import type { Tables } from './store/database';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Where an endpoint is and who may call it. */
export interface Route {
  /** `GET` also serves `HEAD`. */
  readonly methods: readonly [Method, ...Method[]];
  /** Without the trailing slash, which is optional on the wire; `{name}` stands for one segment. */
  readonly path: `/${string}`;
  /** `authenticated` routes are behind the authorizer. */
  readonly access: 'public' | 'authenticated';
  /** Only these roles; absent: any. Others get 403. */
  readonly roles?: readonly string[];
  /** Also takes the token that the last refresh replaced, while a retry of that refresh may be under way. */
  readonly acceptsSuperseded?: boolean;
  /** How many passwords it hashes; API Gateway lets fewer of these requests through. Absent: none. */
  readonly passwordHashes?: 1 | 2;
  readonly summary: string;
}

export type TableName = keyof Tables;
type ReadAction = 'BatchGetItem' | 'GetItem' | 'Query';
type WriteAction = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A grant to read a table. Those of a transaction are those of its items. */
interface ReadGrant {
  readonly read: readonly ReadAction[];
  /** Only requests that name the attributes they want, and none but these and the key; absent: all. */
  readonly attributes?: readonly string[];
  /** Only items with these partition keys, in which `*` is any text; absent: all. */
  readonly partitionKeys?: readonly string[];
}

/** A grant to write a table. */
interface WriteGrant {
  readonly write: readonly WriteAction[];
  /** Every attribute that the requests put, change or look at in a condition; `*` is any text. The key is added. */
  readonly attributes: readonly string[];
  /** Only items with these partition keys, in which `*` is any text; absent: all. */
  readonly partitionKeys?: readonly string[];
  /** What the requests have returned; absent: nothing. `ALL_NEW` shows what the list of attributes is to hide. */
  readonly returnValues?: readonly ('NONE' | 'ALL_OLD' | 'UPDATED_NEW' | 'ALL_NEW')[];
}

export type Grant = ReadGrant | WriteGrant;

/** The longest that a function waits for DynamoDB. */
interface SlowestRun {
  /** Calls one after the other, at most. Of a decision, those of one attempt. */
  readonly calls: number;
  /** How often it may go on for some time before its last attempt: it retries on a conflict, or reads or deletes a pile of sessions. */
  readonly decisions: number;
}

type Operation = ReadAction | WriteAction | 'TransactWriteItems';

/** A call to DynamoDB: operation, table, and the number of items where it is not one. */
export type Call =
  | `${Operation} ${TableName}`
  | `${'BatchGetItem' | 'TransactWriteItems'} ${TableName} ${number}`;

/** Calls in the order in which they are made; those of one step at once. */
export type Steps = readonly (readonly Call[])[];

export interface FunctionDefinition {
  /** The variables that it reads, besides the names of its tables. */
  readonly settings: readonly Setting[];
  readonly tables: { readonly [Table in TableName]?: readonly Grant[] };
  readonly slowest: SlowestRun;
  /** The calls of a request that succeeds in the ordinary way. */
  readonly steps: Steps;
  /** MB. CPU grows with it: a full core at 1769. */
  readonly memory: number;
  /** Seconds for what is not waiting for DynamoDB. */
  readonly cpuSeconds: number;
}

export interface EndpointDefinition extends FunctionDefinition {
  /** The fields of its body; absent: the body is not read. */
  readonly body?: Readonly<Record<string, FieldKind>>;
  /** The same in another form: a body that proves something by a code, and not by a link. See `http/prove.ts`. */
  readonly codeBody?: Readonly<Record<string, FieldKind>>;
  /** Ordinary ways besides `steps`, by the query that asks for them. */
  readonly variants?: Readonly<Record<`?${string}`, Steps>>;
  /** Calls that such a request causes at the next one. */
  readonly later?: readonly Call[];
  /** Security events that a request that succeeds writes; one log line each. */
  readonly events: number;
}

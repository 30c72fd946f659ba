/**
 * What of a template runs on a database that is there: its functions, the streams that invoke them, and where their
 * messages go. What is started is stopped in reverse order, also when a later start fails.
 */
import { availableParallelism, devNull } from 'node:os';
import { startChannels } from './delivery/channels';
import { Outbox } from './delivery/outbox';
import { TableScanner } from './delivery/scan';
import { type Schedule, StreamSource, scheduleLater } from './delivery/source';
import type { InsertedItem } from './dynamodb/inserts';
import { FunctionPool, type FunctionPoolOptions, WorkerLimit } from './functions/pool';
import type { FunctionDatabase, FunctionOutput } from './functions/worker';
import type { Invoke } from './gateway/request';
import { createRoleAccess } from './iam/role-access';
import type { Deployment, FunctionDefinition } from './template/deployment';
import { administratorKey, connectAsAdministrator } from './template/tables';

export interface BackendOptions {
  /** Every bundle has been loaded by an earlier run. By default each is loaded at start, so that one that cannot be is an error there. */
  readonly areFunctionsTried?: boolean;
  /** Where the functions' output goes; by default to that of the process. */
  readonly output?: FunctionOutput;
  /** How long a function's idle worker lives; by default a minute. */
  readonly idleMilliseconds?: number;
  /** Pauses before failed deliveries are tried again, and between looks at another database; by default real ones. */
  readonly schedule?: Schedule;
}

/** How to stop what was started. */
export type Started = (() => Promise<void>)[];

export async function stop(started: Started): Promise<void> {
  const failures: unknown[] = [];
  for (const close of started.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

type Listeners = ReadonlyMap<string, ((inserted: InsertedItem) => void)[]>;

/** For the embedded database: the tables of which it tells the inserts. `startBackend` adds who is told. */
export const createInsertListeners = ({ eventSources }: Pick<Deployment, 'eventSources'>): Listeners =>
  new Map(eventSources.map(({ table }) => [table.name, []]));

export interface BackendParts {
  readonly deployment: Pick<Deployment, 'functions' | 'eventSources'>;
  readonly database: {
    readonly endpoint: string;
    /** Absent: functions call the endpoint over HTTP. */
    readonly answer?: FunctionDatabase['answer'];
    /** Absent: another database than the embedded one. It is asked once a second, and does not enforce grants. */
    readonly listeners?: Listeners;
  };
}

export interface Backend {
  readonly invoke: Invoke;
  readonly outbox: Outbox;
  /** Serves the outbox too. */
  readonly channelsUrl: string;
}

/** The tables exist. Also delivers what they hold from earlier runs. */
export async function startBackend(
  { deployment, database }: BackendParts,
  { schedule = scheduleLater, ...options }: BackendOptions & Pick<FunctionPoolOptions, 'clockOffset'>,
  started: Started,
): Promise<Backend> {
  const { endpoint, answer } = database;
  const { areFunctionsTried = false, output = process, idleMilliseconds, clockOffset } = options;
  const outbox = new Outbox(output.stdout);
  const refuse = createRoleAccess(deployment.functions, administratorKey);
  const channels = await startChannels({ outbox, refuse });
  started.push(() => channels.close());
  const settings = {
    environment: buildEnvironment(channels.url, database),
    output,
    ...(clockOffset && { clockOffset }),
    ...(answer && { database: { endpoint, answer } }),
    ...(idleMilliseconds !== undefined && { idleMilliseconds }),
  };
  const pools = createPools(deployment.functions, settings, started);
  if (!areFunctionsTried) await tryAll(pools);
  const invoke: Invoke = async (functionId, event) => {
    const pool = pools.get(functionId);
    if (pool === undefined) throw new Error(`There is no function ${functionId}`);
    return pool.invoke(event);
  };
  for (const definition of deployment.eventSources) {
    const source = new StreamSource({ definition, invoke, stderr: output.stderr, schedule });
    started.push(() => source.close());
    const onInsert = (inserted: InsertedItem) => source.insert(inserted);
    const client = connectAsAdministrator(endpoint);
    const scanner = new TableScanner({
      client,
      table: definition.table,
      onInsert,
      stderr: output.stderr,
      schedule,
    });
    started.push(() => scanner.close());
    database.listeners?.get(definition.table.name)?.push(onInsert);
    await scanner.scan();
    if (database.listeners === undefined) scanner.poll();
  }
  return { invoke, outbox, channelsUrl: channels.url };
}

function createPools(
  functions: readonly FunctionDefinition[],
  settings: Omit<FunctionPoolOptions, 'definition' | 'limit'>,
  started: Started,
): Map<string, FunctionPool> {
  const pools = new Map<string, FunctionPool>();
  const limit = new WorkerLimit();
  for (const definition of functions) {
    const pool = new FunctionPool({ ...settings, definition, limit });
    started.push(() => pool.close());
    pools.set(definition.logicalId, pool);
  }
  return pools;
}

/** Loads every bundle once. No worker stays. Rejects with a line for each that cannot be loaded. */
async function tryAll(pools: ReadonlyMap<string, FunctionPool>): Promise<void> {
  const messages = new Map<string, string>();
  const waiting = pools.entries();
  const tryNext = async (): Promise<void> => {
    for (const [id, pool] of waiting)
      await pool.check().catch(({ message }: Error) => messages.set(id, message));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, tryNext));
  const ordered = [...pools.keys()].flatMap((id) => messages.get(id) ?? []);
  if (ordered.length > 0) throw new Error(ordered.join('\n'));
}

/** The functions reach the database and the channels, and see none of the developer's own AWS settings. */
function buildEnvironment(
  channelsUrl: string,
  { endpoint, listeners }: BackendParts['database'],
): Record<string, string> {
  return {
    AWS_CONFIG_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: channelsUrl,
    AWS_ENDPOINT_URL_SESV2: channelsUrl,
    // Silences the SDK's Node version warning.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    // DynamoDB Local keeps separate tables for each access key.
    ...(listeners !== undefined ? {} : { AWS_ACCESS_KEY_ID: administratorKey }),
  };
}

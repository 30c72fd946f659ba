/**
 * Runs a synthesised template on one machine: its tables in an embedded DynamoDB, its functions in worker threads, its
 * APIs over HTTP on 127.0.0.1. What is started is stopped in reverse order, also when a later start fails.
 */
import { devNull } from 'node:os';
import { answerClockRequest, LocalClock } from './clock';
import { createDatabaseAccess } from './dynamodb/access';
import { startDynamoDb } from './dynamodb/engine';
import { FunctionPool, type FunctionPoolOptions } from './functions/pool';
import type { FunctionOutput } from './functions/worker';
import type { GatewayRequest, Invoke } from './gateway/request';
import { startGateway } from './gateway/server';
import type { ApiDefinition, Deployment, FunctionDefinition } from './template/deployment';
import { loadDeployment } from './template/load-deployment';
import { administratorKey, createTables } from './template/tables';

export interface RunOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assembly: string;
  /** Of the first API in the template; 0 for any free port, as further APIs get. */
  readonly port: number;
  /** A DynamoDB to use instead of the embedded one. It does not enforce the functions' grants. */
  readonly dynamoDbEndpoint?: string;
  /** Stands before the tables' names, so that several runs can share a DynamoDB; by default a table's name is its logical id. */
  readonly tablePrefix?: string;
  /** Where the embedded DynamoDB keeps its data; by default in memory. */
  readonly dataDir?: string;
  /** Where the functions' output goes; by default to that of the process. */
  readonly output?: FunctionOutput;
  /** How long a function's idle worker lives; by default a minute. */
  readonly idleMilliseconds?: number;
}

interface RunningRoute {
  readonly method: string;
  readonly path: string;
  /** The logical id of the function. Absent where the gateway answers by itself. */
  readonly function?: string;
}

export interface RunningApi {
  /** Of the first API in the template, without a slash at the end. */
  readonly url: string;
  readonly routes: readonly RunningRoute[];
  /** The URL of every API by logical id. */
  readonly urls: Readonly<Record<string, string>>;
  readonly dynamoDbEndpoint: string;
  /** The tables' names by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  /** May be called twice. */
  close(): Promise<void>;
}

/** How to stop what was started. */
type Started = (() => Promise<void>)[];

/** Rejects with a message for the developer, and leaves nothing running then. */
export async function runTemplate(options: RunOptions): Promise<RunningApi> {
  const deployment = loadDeployment(options.assembly, options.tablePrefix);
  const started: Started = [];
  try {
    return await start(deployment, options, started);
  } catch (error) {
    await stop(started).catch(() => undefined); // The first error is the one to report.
    throw error;
  }
}

async function start(deployment: Deployment, options: RunOptions, started: Started): Promise<RunningApi> {
  const { apis, functions, tables } = deployment;
  const { output, idleMilliseconds } = options;
  const dynamoDbEndpoint = options.dynamoDbEndpoint ?? (await startDatabase(deployment, options, started));
  await createTables(dynamoDbEndpoint, tables);
  const environment = buildEnvironment(dynamoDbEndpoint, options.dynamoDbEndpoint === undefined);
  const clock = new LocalClock();
  const settings = {
    environment,
    clockOffset: clock.offset,
    ...(output && { output }),
    ...(idleMilliseconds !== undefined && { idleMilliseconds }),
  };
  const invoke = await prepareFunctions(functions, settings, started);
  const answerLocally = (request: GatewayRequest, body: Buffer) => answerClockRequest(clock, request, body);
  const urls: Record<string, string> = {};
  for (const api of apis) {
    const port = api === apis[0] ? options.port : 0;
    const gateway = await startGateway({ api, invoke, port, answerLocally });
    started.push(() => gateway.close());
    urls[api.logicalId] = gateway.url;
  }
  let closing: Promise<void> | undefined;
  return {
    url: urls[apis[0].logicalId] ?? '',
    routes: listRoutes(apis[0]),
    urls,
    dynamoDbEndpoint,
    tables: Object.fromEntries(tables.map(({ logicalId, name }) => [logicalId, name])),
    close() {
      closing ??= stop(started);
      return closing;
    },
  };
}

async function startDatabase(
  deployment: Deployment,
  { dataDir }: RunOptions,
  started: Started,
): Promise<string> {
  const authorise = createDatabaseAccess(deployment, administratorKey);
  const engine = await startDynamoDb({ authorise, ...(dataDir === undefined ? {} : { dataDir }) });
  started.push(() => engine.close());
  return engine.endpoint;
}

/** Loads every bundle once, so that one that cannot be loaded is an error at start. No worker stays. */
async function prepareFunctions(
  functions: readonly FunctionDefinition[],
  settings: Omit<FunctionPoolOptions, 'definition'>,
  started: Started,
): Promise<Invoke> {
  const pools = new Map<string, FunctionPool>();
  const messages: string[] = [];
  for (const definition of functions) {
    const pool = new FunctionPool({ ...settings, definition });
    started.push(() => pool.close());
    pools.set(definition.logicalId, pool);
    await pool.check().catch(({ message }: Error) => messages.push(message));
  }
  if (messages.length > 0) throw new Error(messages.join('\n'));

  return async (functionId, event) => {
    const pool = pools.get(functionId);
    if (pool === undefined) throw new Error(`There is no function ${functionId}`);
    return pool.invoke(event);
  };
}

/** The functions reach the database, and see none of the developer's own AWS settings. */
function buildEnvironment(endpoint: string, isEmbedded: boolean): Record<string, string> {
  return {
    AWS_CONFIG_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    // Silences the SDK's Node version warning.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    // DynamoDB Local keeps separate tables for each access key.
    ...(isEmbedded ? {} : { AWS_ACCESS_KEY_ID: administratorKey }),
  };
}

function listRoutes(api: ApiDefinition): RunningRoute[] {
  return api.resources.flatMap(({ path, methods }) =>
    [...methods].map(([method, { integration }]) => {
      if (integration.type === 'MOCK') return { method, path };
      return { method, path, function: integration.functionId };
    }),
  );
}

async function stop(started: Started): Promise<void> {
  const failures: unknown[] = [];
  for (const close of started.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

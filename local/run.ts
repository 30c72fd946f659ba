/**
 * Runs a synthesised template on one machine: its tables in an embedded DynamoDB, its functions in worker threads, its
 * APIs over HTTP on 127.0.0.1.
 */
import {
  type BackendOptions,
  type BackendParts,
  createInsertListeners,
  type Started,
  startBackend,
  stop,
} from './backend';
import { answerClockRequest, LocalClock } from './clock';
import { scheduleLater } from './delivery/source';
import { answerDocsRequest } from './docs-page/docs-page';
import { createDatabaseAccess } from './dynamodb/access';
import { startDynamoDb } from './dynamodb/engine';
import { startExpiry } from './dynamodb/expiry';
import type { GatewayRequest } from './gateway/request';
import { startGateway } from './gateway/server';
import type { ApiDefinition, Deployment } from './template/deployment';
import { loadDeployment } from './template/load-deployment';
import { administratorKey, connectAsAdministrator, createTables } from './template/tables';

export interface RunOptions extends BackendOptions {
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
  /** The OpenAPI file, in JSON, that `/_local/docs/` shows; absent: there is no such page. */
  readonly apiDescription?: string;
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
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** May be called twice. */
  close(): Promise<void>;
}

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
  const { apis, tables } = deployment;
  const { apiDescription } = options;
  const database = await findDatabase(deployment, options, started);
  await createTables(database.endpoint, tables);
  if (options.dynamoDbEndpoint === undefined) {
    const client = connectAsAdministrator(database.endpoint);
    const { stderr } = options.output ?? process;
    started.push(startExpiry({ client, tables, stderr, schedule: scheduleLater }));
  }
  const clock = new LocalClock();
  const { invoke, outbox } = await startBackend(
    { deployment, database },
    { ...options, clockOffset: clock.offset },
    started,
  );
  const answerLocally = (request: GatewayRequest, body: Buffer) =>
    answerClockRequest(clock, request, body) ??
    outbox.answer(request) ??
    (apiDescription === undefined ? undefined : answerDocsRequest(apiDescription, request));
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
    dynamoDbEndpoint: database.endpoint,
    tables: Object.fromEntries(tables.map(({ logicalId, name }) => [logicalId, name])),
    outputs: deployment.outputs,
    close() {
      closing ??= stop(started);
      return closing;
    },
  };
}

/** The one that the options name, or the embedded one. */
async function findDatabase(
  deployment: Deployment,
  { dynamoDbEndpoint, dataDir }: RunOptions,
  started: Started,
): Promise<BackendParts['database']> {
  if (dynamoDbEndpoint !== undefined) return { endpoint: dynamoDbEndpoint };
  const authorise = createDatabaseAccess(deployment, administratorKey);
  const listeners = createInsertListeners(deployment);
  const engine = await startDynamoDb({
    authorise,
    listeners,
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  started.push(() => engine.close());
  return { endpoint: engine.endpoint, answer: engine.answer, listeners };
}

function listRoutes(api: ApiDefinition): RunningRoute[] {
  return api.resources.flatMap(({ path, methods }) =>
    [...methods].map(([method, { integration }]) => {
      if (integration.type === 'MOCK') return { method, path };
      return { method, path, function: integration.functionId };
    }),
  );
}

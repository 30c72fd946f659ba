/**
 * The synthesised template with its functions in this process, behind the local gateway and over a database that can fail. Every call to
 * the database is known by the request that makes it, so that requests at the same time can each meet a fault of their own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { devNull } from 'node:os';
import { type FunctionName, functions } from '../../functions/functions';
import { constructId } from '../../lib/auth-function';
import type { InvocationResult } from '../../local/functions/worker';
import { createGateway, type Gateway } from '../../local/gateway/gateway';
import { loadDeployment } from '../../local/template/load-deployment';
import { createTables } from '../../local/template/tables';
import { useLocalCredentials } from './database';
import { type Engine, openEngine } from './engine';
import type { FaultName } from './faults';
import { type Call, startFaultyDatabase } from './faulty-database';
import { itemsOf, type StoredItems } from './stored-items';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Bytes are sent as they are, an object as JSON. */
  readonly body?: Buffer | object | undefined;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; `undefined` if there is none. */
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a call to the database comes from. `Lane` is what a suite knows of a request on its way. */
export interface Origin<Lane> {
  readonly lane: Lane;
  readonly functionName: FunctionName | undefined;
}

type Handler = (event: object) => Promise<object>;
export type Send<Lane> = (request: Request, lane: Lane, sourceIp?: string) => Promise<Reply>;

export interface Backend<Lane> {
  readonly engine: Engine;
  readonly stored: StoredItems;
  /** Loads every function. A handler reads its variables while it is loaded. */
  deploy(load: (name: FunctionName) => Promise<Handler>): Promise<Send<Lane>>;
  /** The lane on whose behalf this code runs. */
  currentLane(): Lane | undefined;
  /** From now on no call is known to come from the lane. */
  forget(lane: Lane): void;
  close(): Promise<void>;
}

export interface BackendOptions<Lane> {
  readonly assembly: string;
  /** Variables of all functions, instead of those in the template. */
  readonly variables: Readonly<Record<string, string>>;
  /** Decides what an attempt at a call meets. A call of the test itself has no origin. */
  readonly decide: (call: Call, origin: Origin<Lane> | undefined) => FaultName | Promise<FaultName>;
  /** Hears of every attempt once the database has executed it. */
  readonly executed?: (origin: Origin<Lane> | undefined) => void;
}

/** The SDK gives each call an id, the same in every attempt at it. */
export const CALL_ID = 'amz-sdk-invocation-id';
export const CLIENT_REQUEST = 'http.client.request.start';

export async function startBackend<Lane>(options: BackendOptions<Lane>): Promise<Backend<Lane>> {
  const {
    apis: [api],
    functions: deployed,
    tables,
  } = loadDeployment(options.assembly);
  const current = new AsyncLocalStorage<Origin<Lane>>();
  const origins = new Map<string, Origin<Lane>>();
  const originOf = ({ headers }: Call) => origins.get(String(headers[CALL_ID]));
  const noteOrigin = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const origin = current.getStore();
    if (origin) origins.set(String(request.getHeader(CALL_ID)), origin);
  };
  const engine = await openEngine();
  const database = await startFaultyDatabase((call) =>
    engine.execute(call.operation, call.payload).finally(() => options.executed?.(originOf(call))),
  );
  await createTables(database.endpoint, tables);
  database.decide((call) => options.decide(call, originOf(call)));
  const stored = itemsOf({
    dynamoDbEndpoint: database.endpoint,
    tables: Object.fromEntries(tables.map(({ logicalId }) => [logicalId, logicalId])),
  });
  const environmentBefore = { ...process.env };
  useEnvironment(database.endpoint);
  subscribe(CLIENT_REQUEST, noteOrigin);
  return {
    engine,
    stored,
    currentLane: () => current.getStore()?.lane,
    forget: (lane) => {
      for (const [id, origin] of origins) if (origin.lane === lane) origins.delete(id);
    },
    deploy: async (load) => {
      const loaded = new Map<string, { readonly functionName: FunctionName; readonly handler: Handler }>();
      for (const { logicalId, environment } of deployed) {
        const functionName = functionNameOf(logicalId);
        Object.assign(process.env, environment, options.variables);
        loaded.set(logicalId, { functionName, handler: await load(functionName) });
      }
      const gateway = createGateway(api, (logicalId, event) => {
        const { functionName, handler } = loaded.get(logicalId)!;
        const { lane } = current.getStore()!;
        return current.run({ lane, functionName }, () => invoke(handler, event));
      });
      return (request, lane, sourceIp = '203.0.113.7') =>
        current.run({ lane, functionName: undefined }, () => sendThrough(gateway, request, sourceIp));
    },
    close: async () => {
      unsubscribe(CLIENT_REQUEST, noteOrigin);
      process.env = environmentBefore;
      stored.close();
      await database.close();
      await engine.close();
    },
  };
}

function useEnvironment(endpoint: string): void {
  useLocalCredentials();
  Object.assign(process.env, {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

/** `LogoutAllFunction12345678` is `logout-all`. */
const functionNameOf = (logicalId: string): FunctionName =>
  functionNames.find((name) => logicalId.startsWith(constructId(name)))!;

const functionNames = Object.keys(functions) as FunctionName[];

async function invoke(handler: Handler, event: object): Promise<InvocationResult> {
  try {
    const result = await handler(JSON.parse(JSON.stringify(event)));
    return { ok: true, payload: JSON.stringify(result) };
  } catch (error) {
    return { ok: false, failure: { errorType: 'Error', errorMessage: String(error), trace: [] } };
  }
}

async function sendThrough(
  gateway: Gateway,
  { method, path, token, headers = [], body }: Request,
  sourceIp: string,
): Promise<Reply> {
  const [pathname = '', query] = path.split('?');
  const isObject = body !== undefined && !Buffer.isBuffer(body);
  const request = {
    id: randomUUID(),
    receivedAt: Date.now(),
    method,
    path: pathname,
    query: [...new URLSearchParams(query)],
    headers: [
      ['Host', '127.0.0.1'] as const,
      ...(token ? [['Authorization', `Token ${token}`] as const] : []),
      ...(isObject ? [['Content-Type', 'application/json'] as const] : []),
      ...headers,
    ],
    sourceIp,
    serverPort: 443,
    protocol: 'HTTP/1.1',
  };
  const content = isObject ? Buffer.from(JSON.stringify(body)) : (body ?? Buffer.alloc(0));
  const answer = await gateway(request, content);
  const text = answer.body.toString();
  const answered = Object.fromEntries(answer.headers);
  return { status: answer.status, headers: answered, text, body: text === '' ? undefined : JSON.parse(text) };
}

/**
 * The synthesised template with its functions in this process, behind the gateway's own answers and over a database that can fail
 * for one request and not for another.
 */
import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import * as clientDynamoDb from '@aws-sdk/client-dynamodb';
import * as libDynamoDb from '@aws-sdk/lib-dynamodb';
import * as bcryptjs from 'bcryptjs';
import * as valibot from 'valibot';
import type { InvocationResult } from '../../local/functions/worker';
import { createGateway } from '../../local/gateway/gateway';
import type { FunctionDefinition } from '../../local/template/deployment';
import { loadDeployment } from '../../local/template/load-deployment';
import { createTables } from '../../local/template/tables';
import { useLocalCredentials } from '../support/database';
import { openEngine } from '../support/engine';
import { startFaultyDatabase } from '../support/faulty-database';
import { itemsOf, type StoredItems } from '../support/stored-items';
import { faultOf, inLane, type Lane, watchLanes } from './lanes';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: object | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a request from an address, on a lane. */
export type Send = (request: Request, address: string, lane: Lane) => Promise<Reply>;

export interface Backend {
  readonly stored: StoredItems;
  /** Functions that have met no fault yet: after too many, the SDK repeats no call any more. */
  deploy(): Promise<Send>;
  close(): Promise<void>;
}

/** Settings that make few attempts and few sessions enough, and hashes cheap. */
const settings = { BCRYPT_COST: '5', LOGIN_FAILURES: '5', SESSIONS_PER_USER: '5' };

export async function startBackend(): Promise<Backend> {
  const {
    apis: [api],
    functions,
    tables,
  } = loadDeployment(process.env['TOKEN_AUTH_TEST_ASSEMBLY']!);
  const engine = await openEngine();
  const database = await startFaultyDatabase(({ operation, payload }) => engine.execute(operation, payload));
  database.decide(faultOf);
  await createTables(database.endpoint, tables);
  const names = Object.fromEntries(tables.map(({ logicalId }) => [logicalId, logicalId]));
  const stored = itemsOf({ dynamoDbEndpoint: database.endpoint, tables: names });
  const environmentBefore = { ...process.env };
  useLocalCredentials();
  Object.assign(process.env, {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
  });
  const stopWatching = watchLanes();
  return {
    stored,
    deploy: async () => {
      const handlers = await loadAll(functions);
      return (request, address, lane) => {
        const invoke = (id: string, event: object) => run(handlers.get(id)!, event, lane);
        return sendThrough(createGateway(api, invoke), request, address);
      };
    },
    close: async () => {
      stopWatching();
      process.env = environmentBefore;
      stored.close();
      await database.close();
      await engine.close();
    },
  };
}

/** Loaded once: code that has just been loaded is slow. */
const packages = {
  '@aws-sdk/client-dynamodb': clientDynamoDb,
  '@aws-sdk/lib-dynamodb': libDynamoDb,
  bcryptjs,
  valibot,
};

interface LoadedFunction {
  readonly name: string;
  readonly handler: (event: object) => Promise<object>;
}

/** Each function with a memory of its own, but for the packages. It reads its variables while it is loaded. */
async function loadAll(functions: readonly FunctionDefinition[]): Promise<Map<string, LoadedFunction>> {
  const loaded = new Map<string, LoadedFunction>();
  for (const [name, loadedPackage] of Object.entries(packages)) jest.doMock(name, () => loadedPackage);
  await jest.isolateModulesAsync(async () => {
    for (const definition of functions) {
      const name = nameOf(definition);
      Object.assign(process.env, definition.environment, settings);
      const { handler } = await import(`../../functions/${name}/handler`);
      loaded.set(definition.logicalId, { name, handler });
    }
  });
  return loaded;
}

/** `LogoutAllFunction12345678` is `logout-all`. */
const nameOf = ({ logicalId }: FunctionDefinition): string =>
  logicalId
    .replace(/Function[0-9A-F]{8}$/, '')
    .replace(/(?<!^)[A-Z]/g, '-$&')
    .toLowerCase();

async function run({ name, handler }: LoadedFunction, event: object, lane: Lane): Promise<InvocationResult> {
  try {
    const result = await inLane({ lane, functionName: name }, () =>
      handler(JSON.parse(JSON.stringify(event))),
    );
    return { ok: true, payload: JSON.stringify(result) };
  } catch (error) {
    return { ok: false, failure: { errorType: 'Error', errorMessage: String(error), trace: [] } };
  }
}

async function sendThrough(
  gateway: ReturnType<typeof createGateway>,
  { method, path, token, body }: Request,
  sourceIp: string,
): Promise<Reply> {
  const headers = {
    Host: '127.0.0.1',
    ...(token && { Authorization: `Token ${token}` }),
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const [pathname = '', query] = path.split('?');
  const request = {
    id: randomUUID(),
    receivedAt: Date.now(),
    method,
    path: pathname,
    query: [...new URLSearchParams(query)],
    headers: Object.entries(headers),
    sourceIp,
    serverPort: 443,
    protocol: 'HTTP/1.1',
  };
  const answer = await gateway(request, Buffer.from(body ? JSON.stringify(body) : ''));
  const text = answer.body.toString();
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: text === '' ? undefined : JSON.parse(text),
  };
}

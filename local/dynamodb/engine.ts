/**
 * An embedded DynamoDB over HTTP: dynalite, plus TransactWriteItems and the items of failed conditions. Requests run
 * strictly one at a time, so everything is serializable. Signatures are not verified; the access key id in them says
 * who calls. Expired items are deleted by `expiry.ts`.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isRecord, type JsonObject } from '../json';
import { type DynamoDbCall, type RequestedCall, readCalls } from './access';
import { type InsertListeners, tellInserts } from './inserts';
import { DynamoDbError, itemWrites, openStore, refusal, type Store, writeItem } from './store';
import { createTransactions } from './transactions';

export interface EngineOptions {
  /** Folder for the data, created if missing; absent: in memory. */
  readonly dataDir?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Absent: 127.0.0.1 only. */
  readonly hosts?: readonly string[];
  /** Asked before every call; a text refuses it as AccessDeniedException with that message. */
  readonly authorise?: (call: DynamoDbCall) => string | undefined;
  /** Told of the items that each call inserts, before the next call runs. */
  readonly listeners?: InsertListeners;
  /** Epoch milliseconds, for the ten minutes of a ClientRequestToken. Absent: Date.now. */
  readonly now?: () => number;
}

/** What the engine reads of an HTTP request. */
export interface DynamoDbRequest {
  /** The header `X-Amz-Target`. */
  readonly target: string | undefined;
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface DynamoDbReply {
  readonly status: number;
  readonly requestId: string;
  readonly body: string;
}

export interface DynamoDbEngine {
  readonly endpoint: string;
  /** Does what the endpoint does for a POST. Never rejects. */
  answer(request: DynamoDbRequest): Promise<DynamoDbReply>;
  /** Finishes the running call, refuses the waiting ones, and frees port and folder. May be called twice. */
  close(): Promise<void>;
}

interface ParsedRequest {
  readonly accessKeyId: string;
  readonly operation: string;
  readonly payload: JsonObject;
}

/** Rejects with a one-line message if the port is taken or the folder cannot be used; nothing stays open then. */
export async function startDynamoDb(options: EngineOptions): Promise<DynamoDbEngine> {
  const store = await openStore(options.dataDir);
  const execute = executor(store, options);
  const queue = createQueue();
  const sending = new Set<Promise<void>>();

  async function answer(request: DynamoDbRequest): Promise<DynamoDbReply> {
    try {
      const parsed = parseRequest(request);
      return toReply(200, await queue.run(() => execute(parsed)));
    } catch (error) {
      return toErrorReply(error);
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await readRequest(request).then(answer, toErrorReply);
    const sent = send(response, reply);
    sending.add(sent);
    await sent;
    sending.delete(sent);
  }

  const servers: Server[] = [];
  const stopListening = () =>
    Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const endpoint = await listenOnHosts(servers, respond, options).catch(async (error: unknown) => {
    await stopListening();
    await store.close();
    throw error;
  });

  async function close(): Promise<void> {
    const stopped = stopListening();
    await queue.stop();
    await nextTurn(); // Lets the last response start to be sent.
    await Promise.all(sending);
    for (const server of servers) server.closeAllConnections();
    await stopped;
    await store.close();
  }

  let closing: Promise<void> | undefined;
  return {
    endpoint,
    answer,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function executor(store: Store, { authorise, listeners = new Map(), now = Date.now }: EngineOptions) {
  const transactWriteItems = createTransactions(store, now);

  async function run(operation: string, payload: JsonObject): Promise<JsonObject> {
    if (operation === 'TransactWriteItems') return transactWriteItems(payload);
    const call = store.prepare(operation, payload);
    if (!itemWrites.includes(operation)) return store.run(call);
    return writeItem(store, call, payload['ReturnValuesOnConditionCheckFailure']);
  }

  return async function execute({ accessKeyId, operation, payload }: ParsedRequest): Promise<JsonObject> {
    for (const call of authorise ? readCalls(operation, payload) : []) {
      const message = authorise?.({ ...(await addTableKey(store, call)), accessKeyId });
      if (message !== undefined) throw refusal('AccessDeniedException', message);
    }
    return tellInserts({ store, listeners }, { operation, payload }, () => run(operation, payload));
  };
}

/** AWS counts the table's own key among the attributes of every call for items, even if the request does not name it. */
async function addTableKey(store: Store, call: RequestedCall): Promise<RequestedCall> {
  if (!call.attributes) return call;
  const table = await store.table(call.table).catch(() => undefined);
  const key = (table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  return { ...call, attributes: [...new Set([...key, ...call.attributes])] };
}

/** Runs jobs one after the other, in the order they came. A job that fails does not stop the next. */
export interface Queue {
  run<Result>(job: () => Promise<Result>): Promise<Result>;
  /** Resolves when the running job has ended. Waiting and later jobs are refused. */
  stop(): Promise<void>;
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  return {
    run(job) {
      const result = last.then(() => {
        if (isStopped) throw refusal('ServiceUnavailableException', 'The embedded DynamoDB is closing.');
        return job();
      });
      last = result.catch(() => undefined);
      return result;
    },
    async stop() {
      isStopped = true;
      await last;
    },
  };
}

// Listening

type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Listens on one port of every host. Returns the endpoint of the first. Adds each server to `servers`. */
async function listenOnHosts(
  servers: Server[],
  respond: Respond,
  { port = 0, hosts = ['127.0.0.1'] }: EngineOptions,
): Promise<string> {
  const bound: AddressInfo[] = [];
  for (const host of hosts) {
    // Leaves idle connections to the client: closing one could reset a request in transit.
    const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      respond(request, response).catch((error: Error) => response.destroy(error));
    });
    bound.push(await listen(server, bound[0]?.port ?? port, host));
    servers.push(server);
  }
  if (bound[0] === undefined) throw new Error('There is no host to listen on.');
  return toEndpoint(bound[0]);
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(describeListenFailure(error, port, host), { cause: error })),
    );
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function describeListenFailure(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is already in use.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used by this user.`;
  return `Cannot listen on ${host}, port ${port}: ${error.message}`;
}

/** A wildcard address is reached at the loopback address. */
function toEndpoint(bound: AddressInfo): string {
  const loopback: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const address = loopback[bound.address] ?? bound.address;
  return `http://${bound.family === 'IPv6' ? `[${address}]` : address}:${bound.port}`;
}

// DynamoDB's protocol on HTTP

const maxRequestBytes = 16 * 1024 * 1024;

async function readRequest(request: IncomingMessage): Promise<DynamoDbRequest> {
  const body = await readBody(request);
  const { 'x-amz-target': target, authorization } = request.headers;
  return { target: request.method === 'POST' ? String(target) : undefined, authorization, body };
}

function parseRequest({ target, authorization, body }: DynamoDbRequest): ParsedRequest {
  refuseTooLarge(Buffer.byteLength(body));
  return {
    operation: readOperation(target),
    accessKeyId: readAccessKeyId(authorization),
    payload: parsePayload(body),
  };
}

/** Reads a body to its end. Discards one that is too large, so that the client still receives the response. */
async function readBody(request: IncomingMessage): Promise<string> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxRequestBytes) chunks = [];
    else chunks.push(chunk);
  });
  await once(request, 'end');
  refuseTooLarge(bytes);
  return Buffer.concat(chunks).toString('utf8');
}

function refuseTooLarge(bytes: number): void {
  if (bytes <= maxRequestBytes) return;
  throw refusal('RequestEntityTooLargeException', `A request may have ${maxRequestBytes} bytes at most.`);
}

function readOperation(target = ''): string {
  const operation = /^DynamoDB_20120810\.(\w+)$/.exec(target)?.[1];
  if (operation !== undefined) return operation;
  throw refusal('UnknownOperationException', 'This is a DynamoDB endpoint. It takes signed POST requests.');
}

function readAccessKeyId(authorization: string | undefined): string {
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw refusal('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const accessKeyId = /[ ,]Credential=([^/,\s]+)\//.exec(authorization)?.[1];
  if (accessKeyId !== undefined) return accessKeyId;
  throw refusal('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
}

function parsePayload(body: string): JsonObject {
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    payload = undefined;
  }
  if (isRecord(payload)) return payload;
  throw refusal('SerializationException', 'The body is not a JSON object.');
}

function toReply(status: number, body: JsonObject): DynamoDbReply {
  return { status, requestId: randomUUID(), body: JSON.stringify(body) };
}

function toErrorReply(error: unknown): DynamoDbReply {
  if (error instanceof DynamoDbError) return toReply(error.status, error.body);
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return toErrorReply(refusal('InternalServerError', `The embedded DynamoDB failed: ${fault}`));
}

/** Resolves when the operating system has all of it, or the client is gone. */
async function send(response: ServerResponse, { status, requestId, body }: DynamoDbReply): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': requestId,
  });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(body, resolve);
  });
}

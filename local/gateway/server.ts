/**
 * The HTTP server before the gateway, on this machine only. Whatever a client sends, or stops sending, the server
 * answers or closes that one connection, and goes on.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ApiDefinition } from '../template/deployment';
import { createGateway, type Gateway } from './gateway';
import { type GatewayRequest, type HeaderList, headerValue, type Invoke, readRequest } from './request';
import { type HttpResponse, plainResponse } from './responses';

export interface GatewayOptions {
  readonly api: ApiDefinition;
  readonly invoke: Invoke;
  /** 0 for any free port. */
  readonly port: number;
  /** Responds to requests for this machine rather than the API; undefined for all others. */
  readonly answerLocally?: (request: GatewayRequest, body: Buffer) => HttpResponse | undefined;
}

export interface RunningGateway {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends every connection, also those in use. */
  close(): Promise<void>;
}

/** Other machines must not reach this. */
const host = '127.0.0.1';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const maxHeaderBytes = 10_240;
const maxBodyBytes = 10 * 1024 * 1024;

/** For a whole request to arrive. */
const requestMilliseconds = 30_000;

const serverOptions = {
  headersTimeout: requestMilliseconds,
  requestTimeout: requestMilliseconds,
  // Leaves idle connections to the client: closing one could reset a request in transit.
  keepAliveTimeout: 0,
  requireHostHeader: false, // Node.js would answer without a body.
};

/** Rejects with a message for the developer if the port is in use. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { api, invoke, port, answerLocally } = options;
  const serveApi = createGateway(api, invoke);
  const gateway: Gateway = async (request, body) => answerLocally?.(request, body) ?? serveApi(request, body);
  const responses = new WeakMap<object, ServerResponse>();
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    responses.set(message.socket, response);
    // Node.js does not report errors in what follows such a request.
    if (message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    serve(gateway, message, response).catch((error: unknown) => {
      console.error('The gateway failed:', error);
      response.destroy();
    });
  };
  const server = createServer(serverOptions, onRequest);
  server.on('checkExpectation', onRequest); // API Gateway ignores expectations.
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = responses.get(socket);
    const isAnswering = response?.headersSent === true && !response.writableFinished;
    answerClientError(error, socket, isAnswering);
  });
  await listen(server, port);
  const { port: actualPort } = server.address() as AddressInfo;
  return { url: `http://${host}:${actualPort}`, close: () => close(server) };
}

async function serve(gateway: Gateway, message: IncomingMessage, response: ServerResponse): Promise<void> {
  message.on('error', () => undefined); // The client is gone; `readBody` notices by itself.
  const request = readRequest(message);
  const refusal = refuseHeaders(request);
  if (refusal !== undefined) {
    sendFinalResponse(message, response, toRawHead(request.id, refusal));
    return;
  }
  const body = await readBody(message);
  if (body === 'aborted') return;
  if (body === 'too-large') {
    // The template cannot customise this one.
    sendFinalResponse(message, response, toRawHead(request.id, plainResponse(413, 'Request Too Long')));
    return;
  }
  const { status, headers, body: content } = toRawHead(request.id, await gateway(request, body));
  if (response.destroyed) return;
  response.writeHead(status, headers).end(content);
}

/** The response to a request whose headers alone are refused. */
function refuseHeaders({ headers, protocol }: GatewayRequest): HttpResponse | undefined {
  const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > maxHeaderBytes) return plainResponse(431, 'Request Header Fields Too Large');
  const lacksHost = protocol === 'HTTP/1.1' && headerValue(headers, 'Host') === undefined;
  return lacksHost ? plainResponse(400, 'Bad Request') : undefined;
}

/** `aborted`: the client went away before its body was complete. Stops reading once the body is too large. */
function readBody(message: IncomingMessage): Promise<Buffer | 'too-large' | 'aborted'> {
  if (Number(message.headers['content-length']) > maxBodyBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else end('too-large');
    };
    const onEnd = () => end(Buffer.concat(chunks));
    const onClose = () => end('aborted');
    const end = (body: Buffer | 'too-large' | 'aborted') => {
      message.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      resolve(body);
    };
    message.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

interface RawResponse {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

function toRawHead(requestId: string, { status, headers, body }: HttpResponse): RawResponse {
  const hasBody = status !== 204 && status !== 304;
  const length: HeaderList = hasBody ? [['Content-Length', String(body.length)]] : [];
  return { status, headers: [...headers, ['x-amzn-RequestId', requestId], ...length].flat(), body };
}

/** Answers a request that has not been read to its end, and closes the connection. */
function sendFinalResponse(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: RawResponse,
): void {
  if (response.destroyed) return;
  response.writeHead(status, [...headers, 'Connection', 'close']);
  // Complete by its Content-Length. `end` would close the connection.
  response.write(body);
  discardRest(message, () => response.end());
}

const statusByErrorCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers bytes that are no HTTP request, in JSON as an API does, and closes the connection. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket, isAnswering: boolean): void {
  if (socket.writableEnded) return;
  if (isAnswering || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusByErrorCode[error.code ?? ''] ?? 400;
  const reason = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message: reason });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  discardRest(socket, () => socket.destroy());
}

const maxDiscardedBytes = 32 * 1024 * 1024;

/**
 * Discards what a client still sends after its response, up to a size and for a time. To close the connection earlier
 * would reset it, and the client could lose the response. https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
function discardRest(stream: Readable, whenEnded: () => void): void {
  let bytes = 0;
  const timer = setTimeout(() => stream.destroy(), requestMilliseconds);
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxDiscardedBytes) stream.destroy();
  });
  stream
    .once('end', whenEnded)
    .once('close', () => clearTimeout(timer))
    .resume();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isInUse = error.code === 'EADDRINUSE';
      const advice = `Choose another with npm start -- --port ${port + 1}.`;
      reject(isInUse ? new Error(`Port ${port} is already in use. ${advice}`, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

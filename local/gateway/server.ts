/**
 * The HTTP server before the gateway, on this machine only. Whatever a client sends, or stops sending, the server
 * answers or closes that one connection, and goes on.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ApiDefinition } from '../template/deployment';
import { type Answer, plainAnswer, sendAnswer, sendLastAnswer } from './answer';
import { readBody } from './body';
import { answerClientError } from './client-errors';
import type { Invoke } from './exchange';
import { type Gateway, gatewayOf } from './gateway';
import { headerValue } from './headers';
import { type GatewayRequest, gatewayRequestOf } from './request';

export interface GatewayOptions {
  readonly api: ApiDefinition;
  readonly invoke: Invoke;
  /** 0 for any that is free. */
  readonly port: number;
  /** Answers what is for this machine alone and not for the API; undefined for the rest. */
  readonly answerLocally?: (request: GatewayRequest, body: Buffer) => Answer | undefined;
}

export interface RunningGateway {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends every connection, also those in use. */
  close(): Promise<void>;
}

/** Another machine must never reach this. */
const host = '127.0.0.1';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const maxHeaderBytes = 10_240;

/** For a whole request to arrive. */
const requestMilliseconds = 30_000;

/** Rejects with a message for the developer if the port is in use. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { api, invoke, port, answerLocally } = options;
  const serveApi = gatewayOf(api, invoke);
  const gateway: Gateway = async (request, body) => answerLocally?.(request, body) ?? serveApi(request, body);
  const responses = new WeakMap<Duplex, ServerResponse>();
  const serverOptions = {
    headersTimeout: requestMilliseconds,
    requestTimeout: requestMilliseconds,
    requireHostHeader: false, // Node.js would answer without a body.
  };
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    responses.set(message.socket, response);
    // Node.js keeps quiet about errors in what follows such a request.
    if (message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    serve(gateway, message, response).catch((error: unknown) => {
      console.error('The gateway failed:', error);
      response.destroy();
    });
  };
  const server = createServer(serverOptions, onRequest);
  server.on('checkExpectation', onRequest); // API Gateway does not heed what a client expects.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    answerClientError(error, socket, isUnderWay(responses.get(socket))),
  );
  await listen(server, port);
  const { port: actualPort } = server.address() as AddressInfo;
  return { url: `http://${host}:${actualPort}`, close: () => close(server) };
}

async function serve(gateway: Gateway, message: IncomingMessage, response: ServerResponse): Promise<void> {
  message.on('error', () => undefined); // A client that goes away; `readBody` sees it by itself.
  const request = gatewayRequestOf(message);
  const refusal = refusalOf(request);
  if (refusal !== undefined) {
    sendLastAnswer(message, response, { requestId: request.id, answer: refusal });
    return;
  }
  const body = await readBody(message);
  if (body === 'aborted') return;
  if (body === 'too-large') {
    // The template cannot customise this one.
    const answer = plainAnswer(413, 'Request Too Long');
    sendLastAnswer(message, response, { requestId: request.id, answer });
    return;
  }
  sendAnswer(response, request.id, await gateway(request, body));
}

/** What is answered to a request for its headers alone. */
function refusalOf(request: GatewayRequest): Answer | undefined {
  if (headerBytesOf(request) > maxHeaderBytes) return plainAnswer(431, 'Request Header Fields Too Large');
  const lacksHost = request.protocol === 'HTTP/1.1' && headerValue(request.headers, 'Host') === undefined;
  return lacksHost ? plainAnswer(400, 'Bad Request') : undefined;
}

/** Whether part of an answer is on the wire, so that nothing else can be said there. */
function isUnderWay(response: ServerResponse | undefined): boolean {
  return response?.headersSent === true && !response.writableFinished;
}

function headerBytesOf({ headers }: GatewayRequest): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isInUse = error.code === 'EADDRINUSE';
      const advice = `Choose another with PORT=${port + 1} npm start.`;
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

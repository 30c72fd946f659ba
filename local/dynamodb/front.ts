/**
 * The HTTP server before the engine. It reads requests as they come, has them done one at a time, and closes
 * without waiting for clients that keep their connections alive or never finish sending.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createJobQueue } from './job-queue';
import type { Payload } from './payload';
import { type Answer, answerFor, type DynamoDbRequest, readRequest, sendAnswer } from './wire';

export type Execute = (request: DynamoDbRequest) => Promise<Payload>;

export interface Front {
  /** Resolves to the endpoint. Rejects with one clear line. */
  listen(address: { readonly port?: number; readonly host?: string }): Promise<string>;
  /** Lets the running request end and be answered; those that wait are refused. */
  close(): Promise<void>;
}

export function createFront(execute: Execute): Front {
  const queue = createJobQueue();
  const sending = new Set<Promise<void>>();

  async function answer(request: IncomingMessage): Promise<Answer> {
    try {
      const received = await readRequest(request);
      return { status: 200, body: await queue.run(() => execute(received)) };
    } catch (error) {
      return answerFor(error);
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = sendAnswer(response, await answer(request));
    sending.add(sent);
    await sent;
    sending.delete(sent);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(asError(error)));
  });

  return {
    listen: ({ port = 0, host = '127.0.0.1' }) => listen(server, port, host),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await queue.stop();
      await nextTurn(); // What the last job's end sets off has then begun to be sent.
      await Promise.all(sending);
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(listeningFailure(error, port, host), { cause: error })));
    server.listen(port, host, () => resolve(endpointOf(server.address())));
  });
}

function listeningFailure(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is already in use.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used by this user.`;
  return `Cannot listen on ${host}, port ${port}: ${error.message}`;
}

/** An address that stands for all of the machine's is reached at the machine's own. */
function endpointOf(bound: AddressInfo | string | null): string {
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port.');
  const own: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const address = own[bound.address] ?? bound.address;
  return `http://${bound.family === 'IPv6' ? `[${address}]` : address}:${bound.port}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

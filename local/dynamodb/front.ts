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
  /** On one port of every host. Resolves to the first one's endpoint. Rejects with one clear line, and listens nowhere then. */
  listen(addresses: { readonly port?: number; readonly hosts?: readonly string[] }): Promise<string>;
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

  const servers: Server[] = [];

  async function listenOn({ port = 0, hosts = ['127.0.0.1'] }: Parameters<Front['listen']>[0]) {
    const bound: AddressInfo[] = [];
    for (const host of hosts) {
      const server = createServer((request, response) => {
        respond(request, response).catch((error: unknown) => response.destroy(asError(error)));
      });
      bound.push(await listen(server, bound[0]?.port ?? port, host));
      servers.push(server);
    }
    return endpointOf(bound[0]);
  }

  const stopListening = () => Promise.all(servers.map((server) => closed(server)));

  return {
    listen: (addresses) =>
      listenOn(addresses).catch(async (error: unknown) => {
        await stopListening();
        throw error;
      }),
    async close() {
      const stopped = stopListening();
      await queue.stop();
      await nextTurn(); // What the last job's end sets off has then begun to be sent.
      await Promise.all(sending);
      for (const server of servers) server.closeAllConnections();
      await stopped;
    },
  };
}

const closed = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(listeningFailure(error, port, host), { cause: error })));
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function listeningFailure(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is already in use.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used by this user.`;
  return `Cannot listen on ${host}, port ${port}: ${error.message}`;
}

/** An address that stands for all of the machine's is reached at the machine's own. */
function endpointOf(bound: AddressInfo | undefined): string {
  if (bound === undefined) throw new Error('There is no host to listen on.');
  const own: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const address = own[bound.address] ?? bound.address;
  return `http://${bound.family === 'IPv6' ? `[${address}]` : address}:${bound.port}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

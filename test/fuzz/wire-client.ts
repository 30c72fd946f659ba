/** A client that sends bytes as they are and reads whatever comes back. Knows HTTP/1.1 as this server speaks it: every length is announced. */
import { connect, type Socket } from 'node:net';
import type { Reply } from './judging';

export interface WireClient {
  /** Sends one well-framed request over a connection that is kept as long as the server keeps it. */
  send(request: Buffer, method: string): Promise<Reply>;
  /** Sends bytes over a connection of their own and waits until the server closes. */
  sendAll(bytes: Buffer): Promise<Reply[]>;
  close(): void;
}

const PATIENCE_MS = 5000;
const SILENCE = 'Nothing came for too long.';

interface Connection {
  readonly socket: Socket;
  received: Buffer;
}

export function wireClient(url: string): WireClient {
  const port = Number(new URL(url).port);
  let connection = open(port);
  return {
    send: async (request, method) => {
      if (connection.socket.destroyed) connection = open(port);
      connection.socket.write(request);
      const reply = await nextReply(connection, method === 'HEAD');
      if (!reply)
        throw new Error('The connection was closed without an answer.', { cause: connection.socket.errored });
      if (reply.headers.get('connection') === 'close') connection.socket.destroy();
      return reply;
    },
    sendAll: async (bytes) => {
      const own = open(port);
      own.socket.write(bytes);
      const replies: Reply[] = [];
      for (let reply = await nextReply(own); reply; reply = await nextReply(own)) {
        replies.push(reply);
        // The server may go on reading until the client has nothing more to say.
        if (reply.headers.get('connection') === 'close') own.socket.end();
      }
      if (own.received.length > 0) throw new Error(`Half an answer: ${own.received}`);
      if (own.socket.errored?.message === SILENCE) throw own.socket.errored;
      return replies;
    },
    close: () => connection.socket.destroy(),
  };
}

function open(port: number): Connection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const connection = { socket, received: Buffer.alloc(0) };
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(SILENCE)));
  socket.on('error', () => undefined); // `close` follows.
  socket.on('end', () => socket.end());
  socket.on('data', (chunk) => {
    connection.received = Buffer.concat([connection.received, chunk]);
  });
  return connection;
}

/** `undefined` when the server has closed and nothing whole is left. */
async function nextReply(connection: Connection, isToHead = false): Promise<Reply | undefined> {
  for (;;) {
    const reply = takeReply(connection, isToHead);
    if (reply || connection.socket.closed) return reply;
    await somethingFrom(connection.socket);
  }
}

const somethingFrom = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      socket.off('data', done).off('close', done);
      resolve();
    };
    socket.on('data', done).on('close', done);
  });

const END_OF_HEAD = '\r\n\r\n';

function takeReply(connection: Connection, isToHead: boolean): Reply | undefined {
  const end = connection.received.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = connection.received.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers = headersOf(lines);
  const start = end + END_OF_HEAD.length;
  const isBare = isToHead || status === 204 || status < 200;
  const length = isBare ? 0 : Number(headers.get('content-length'));
  if (!(connection.received.length >= start + length)) return undefined;
  const text = connection.received.subarray(start, start + length).toString();
  connection.received = connection.received.subarray(start + length);
  // What comes before the answer proper, such as 100 Continue.
  return status < 200 ? takeReply(connection, isToHead) : { status, headers, text };
}

function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return headers;
}

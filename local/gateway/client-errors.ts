/**
 * What is answered to bytes that are no HTTP request. Node.js says such things in plain text or not at all; an API
 * says them in JSON. A connection is answered once and closed, whatever the client goes on to send.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** How long a client that is still sending may go on before its connection is cut. */
const lingeringMilliseconds = 2000;

/** For the server's event `clientError`. `isAnswering` is true while an answer is on its way on the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, isAnswering: boolean): void {
  if (socket.writableEnded) return;
  if (isAnswering || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statuses[error.code ?? ''] ?? 400;
  const reason = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message: reason });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  const timer = setTimeout(() => socket.destroy(), lingeringMilliseconds);
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.resume();
}

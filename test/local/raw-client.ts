/** A client that sends bytes as they are, for what `fetch` cannot or will not send. */
import { connect, type Socket } from 'node:net';

/** An open connection. `received` is fulfilled with everything that came when the server has closed it. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: Promise<string>;
}

export function openConnection(url: string): RawConnection {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const received = new Promise<string>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  return { socket, received };
}

/** Sends a text and waits until the server closes. */
export async function sendRaw(url: string, text: string | Buffer): Promise<string> {
  const { socket, received } = openConnection(url);
  socket.write(text);
  return received;
}

/** A request's head, with the lines that every request here needs. */
export function rawHead(requestLine: string, headers: readonly string[] = []): string {
  const lines = [`${requestLine} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Status and body of an answer. */
export function parsed(answer: string): { readonly status: number; readonly body: string } {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') };
}

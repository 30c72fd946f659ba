/** The gateway's answers, and how they are put on the wire. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from './headers';

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** An answer that the template cannot change, in API Gateway's own words. */
export function plainAnswer(status: number, message: string): Answer {
  return {
    status,
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Sends an answer, unless the client has gone. An answer to HEAD is sent without its body. */
export function sendAnswer(response: ServerResponse, requestId: string, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, rawHeadersOf(answer, requestId));
  response.end(answer.body);
}

/** How long a client that is still sending may go on after it has been answered. */
const lingeringMilliseconds = 2000;

/**
 * Sends an answer to a request that has not been read to its end, and closes the connection. To close it while
 * the client is sending would reset it, and the client might lose the answer; so what still comes is thrown away
 * for a while. https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function sendLastAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  { requestId, answer }: { readonly requestId: string; readonly answer: Answer },
): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, [...rawHeadersOf(answer, requestId), 'Connection', 'close']);
  // Complete by its Content-Length. To end the response is what closes the connection.
  response.write(answer.body);
  const timer = setTimeout(() => message.destroy(), lingeringMilliseconds);
  message.once('end', () => response.end());
  message.once('close', () => clearTimeout(timer));
  message.resume();
}

function rawHeadersOf({ status, headers, body }: Answer, requestId: string): string[] {
  const own: HeaderList = [['x-amzn-RequestId', requestId]];
  const hasBody = status !== 204 && status !== 304;
  const length: HeaderList = hasBody ? [['Content-Length', String(body.length)]] : [];
  return [...headers, ...own, ...length].flat();
}

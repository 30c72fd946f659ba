/** One keep-alive connection to the server. It sends one request at a time and never repeats one by itself. */
import * as http from 'node:http';
import * as https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { ApiRequest } from './requests';

/** API Gateway gives up after 29 seconds, so an answer that is not there by then is not coming. */
const TIMEOUT_MS = 35_000;
const MAX_BODY_BYTES = 64 * 1024;

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; `undefined` if it is none. */
  readonly body: unknown;
}

/** `failure` says why there is no reply. */
type Sent = { readonly milliseconds: number } & (
  | { readonly reply: Reply; readonly failure?: never }
  | { readonly reply?: never; readonly failure: string }
);

export interface Connection {
  /** Never rejects. */
  send(request: ApiRequest): Promise<Sent>;
  close(): void;
}

/** @param base ends with a slash. */
export function connect(base: URL, timeoutMs = TIMEOUT_MS): Connection {
  const { Agent, request: start } = base.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const target = { ...urlToHttpOptions(base), agent };
  return {
    close: () => agent.destroy(),
    send: async ({ method, path, headers, body }) => {
      const options = {
        ...target,
        method,
        path: base.pathname + path,
        headers: { ...OWN_HEADERS, ...headers },
      };
      const startedAt = performance.now();
      const result = await exchange(start(options), { body, timeoutMs }).catch(reasonOf);
      const milliseconds = performance.now() - startedAt;
      return typeof result === 'string' ? { milliseconds, failure: result } : { milliseconds, reply: result };
    },
  };
}

const OWN_HEADERS = { 'User-Agent': 'token-auth-load' };

interface Exchange {
  readonly body: ApiRequest['body'];
  readonly timeoutMs: number;
}

function exchange(request: http.ClientRequest, { body, timeoutMs }: Exchange): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    const giveUp = (reason: string) => {
      reject(new Error(reason));
      request.destroy();
    };
    const timer = setTimeout(() => giveUp(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) giveUp(`an answer of more than ${MAX_BODY_BYTES} bytes`);
        else chunks.push(chunk);
      });
      response.on('end', () => resolve(replyOf(response, Buffer.concat(chunks).toString())));
    });
    // For DELETE, Node.js would leave it out, and what follows would be taken for another request.
    if (body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(body));
    request.end(body);
  });
}

const replyOf = ({ statusCode = 0, headers }: http.IncomingMessage, text: string): Reply => ({
  status: statusCode,
  headers,
  text,
  body: jsonOf(text),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EAI_AGAIN: 'the name cannot be looked up now',
  ENOTFOUND: 'no such host',
  EPROTO: 'no TLS is spoken there, so it may be http',
  ETIMEDOUT: 'connection timed out',
  HPE_INVALID_CONSTANT: 'no HTTP is spoken there',
};

function reasonOf(error: NodeJS.ErrnoException): string {
  const { code = '' } = error;
  return REASONS[code] ?? (error.message || code || 'unknown');
}

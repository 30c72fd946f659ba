/** An HTTP client that sends what it is told, byte by byte: `fetch` trims headers and adds a type to a body that has none. */
import * as http from 'node:http';
import * as https from 'node:https';
import { text as textOf } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when there is none. */
  readonly body: any;
}

export interface Call {
  readonly token?: string;
  /** An object is sent as JSON, a form as such; text and bytes as they are, of the type that `headers` name. */
  readonly body?: unknown;
  /** A list is sent as lines of the same name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** Follows no redirect and repeats no request. Rejects when the answer is not JSON. */
export type Caller = (method: string, path: string, call?: Call) => Promise<Reply>;

/** Longer than any server takes that still answers: API Gateway gives up after 29 seconds. */
const TIMEOUT_MS = 120_000;

/** Before the server closes an idle connection: one that is reused as that happens is reset. Node.js closes it after five seconds. */
const IDLE_MS = 2_000;

/** @param base without a slash at the end. */
export function callerOf(base: string): Caller {
  const { Agent, request: start } = base.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  return async (method, path, { token, body, headers } = {}) => {
    const { type, content } = await encode(body);
    const request = start(base + path, {
      method,
      agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'User-Agent': 'token-auth-tests',
        ...(token !== undefined && { Authorization: `Token ${token}` }),
        ...(type !== undefined && { 'Content-Type': type }),
        // Node.js leaves it out for DELETE.
        ...(content !== undefined && { 'Content-Length': Buffer.byteLength(content) }),
        ...headers,
      },
    });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject).end(content);
    });
    const received = await textOf(response);
    const status = response.statusCode ?? 0;
    return { status, headers: headersOf(response), text: received, body: parse(received, status) };
  };
}

interface Content {
  readonly type?: string;
  readonly content?: string | Uint8Array;
}

async function encode(body: unknown): Promise<Content> {
  if (body === undefined) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) return { content: body };
  if (body instanceof URLSearchParams)
    return { type: 'application/x-www-form-urlencoded', content: body.toString() };
  if (!(body instanceof FormData)) return { type: 'application/json', content: JSON.stringify(body) };
  const form = new Response(body);
  return { type: form.headers.get('Content-Type') ?? '', content: new Uint8Array(await form.arrayBuffer()) };
}

function headersOf({ rawHeaders }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return headers;
}

function parse(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The answer is not JSON: ${status} ${text}`);
  }
}

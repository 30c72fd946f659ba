/** One request and its answer: sent once, with a time-out, and told apart by who answered. */
import { type FieldErrors, fail, failAs, isLost, type Result, succeed } from './errors.ts';
import {
  type Clock,
  type Fetch,
  type FetchResponse,
  inTime,
  newAbortController,
  type PlatformResponse,
  type Signal,
  sleep,
} from './platform.ts';

/** A request of the API. */
export interface HttpRequest {
  readonly method: string;
  /** Below the base URL; begins with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, such as a form or a file. A stream cannot be sent again. */
  readonly body?: unknown;
  readonly signal?: Signal | undefined;
  /** How long one sending may take; 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
  /** Reads the body of a status from 200 to 299. Unless given, 204 has none and any other has JSON. */
  parse?(response: PlatformResponse): Promise<unknown>;
}

export interface Answer {
  readonly body: unknown;
  readonly headers: FetchResponse['headers'];
  /** When the request was sent, on the monotonic clock. */
  readonly sentAt: number;
}

export interface Http {
  /** Sends the request once, with a token if one is given. Never rejects. */
  send(request: HttpRequest, token?: string): Promise<Result<Answer>>;
  /** Sends the request, and once more if the answer is lost. */
  sendTwice(request: HttpRequest, token?: string): Promise<Repeated>;
  /**
   * Waits until the request may be sent again: about a second, or what `Retry-After` says. False, and no wait, if it should not be: it was
   * answered, the wait would be too long for a caller, or the signal is aborted.
   */
  waitToRepeat(result: Result<unknown>, signal?: Signal): Promise<boolean>;
}

interface Repeated {
  readonly answer: Result<Answer>;
  /** Whether a request before the last may have been carried out. */
  readonly wasLost: boolean;
}

export interface HttpOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** API Gateway gives up after 29 seconds. */
const TIMEOUT_MS = 30_000;
const BACKOFF_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

export function createHttp({ baseUrl, headers, fetch, clock }: HttpOptions): Http {
  const base = baseUrl.replace(/\/+$/, '');
  const send: Http['send'] = async (request, token) => {
    const { signal, timeoutMs: milliseconds = TIMEOUT_MS } = request;
    if (signal?.aborted) return failAs('aborted');
    const controller = newAbortController();
    const sentAt = clock.now();
    const exchange = async () => {
      const init = { ...toInit(request, headers, token), signal: controller.signal };
      return readAnswer(await fetch(base + request.path, init), request, sentAt);
    };
    const work = exchange().catch(() => failAs('no_response'));
    const result = await inTime(work, clock, { milliseconds, signal });
    controller.abort();
    return result ?? failAs(signal?.aborted ? 'aborted' : 'no_response');
  };
  const waitToRepeat: Http['waitToRepeat'] = async (result, signal) => {
    if (result.ok || !isLost(result)) return false;
    const retryAfterSeconds = 'retryAfterSeconds' in result.error ? result.error.retryAfterSeconds : 0;
    const milliseconds = Math.max(BACKOFF_MS, (retryAfterSeconds ?? 0) * 1000);
    if (milliseconds > LONGEST_WAIT_MS) return false;
    await sleep(clock, milliseconds * (1 + clock.random() / 2), signal);
    return !signal?.aborted;
  };
  return {
    send,
    waitToRepeat,
    sendTwice: async (request, token) => {
      const answer = await send(request, token);
      if (!(await waitToRepeat(answer, request.signal))) return { answer, wasLost: false };
      return { answer: await send(request, token), wasLost: true };
    },
  };
}

function toInit(
  { method, headers, json, body }: HttpRequest,
  always: Readonly<Record<string, string>>,
  token: string | undefined,
) {
  return {
    method,
    headers: {
      Accept: 'application/json',
      ...always,
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
      ...(token !== undefined && { Authorization: `Token ${token}` }),
    },
    ...(json !== undefined ? { body: JSON.stringify(json) } : body !== undefined && { body }),
  };
}

async function readAnswer(
  response: FetchResponse,
  request: HttpRequest,
  sentAt: number,
): Promise<Result<Answer>> {
  const { status, headers } = response;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && (request.parse || status === 204)) {
    const body = await request.parse?.(response as PlatformResponse);
    return succeed({ body, headers, sentAt });
  }
  const body = readJson(await response.text());
  if (isSuccess && body !== NOT_JSON) return succeed({ body, headers, sentAt });
  const detail = detailOf(body);
  const retryAfterSeconds = readSeconds(headers, 'Retry-After');
  if (status === 429) return fail({ kind: 'throttled', detail, retryAfterSeconds });
  if (status >= 500) return fail({ kind: 'unavailable', status, detail, retryAfterSeconds });
  if (status < 400 || body === NOT_JSON) return fail({ kind: 'unexpected_response', status });
  return fail({ kind: 'rejected', status, detail, fields: fieldsOf(body), body });
}

const NOT_JSON = Symbol('not JSON');

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const memberOf = (body: unknown, name: string): unknown => (isObject(body) ? body[name] : undefined);

function detailOf(body: unknown): string | undefined {
  const detail = memberOf(body, 'detail');
  return typeof detail === 'string' ? detail : undefined;
}

const fieldsOf = (body: unknown): FieldErrors =>
  Object.fromEntries(
    Object.entries(isObject(body) ? body : {}).filter((entry): entry is [string, string[]] =>
      Array.isArray(entry[1]),
    ),
  );

/** A header of whole seconds; `undefined` if there is none. */
export function readSeconds(headers: FetchResponse['headers'], name: string): number | undefined {
  const text = headers.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * Whether the server refused the token. Any other 401 says nothing about it: it is a proxy's or a captive portal's, or something on the way
 * took the token out.
 */
export const isTokenRefused = (result: Result<unknown>): boolean =>
  !result.ok &&
  result.error.kind === 'rejected' &&
  result.error.status === 401 &&
  ['Invalid token.', 'User inactive or deleted.'].includes(result.error.detail ?? '');

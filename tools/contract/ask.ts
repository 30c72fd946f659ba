/** A request, as a row writes it, as it is sent, and as a person is told of it. */
import type { ApiRequest } from '../../bench/load/requests';

export interface Ask {
  readonly method: string;
  /** Below the base URL, with a slash in front. */
  readonly path: string;
  readonly token?: string;
  /** An object is sent as JSON; a form as such; text and bytes as they are, of the type that `headers` name. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const USER_AGENT = 'token-auth-contract';

export async function requestOf({ method, path, token, body, headers }: Ask): Promise<ApiRequest> {
  const encoded = await encode(body);
  return {
    method,
    path: path.slice(1),
    headers: {
      'User-Agent': USER_AGENT,
      ...(token !== undefined && { Authorization: `Token ${token}` }),
      ...(encoded.type !== undefined && { 'Content-Type': encoded.type }),
      ...headers,
    },
    ...(encoded.content !== undefined && { body: encoded.content }),
  };
}

interface Encoded {
  readonly type?: string;
  readonly content?: string | Uint8Array;
}

async function encode(body: unknown): Promise<Encoded> {
  if (body === undefined) return {};
  if (typeof body === 'string') return { content: body };
  if (body instanceof FormData) {
    const form = new Response(body);
    return {
      type: form.headers.get('Content-Type') ?? '',
      content: new Uint8Array(await form.arrayBuffer()),
    };
  }
  if (body instanceof URLSearchParams)
    return { type: 'application/x-www-form-urlencoded', content: body.toString() };
  return { type: 'application/json', content: JSON.stringify(body) };
}

/** Fields of a form or an object. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body instanceof FormData || body instanceof URLSearchParams) return Object.fromEntries(body);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

const MAX_SHOWN = 200;
/** Ends before the word that would not be whole: half a secret is not recognised as one. */
export const cut = (text: string, length = MAX_SHOWN): string =>
  text.length <= length ? text : `${text.slice(0, length).replace(/[\w-]+$/, '')}…`;

/** May hold secrets. */
export function describe({ method, path, token, body, headers }: Ask): string {
  const shownHeaders = Object.entries({
    ...(token !== undefined && { Authorization: `Token ${token}` }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path}`, ...shownHeaders, ...describeBody(body)].join('  ');
}

function describeBody(body: unknown): string[] {
  if (body === undefined) return [];
  if (typeof body === 'string') return [cut(body)];
  const { password, ...others } = fieldsOf(body);
  const fields = Array.isArray(body)
    ? body
    : { ...others, ...(password !== undefined && { password: '(password)' }) };
  if (body instanceof FormData) return ['multipart', cut(JSON.stringify(fields))];
  if (body instanceof URLSearchParams) return ['form', cut(JSON.stringify(fields))];
  return [cut(JSON.stringify(fields))];
}

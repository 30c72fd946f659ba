/** Cross-origin headers of ordinary answers; preflight is the gateway's. https://fetch.spec.whatwg.org/#http-cors-protocol */
import { type Headers, header } from './headers';

/** Response headers that a page's script may read besides the ever-readable ones. */
export const EXPOSED_HEADERS = [
  'Token-Expires-In',
  'Session-Expires-In',
  'Retry-After',
  'Content-Disposition',
  'WWW-Authenticate',
  'Allow',
] as const;

/** Lets a page of a listed origin read the answer; nothing for any other page, or when no origin is listed. */
export function corsHeaders(headers: Headers, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const allowed = allowedOrigin(header(headers, 'origin'), origins);
  if (allowed === undefined) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': allowed,
    'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
  };
}

function allowedOrigin(origin: string | undefined, origins: readonly string[]): string | undefined {
  if (origins.includes('*')) return '*';
  return origin !== undefined && origins.includes(origin) ? origin : undefined;
}

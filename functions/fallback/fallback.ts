/** Answers what no route answers: unknown paths, and known paths under other methods. */
import { servedMethods } from '../endpoints';
import type { Route } from '../shared/definition';
import { ApiError, messages } from '../shared/http/errors';
import type { HttpResponse } from '../shared/http/response';

/**
 * 404, 405, or for `OPTIONS` the list of what the path has.
 * @param path relative to the API's root and stage, e.g. `api/signup`.
 */
export function fallback(method: string, path: string, routes: readonly Route[]): HttpResponse {
  const segments = splitPath(`/${path}`);
  const allowed = servedMethods(...routes.filter((route) => isMatch(splitPath(route.path), segments)));
  if (allowed.length === 0) throw new ApiError('not_found', messages.notFound);
  const headers = { Allow: [...allowed, 'OPTIONS'].join(', ') };
  if (method === 'OPTIONS') return { status: 204, headers };
  return { status: 405, body: { detail: messages.methodNotAllowed(method) }, headers };
}

/** A slash at the end makes no difference. */
const splitPath = (path: string): string[] => path.replace(/\/$/, '').split('/');

const isMatch = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]));

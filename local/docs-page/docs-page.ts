/**
 * The page on which a developer reads and tries the API: `GET /_local/docs/` is Swagger UI on an OpenAPI description. It asks no other host
 * for anything. AWS has no such path.
 */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { GatewayRequest } from '../gateway/request';
import { type HttpResponse, jsonResponse } from '../gateway/responses';

const folder = '/_local/docs';

/** By their names under the folder. There are no others. */
const files: ReadonlyMap<string, string> = new Map([
  ['', join(__dirname, 'index.html')],
  ['page.js', join(__dirname, 'page.js')],
  ['swagger-ui-bundle.js', require.resolve('swagger-ui-dist/swagger-ui-bundle.js')],
  ['swagger-ui.css', require.resolve('swagger-ui-dist/swagger-ui.css')],
  ['index.css', require.resolve('swagger-ui-dist/index.css')],
  ['favicon-32x32.png', require.resolve('swagger-ui-dist/favicon-32x32.png')],
]);

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
};

// Swagger UI's style sheet has its icons in it as `data:`.
const policy = "default-src 'self'; img-src 'self' data:";

/**
 * Responds to a request for the page or one of its files; undefined for every other path.
 *
 * @param description the OpenAPI file; read at each request, so that a reload shows what has changed
 */
export function answerDocsRequest(
  description: string,
  { path, method }: Pick<GatewayRequest, 'path' | 'method'>,
): HttpResponse | undefined {
  if (path === folder) return { status: 302, headers: [['Location', `${folder}/`]], body: Buffer.alloc(0) };
  if (!path.startsWith(`${folder}/`)) return undefined;
  if (method !== 'GET') return jsonResponse(405, { detail: `Method "${method}" not allowed.` });
  const name = path.slice(folder.length + 1);
  if (name === 'openapi.json') return ok('application/json', describeThisServer(description));
  const file = files.get(name);
  if (file === undefined) return jsonResponse(404, { detail: 'Not found.' });
  return ok(mediaTypes[extname(file)] ?? '', readFileSync(file));
}

function ok(mediaType: string, body: Buffer): HttpResponse {
  const headers = [
    ['Content-Type', mediaType],
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', policy],
  ] as const;
  return { status: 200, headers, body };
}

/** Without the description's `servers`: the default is the server that it comes from. */
function describeThisServer(description: string): Buffer {
  const { servers: _, ...rest } = JSON.parse(readFileSync(description, 'utf8'));
  return Buffer.from(JSON.stringify(rest));
}

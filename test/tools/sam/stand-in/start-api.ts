/** What `sam local start-api` does between HTTP and the functions: its routes, its events, its way with authorizers, its errors. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type StartApiRequest,
  startApiAuthorizerEvent,
  startApiEvent,
} from '../../../../tools/sam/start-api-event';
import type { SamLocal } from './sam-local';
import type { SamRoute } from './template';

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface StartedApi {
  readonly url: string;
  close(): Promise<void>;
}

export async function startApi(sam: SamLocal): Promise<StartedApi> {
  const server = createServer((request, response) => void respond(sam, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(sam: SamLocal, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { statusCode, headers, body: answer } = await answerTo(sam, request, body);
  response.writeHead(statusCode, headers).end(answer);
}

async function answerTo(sam: SamLocal, request: IncomingMessage, body: string): Promise<Answer> {
  const { method = '', url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const found = findRoute(sam.routes, method, pathname);
  if (!found) return error(403, 'Missing Authentication Token');
  const event = {
    method,
    resource: found.route.resource,
    path: pathname,
    headers: headersOf(request),
    query: searchParams,
    pathParameters: found.parameters,
    body,
  };
  return throughAuthorizer(sam, found.route, event);
}

async function throughAuthorizer(sam: SamLocal, route: SamRoute, request: StartApiRequest): Promise<Answer> {
  if (!route.authorizerId) return endpointAnswer(sam, route, request);
  const event = startApiAuthorizerEvent(request);
  const verdict = await sam.invoke(route.authorizerId, event).catch(() => undefined);
  if (!verdict?.policyDocument) return error(502, 'Internal server error');
  if (!allows(verdict.policyDocument, event.methodArn))
    return error(403, 'User is not authorized to access this resource');
  const authorizer = { ...verdict.context, principalId: verdict.principalId };
  return endpointAnswer(sam, route, { ...request, authorizer });
}

async function endpointAnswer(sam: SamLocal, route: SamRoute, request: StartApiRequest): Promise<Answer> {
  const answer = await sam
    .invoke(route.functionId, startApiEvent(request))
    .catch(() => error(500, 'Internal server error'));
  const known = ['statusCode', 'body', 'headers', 'multiValueHeaders', 'isBase64Encoded', 'base64Encoded'];
  const isUnderstood = Object.keys(answer).every((name) => known.includes(name));
  return isUnderstood ? answer : error(502, 'Internal server error');
}

/** The more specific path first, and of its methods the one that is named. */
function findRoute(routes: readonly SamRoute[], method: string, path: string) {
  return routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .flatMap((route) => {
      const match = patternOf(route.resource).exec(path);
      return match ? [{ route, parameters: { ...match.groups } }] : [];
    })
    .sort((one, other) => Number(isGreedy(one.route)) - Number(isGreedy(other.route)))[0];
}

const isGreedy = ({ resource }: SamRoute): boolean => resource.includes('+}');

/** The slash at the end is optional, and part of what a greedy parameter takes. */
const patternOf = (resource: string): RegExp =>
  new RegExp(
    `^${resource.replace(/\{(\w+)\+\}/, '(?<$1>.+)').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}${
      resource.endsWith('+}') || resource === '/' ? '' : '/?'
    }$`,
  );

/** Denials are passed over; a resource is a pattern in which only `*` and `?` are special, and those of regular expressions too. */
const allows = (policy: { Statement: any[] }, methodArn: string): boolean =>
  policy.Statement.filter(({ Effect }) => Effect === 'Allow').some(({ Resource }) =>
    new RegExp(`^${Resource.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(methodArn),
  );

/** Names as Werkzeug writes them: `Content-Type`. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()),
      String(value),
    ]),
  );

const error = (statusCode: number, message: string): Answer => ({
  statusCode,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ message }),
});

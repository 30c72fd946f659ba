/** A request as it came over the wire, and what events, `$context` and responses take from it. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { InvocationResult } from '../functions/worker';
import { words } from '../json';
import { type ApiDefinition, accountId, type FunctionDefinition } from '../template/deployment';
import type { Route } from './router';

export interface GatewayRequest {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: HeaderList;
  readonly sourceIp: string;
  readonly serverPort: number;
  readonly protocol: string;
}

/** Invokes a function by its logical id. Never rejects. */
export type Invoke = (
  functionId: FunctionDefinition['logicalId'],
  event: object,
) => Promise<InvocationResult>;

/** A request whose route has been found. */
export interface RoutedRequest {
  readonly api: ApiDefinition;
  readonly request: GatewayRequest;
  readonly body: Buffer;
  readonly route: Route;
  readonly event: CommonEvent;
  readonly invoke: Invoke;
}

/** Never throws, whatever a client sends. */
export function readRequest(message: IncomingMessage): GatewayRequest {
  const target = readTarget(message.url ?? '/');
  const mark = target.indexOf('?');
  return {
    id: randomUUID(),
    receivedAt: Date.now(),
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? [] : [...new URLSearchParams(target.slice(mark + 1))],
    headers: toHeaderList(message.rawHeaders),
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    serverPort: message.socket.localPort ?? 0,
    protocol: `HTTP/${message.httpVersion}`,
  };
}

/** A request's target may also be a whole URL: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
function readTarget(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  return path.startsWith('?') || path === '' ? `/${path}` : path;
}

/** Recorded from AWS: API Gateway does not forward these. */
const notForwarded = words(`
  connection content-length content-md5 expect max-forwards proxy-authenticate server te trailer transfer-encoding
  upgrade www-authenticate
`);

/** The gateway sets these, whatever the client sends. */
const setByGateway = ['X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto', 'X-Amzn-Trace-Id'];

/** The headers that functions see. Names are spelled as sent, except `Authorization`. */
function forwardedHeaders(request: GatewayRequest): HeaderList {
  const sent = request.headers.filter(([name]) => !notForwarded.includes(name.toLowerCase()));
  const kept = setByGateway.reduce(withoutHeader, sent);
  const forwardedFor = sent.filter((header) => hasName(header, 'X-Forwarded-For'));
  return [
    ...kept.map(
      (header) => (hasName(header, 'Authorization') ? ['Authorization', header[1]] : header) as Header,
    ),
    ['X-Amzn-Trace-Id', headerValue(sent, 'X-Amzn-Trace-Id') ?? createTraceId(request)],
    ['X-Forwarded-For', [...forwardedFor.map(([, value]) => value), request.sourceIp].join(', ')],
    ['X-Forwarded-Port', String(request.serverPort)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function createTraceId({ receivedAt, id }: GatewayRequest): string {
  return `Root=1-${Math.floor(receivedAt / 1000).toString(16)}-${id.replaceAll('-', '').slice(8)}`;
}

/** What the events of authorizers and of integrations have in common. */
type CommonEvent = ReturnType<typeof buildCommonEvent>;

export function buildCommonEvent(api: ApiDefinition, request: GatewayRequest, route: Route) {
  const headers = groupHeaders(forwardedHeaders(request));
  const query = groupQuery(request);
  return {
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: route.pathParameters,
    requestContext: buildRequestContext(api, request, route),
  };
}

/** `requestContext` of events, and `$context`. Without a route it has only what does not depend on one. */
export function buildRequestContext(
  api: ApiDefinition,
  request: GatewayRequest,
  route?: Route,
): Record<string, unknown> {
  const host = headerValue(request.headers, 'Host') ?? '';
  return {
    ...(route === undefined ? {} : { resourceId: route.resource.id, resourcePath: route.resource.path }),
    httpMethod: request.method,
    extendedRequestId: request.id,
    requestTime: toCommonLogTime(request.receivedAt),
    path: `/${api.stageName}${request.path}`,
    accountId,
    protocol: request.protocol,
    stage: api.stageName,
    domainPrefix: host.split('.')[0],
    requestTimeEpoch: request.receivedAt,
    requestId: request.id,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: request.sourceIp,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: headerValue(request.headers, 'User-Agent') ?? null,
      user: null,
    },
    domainName: host,
    deploymentId: api.deploymentId,
    apiId: api.logicalId,
  };
}

/** `09/Apr/2015:12:34:56 +0000` */
function toCommonLogTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

// Headers and parameters

type Header = readonly [name: string, value: string];

/** Header fields in the order and spelling in which they came. */
export type HeaderList = readonly Header[];

/** From `rawHeaders` of Node.js, which has names and values by turns. */
function toHeaderList(rawHeaders: readonly string[]): HeaderList {
  const list: Header[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return list;
}

/** The last value of that name in any case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.findLast((header) => hasName(header, name))?.[1];
}

export function withoutHeader(headers: HeaderList, name: string): HeaderList {
  return headers.filter((header) => !hasName(header, name));
}

function hasName([actual]: Header, name: string): boolean {
  return actual.toLowerCase() === name.toLowerCase();
}

/** All values by name. Names that differ only in case are one, spelled as it came first. */
export function groupHeaders(headers: HeaderList): Record<string, string[]> {
  const spelling = new Map<string, string>();
  for (const [name] of headers) {
    if (!spelling.has(name.toLowerCase())) spelling.set(name.toLowerCase(), name);
  }
  return groupValues(headers.map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value]));
}

/** All values of the query by name. */
export function groupQuery({ query }: GatewayRequest): Record<string, string[]> {
  return groupValues(query);
}

function groupValues(entries: readonly Header[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of entries) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

/** The last value of each name, which is the one that API Gateway keeps. */
export function lastValues(groups: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? '']));
}

// Media types

/** Without parameters, in lower case. */
export function mediaType(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase();
}

/** Whether the API treats a body of this type as bytes. A pattern may have `*` for the subtype or for both parts. */
export function isBinary(contentType: string | undefined, patterns: readonly string[]): boolean {
  const [type = '', subtype = ''] = mediaType(contentType ?? '').split('/');
  return patterns.some((pattern) => {
    const [wantedType = '', wantedSubtype = ''] = mediaType(pattern).split('/');
    const isSameType = wantedType === '*' || wantedType === type;
    return isSameType && (wantedSubtype === '*' || wantedSubtype === subtype);
  });
}

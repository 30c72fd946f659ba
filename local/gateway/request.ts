/** A request as it came over the wire, before anything is decided. Nothing a client can send makes this throw. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type HeaderList, headerListOf, headerValue, withoutHeader } from './headers';

export interface GatewayRequest {
  readonly id: string;
  /** Milliseconds since the epoch. */
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

export function gatewayRequestOf(message: IncomingMessage): GatewayRequest {
  const target = pathOf(message.url ?? '/');
  const mark = target.indexOf('?');
  return {
    id: randomUUID(),
    receivedAt: Date.now(),
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? [] : [...new URLSearchParams(target.slice(mark + 1))],
    headers: headerListOf(message.rawHeaders),
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    serverPort: message.socket.localPort ?? 0,
    protocol: `HTTP/${message.httpVersion}`,
  };
}

/** A request's target may also be a whole URL: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
function pathOf(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  return path.startsWith('?') || path === '' ? `/${path}` : path;
}

/** Recorded from AWS: these stay between the client and the gateway. */
const notForwarded = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/** The gateway says these itself, whatever the client says. */
const ownNames = ['X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto', 'X-Amzn-Trace-Id'];

/** What the functions get to see. Names are spelled as sent, save `Authorization`. */
export function forwardedHeaders(request: GatewayRequest): HeaderList {
  const sent = request.headers.filter(([name]) => !notForwarded.has(name.toLowerCase()));
  const kept = ownNames.reduce(withoutHeader, sent);
  const forwardedFor = sent.filter(([name]) => name.toLowerCase() === 'x-forwarded-for');
  return [
    ...kept.map(([name, value]): [string, string] => [normalised(name), value]),
    ['X-Amzn-Trace-Id', headerValue(sent, 'X-Amzn-Trace-Id') ?? traceId(request.receivedAt)],
    ['X-Forwarded-For', [...forwardedFor.map(([, value]) => value), request.sourceIp].join(', ')],
    ['X-Forwarded-Port', String(request.serverPort)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

function normalised(name: string): string {
  return name.toLowerCase() === 'authorization' ? 'Authorization' : name;
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
function traceId(now: number): string {
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

/** Requests over HTTP: any method on any path, known or not, with any headers and body, framed as HTTP asks it. */
import fc from 'fast-check';
import { listRoutes, servedMethods } from '../../functions/endpoints';
import { type Body, bytesOf } from './almost-valid-bodies';
import { hostileBody } from './hostile-bodies';
import {
  type Credentials,
  credentials,
  deadCredentials,
  filledIn,
  forgedToken,
  type Header,
  header,
} from './hostile-headers';
import { hostileText, TEXT_MARK, words } from './hostile-text';

interface Target {
  readonly method: string;
  readonly path: string;
}

export interface WireRequest extends Target, Credentials {
  readonly query: string;
  readonly headers: readonly Header[];
  readonly body: Body;
  readonly isChunked: boolean;
}

/** What API Gateway has resources for. */
export const gatewayMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

const method = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...gatewayMethods) },
  { weight: 1, arbitrary: words('PURGE TRACE PROPFIND LOCK M-SEARCH REPORT') },
);

const percentEncoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

const id = fc.oneof(
  words('0123456789abcdef . .. %2e%2e %00 % %zz %c0%af {id} * ;x=1 a%2Fb'),
  hostileText.map((text) => percentEncoded(text).slice(0, 3000) || 'x'),
  forgedToken,
);

const knownPath = (path: string): fc.Arbitrary<string> =>
  fc.tuple(id, fc.constantFrom('/', '')).map(([value, end]) => path.replace('{id}', value) + end);

const twists: readonly ((path: string) => string)[] = [
  (path) => path.toUpperCase(),
  (path) => `/${path}`,
  (path) => path.replace('/api', '/api/'),
  (path) => path.replace('/api/', '/api/./'),
  (path) => path.replace('/api/', '/x/../api/'),
  (path) => path.replace('/api/', '/api%2F'),
  (path) => path.replace('a', '%61'),
  (path) => path.replaceAll('/', '\\'),
  (path) => path.slice(1),
  (path) => `/dev${path}`,
  (path) => `http://127.0.0.1${path}`,
  (path) => `${path}//`,
  (path) => `${path}/..`,
  (path) => `${path}/x`,
  (path) => `${path};x=1`,
  (path) => `${path}.json`,
  (path) => `${path}%20`,
  (path) => `${path}%00`,
  (path) => `${path}%0d%0aSet-Cookie:%20a=b`,
];

const strangePath = fc.oneof(
  words('/ // /% /%zz /. /api /api/ /favicon.ico /.env /{proxy+} * /\\'),
  fc.constantFrom('/<1000 bytes>', '/<7000 bytes>', '/<20000 bytes>'),
  fc.webPath().map((path) => `/api${path}`),
  hostileText.map((text) => `/${percentEncoded(text)}`),
);

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: words('? ?keep=current ?keep= ?keep=current&keep=x ?__proto__=1 ?% ?%zz=% ?&&=') },
  { weight: 1, arbitrary: words('?token=<live> ?authorization=Token%20<live> ?access_token=<live>') },
  {
    weight: 1,
    arbitrary: fc.webQueryParameters().map((parameters) => `?keep=${parameters}&${TEXT_MARK}=${TEXT_MARK}`),
  },
);

const route = fc.constantFrom(...listRoutes());

const knownTarget: fc.Arbitrary<Target> = route.chain((known) =>
  fc.record({
    method: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...servedMethods(known)) },
      { weight: 1, arbitrary: method },
    ),
    path: knownPath(known.path),
  }),
);

const twistedTarget: fc.Arbitrary<Target> = route.chain((known) =>
  fc.record({
    method: fc.oneof(fc.constantFrom(...known.methods), method),
    path: fc.tuple(knownPath(known.path), fc.constantFrom(...twists)).map(([path, twist]) => twist(path)),
  }),
);

const target = fc.oneof(
  { weight: 6, arbitrary: knownTarget },
  { weight: 2, arbitrary: twistedTarget },
  { weight: 2, arbitrary: fc.record({ method, path: strangePath }) },
);

export const wireRequest: fc.Arbitrary<WireRequest> = fc
  .record({
    target,
    credentials,
    query,
    headers: fc.array(header, { maxLength: 4 }),
    body: hostileBody,
    isChunked: fc.boolean(),
  })
  .map(({ target, credentials, ...rest }) => {
    const isAlone = !rest.headers.some(([name]) => name.toLowerCase() === 'authorization');
    return { ...target, ...credentials, ...rest, isLive: credentials.isLive && isAlone };
  });

const protectedTarget: fc.Arbitrary<Target> = fc
  .constantFrom(...listRoutes().filter(({ access }) => access === 'authenticated'))
  .chain((known) =>
    fc.record({ method: fc.constantFrom(...servedMethods(known)), path: knownPath(known.path) }),
  );

/** For a protected route, with nothing that would open it. */
export const uninvitedRequest: fc.Arbitrary<WireRequest> = fc
  .tuple(protectedTarget, deadCredentials, query)
  .map(([target, credentials, query]) => ({
    ...target,
    ...credentials,
    query,
    headers: [],
    body: { text: '', charset: 'utf8' },
    isChunked: false,
  }));

/** The request as it is sent. */
export function filledRequest(request: WireRequest, liveToken: string): WireRequest {
  const filled = (text: string) => filledIn(text, liveToken);
  const { path, query, headers, authorization } = request;
  return {
    ...request,
    path: filled(path),
    query: filled(query),
    headers: headers.map(([name, value]) => [name, filled(value)]),
    ...(authorization !== undefined && { authorization: filled(authorization) }),
  };
}

export const headersOf = ({ headers, authorization, body, isChunked }: WireRequest): readonly Header[] => [
  ['Host', 'localhost'],
  ...headers,
  ...(body.contentType === undefined ? [] : [['Content-Type', body.contentType] as const]),
  ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
  isChunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(bytesOf(body).length)],
];

export function wireBytes(request: WireRequest): Buffer {
  const { method, path, query, body, isChunked } = request;
  const bytes = bytesOf(body);
  const lines = headersOf(request).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path}${query} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), isChunked ? inChunks(bytes) : bytes]);
}

/** In two halves, which may cut a character. */
function inChunks(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  const halves = [bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length > 0);
  const chunks = halves.flatMap((half) => [
    Buffer.from(`${half.length.toString(16)}\r\n`),
    half,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}

/** Requests of any method on any path, known or not, with any headers and body, and what may be answered to them. */
import fc from 'fast-check';
import { listRoutes, servedMethods } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { type Asked, expectations, listedStatuses } from './contract';
import { type Body, bytesOf, hostileBody, newUser, returningUser } from './hostile-bodies';
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

export interface HostileRequest extends Target, Credentials {
  readonly query: string;
  readonly headers: readonly Header[];
  readonly body: Body;
}

/** What API Gateway has resources for. */
const gatewayMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

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
  fc.constantFrom('/<1000 bytes>', '/<7000 bytes>'),
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

/** The valid bodies that the hostile ones are made of: signup's and login's, unless an endpoint reads others. */
const bodies = fc.oneof(hostileBody(newUser), hostileBody(returningUser));

const requestTo = (target: fc.Arbitrary<Target>, body = bodies): fc.Arbitrary<HostileRequest> =>
  fc
    .record({ target, credentials, query, headers: fc.array(header, { maxLength: 4 }), body })
    .map(({ target, credentials, ...rest }) => {
      const isAlone = !rest.headers.some(([name]) => name.toLowerCase() === 'authorization');
      return { ...target, ...credentials, ...rest, isLive: credentials.isLive && isAlone };
    });

export const anyRequest = requestTo(target);

/** For an endpoint that reads a body, with one that comes far there. */
export const bodyRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  ...listRoutes().flatMap(({ name, methods: [method], path }) => {
    const { fields } = expectations[name];
    return fields ? [requestTo(fc.constant({ method, path }), hostileBody(fields))] : [];
  }),
);

/** For a protected route, with nothing that would open it. */
export const uninvitedRequest: fc.Arbitrary<HostileRequest> = fc
  .constantFrom(...listRoutes().filter(({ access }) => access === 'authenticated'))
  .chain((known) =>
    fc.record({ method: fc.constantFrom(...servedMethods(known)), path: knownPath(known.path) }),
  )
  .chain((target) =>
    fc.record({ credentials: deadCredentials, query }).map(({ credentials, query: text }) => ({
      ...target,
      ...credentials,
      query: text,
      headers: [],
      body: { text: '', charset: 'utf8' as const },
    })),
  );

/** The request as it is sent, with a live token in its place. */
export function filledRequest(
  { method, path, query: text, headers, authorization, body }: HostileRequest,
  liveToken: string,
) {
  const all = [
    ...headers,
    ...(body.contentType === undefined ? [] : [['Content-Type', body.contentType]]),
    ...(authorization === undefined ? [] : [['Authorization', authorization]]),
  ] as const;
  return {
    method,
    path: filledIn(path + text, liveToken),
    headers: all.map(([name, value]) => [name, filledIn(value, liveToken)] as const),
    body: bytesOf(body),
  };
}

/** What may be answered to a request, read off the route table. */
export function askedBy({ method, path, isLive }: HostileRequest): Asked {
  const isOpen = ({ access }: Route) => isLive || access === 'public';
  const there = listRoutes().filter((one) => patternOf(one).test(path));
  const route = there.find((one) => servedMethods(one).includes(method));
  // Wherever an odd path leads, nobody gets into a protected route who may not.
  if (there.length === 0 && isOdd(path)) {
    const endpoints = listRoutes()
      .filter((one) => isOpen(one) && servedMethods(one).includes(method))
      .map(({ name }) => name);
    return { method, endpoints, statuses: oddStatuses(method, endpoints) };
  }
  const nothing = { method, endpoints: [] };
  if (there.length === 0 || !gatewayMethods.includes(method)) return { ...nothing, statuses: [404] };
  if (method === 'OPTIONS') return { ...nothing, statuses: [204] };
  if (!route) return { ...nothing, statuses: [405] };
  return {
    method,
    endpoints: [route.name],
    statuses: isOpen(route) ? expectations[route.name].statuses : [401],
  };
}

/** Every refusal, and the successes of what may have been reached. */
function oddStatuses(method: string, endpoints: Asked['endpoints']): readonly number[] {
  const successes = endpoints.flatMap((name) => expectations[name].statuses).filter((status) => status < 300);
  const refusals = listedStatuses.filter((status) => status >= 400);
  return [...successes, ...refusals, ...(method === 'OPTIONS' ? [204] : [])];
}

const patternOf = ({ path }: Route): RegExp => new RegExp(`^${path.replace(/\{\w+\}/, '[^/]+')}/*$`);

/** Written so that servers may differ about where it leads. */
const isOdd = (path: string): boolean => /[%\\]|\/\/|^[^/]/.test(path);

/** Holds answers and logs against the contract, whatever was asked. */
import { type EndpointName, listRoutes, servedMethods } from '../../functions/endpoints';
import { bodiesOfSuccess, isErrorBody, isRefusalBody } from './contract';
import { PASSWORD_MARK, TEXT_MARK, TOKEN_MARK } from './hostile-text';

export interface Reply {
  readonly status: number;
  /** By lower-case name; repeated ones are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface Asked {
  readonly method: string;
  /** Every status that may be answered. */
  readonly statuses: readonly number[];
  /** Whose 2xx it may be. */
  readonly endpoints: readonly EndpointName[];
}

/** Where the contract repeats what was sent. */
const ECHOES = [
  /^Unsupported media type ".*" in request\.$/s,
  /^Method ".*" not allowed\.$/s,
  /^".*" is not a valid choice\.$/s,
  /^(JSON|Form) parse error - The name ".*" appears more than once\.$/s,
];
const withoutEchoes = (_: string, value: unknown): unknown =>
  typeof value === 'string' && ECHOES.some((echo) => echo.test(value)) ? '' : value;

/** Of our code, our machine and our database, in any answer. */
const INTERNALS =
  /\bat .*:\d+:\d+|node:|node_modules|\.[jt]s\b|\w*Error:|Exception\b|dynam|arn:|undefined|\[object |COUNTER#|\$2[aby]\$/i;

function bodyOf({ text }: Reply): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return Symbol('no JSON');
  }
}

function breachesOf(reply: Reply, asked: Asked, liveToken: string): string[] {
  const { status } = reply;
  const body = bodyOf(reply);
  const checks: readonly [breach: string, isFine: boolean][] = [
    [`is none of ${asked.statuses.join(', ')}`, asked.statuses.includes(status)],
    ['has the wrong form', isRightForm(reply, body, asked)],
    ['is not JSON', status === 204 || reply.headers.get('content-type') === 'application/json'],
    ...headerChecks(reply, asked),
    ...leakChecks(reply, body, liveToken),
  ];
  return checks.filter(([, isFine]) => !isFine).map(([breach]) => `The answer ${breach}.`);
}

function isRightForm(
  { status, text }: Reply,
  body: unknown,
  { method, endpoints, statuses }: Asked,
): boolean {
  if (method === 'HEAD' || status === 204) return text === '';
  if (status < 300) return endpoints.some((endpoint) => bodiesOfSuccess[endpoint](body));
  return isErrorBody(status, body) || (statuses.includes(431) && isRefusalBody(status, body));
}

const allowLists: ReadonlySet<string> = new Set(
  listRoutes().map((route) => [...servedMethods(route), 'OPTIONS'].join(', ')),
);

function headerChecks({ status, headers }: Reply, { method }: Asked): readonly [string, boolean][] {
  const isNotStored = headers.get('cache-control') === 'no-store';
  const isAboutMethods = status === 405 || (status === 204 && method === 'OPTIONS');
  const allowed = headers.get('allow') ?? '';
  const hasAge = /^\d+$/.test(headers.get('token-expires-in') ?? '');
  return [
    ['lacks the challenge of a 401', status !== 401 || headers.get('www-authenticate') === 'Token'],
    ['may be cached', isNotStored || (status !== 401 && status >= 300)],
    ['does not say what is allowed', !isAboutMethods || allowLists.has(allowed)],
    ['refuses a method that it says is allowed', status !== 405 || !allowed.split(', ').includes(method)],
    ['does not say how long the token lives', (status !== 200 && status !== 201) || hasAge],
    ['does not say when to try again', status !== 429 || headers.has('retry-after')],
    ['sets a cookie', !headers.has('set-cookie')],
  ];
}

/** In halves, so that one is found also of a token with one digit changed. */
const halves = (token: string): readonly string[] => [token.slice(0, 20), token.slice(20)].filter(Boolean);

function leakChecks(
  { status, headers, text }: Reply,
  body: unknown,
  liveToken: string,
): readonly [string, boolean][] {
  const head = [...headers].join('\n');
  const own = status >= 400 ? (JSON.stringify(body, withoutEchoes) ?? '') : '';
  const said = `${head}\n${own}`.toLowerCase();
  const everything = `${head}\n${status >= 400 ? own : text}`.toLowerCase();
  return [
    ['gives back what was sent', !said.includes(TEXT_MARK)],
    ['gives back a password', !everything.includes(PASSWORD_MARK)],
    ['gives back a token', ![TOKEN_MARK, ...halves(liveToken)].some((token) => everything.includes(token))],
    ['tells of the inside', !INTERNALS.test(own)],
  ];
}

/** Throws every breach of the contract, with the answer. `liveToken` must not come back, nor anything that bears a mark. */
export function expectContract(reply: Reply, asked: Asked, liveToken: string): void {
  const breaches = breachesOf(reply, asked, liveToken);
  if (breaches.length === 0) return;
  const head = [...reply.headers].map(([name, value]) => `${name}: ${value}`);
  throw new Error([...breaches, '', reply.status, ...head, '', reply.text].join('\n'));
}

/** Throws unless every line of a log is one that we wrote, of no fault of ours, and holds nothing that was sent. */
export function expectHarmlessLog(log: string): void {
  const lines = log.split('\n').filter(Boolean);
  expect(lines.filter((line) => !isHarmless(line))).toEqual([]);
}

const isHarmless = (line: string): boolean =>
  /^\{"time":"[^"]+","level":"(INFO|WARN)".*\}$/.test(line) &&
  ![TEXT_MARK, PASSWORD_MARK, TOKEN_MARK].some((mark) => line.toLowerCase().includes(mark));

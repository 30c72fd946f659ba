/**
 * The contract of every answer, and what holds answers and logs against it, whatever was asked. A new endpoint needs an entry in
 * `expectations`, and valid fields if it reads a body.
 */
import type fc from 'fast-check';
import { type EndpointName, listRoutes, routes, servedMethods } from '../../functions/endpoints';
import { findUndocumented, isA } from '../support/api-description';
import type { Reply } from '../support/backend';
import {
  type Field,
  link,
  newEmail,
  newPassword,
  newPasswordByLink,
  newUser,
  newUsername,
  returningUser,
} from './hostile-bodies';
import { PASSWORD_MARK, TEXT_MARK, TOKEN_MARK } from './hostile-text';

/** Every status of the contract that is not our own fault. */
export const listedStatuses = [200, 201, 204, 400, 401, 403, 404, 405, 413, 415, 429];

interface Expectation {
  /** What may be answered to a caller whom the endpoint knows, or who need not be known. */
  readonly statuses: readonly number[];
  /** The fields of a valid body, of which hostile ones are made. */
  readonly fields?: fc.Arbitrary<readonly Field[]>;
}

export const expectations: Readonly<Record<EndpointName, Expectation>> = {
  signup: { statuses: [201, 400, 413, 415, 429], fields: newUser },
  login: { statuses: [200, 400, 413, 415, 429], fields: returningUser },
  dashboard: { statuses: [200] },
  refresh: { statuses: [200] },
  logout: { statuses: [200] },
  'logout-all': { statuses: [204, 400] },
  sessions: { statuses: [200] },
  'end-session': { statuses: [404] },
  // Where the password is asked for, it is a wrong one.
  'set-password': { statuses: [400, 413, 415, 429], fields: newPassword },
  'set-username': { statuses: [400, 413, 415, 429], fields: newUsername },
  me: { statuses: [200] },
  'update-me': { statuses: [200, 400, 413, 415, 429], fields: newEmail },
  'delete-me': { statuses: [400, 413, 415, 429], fields: newPassword },
  'export-me': { statuses: [200, 429] },
  'reset-password': { statuses: [204, 400, 413, 415, 429], fields: newEmail },
  'resend-activation': { statuses: [204, 400, 413, 415, 429], fields: newEmail },
  'request-deletion': { statuses: [204, 400, 413, 415, 429], fields: newEmail },
  // No link and no code here is right.
  'reset-password-confirm': { statuses: [400, 413, 415, 429], fields: newPasswordByLink },
  activation: { statuses: [400, 413, 415, 429], fields: link },
  'confirm-deletion': { statuses: [400, 413, 415, 429], fields: link },
};

const isErrorBody = (status: number, body: unknown): boolean =>
  isA(status === 400 ? 'InvalidRequest' : 'Detail', body);

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

function breachesOf(reply: Reply, asked: Asked, liveToken: string): string[] {
  const { status } = reply;
  const headers = new Headers(reply.headers);
  const checks: readonly [breach: string, isFine: boolean][] = [
    [`is none of ${asked.statuses.join(', ')}`, asked.statuses.includes(status)],
    ['has the wrong form', isRightForm(reply, asked)],
    ['is not JSON', status === 204 || headers.get('content-type') === 'application/json'],
    ...headerChecks(status, headers, asked.method),
    ...leakChecks(reply, liveToken),
  ];
  return checks.filter(([, isFine]) => !isFine).map(([breach]) => `The answer ${breach}.`);
}

function isRightForm({ status, text, body, headers }: Reply, { method, endpoints }: Asked): boolean {
  const isEmpty = text === '';
  if (method === 'OPTIONS' && status === 204) return isEmpty;
  // The gateway's own answers to HEAD have a body until they are sent.
  if (status >= 400) return (method === 'HEAD' && isEmpty) || isErrorBody(status, body);
  const answer = { status, body, headers: new Headers(headers) };
  return endpoints.some((name) => findUndocumented(method, routes[name].path, answer).length === 0);
}

const allowLists: ReadonlySet<string> = new Set(
  listRoutes().map(({ path }) => {
    const routes = listRoutes().filter((route) => route.path === path);
    return [...servedMethods(...routes), 'OPTIONS'].join(', ');
  }),
);

function headerChecks(status: number, headers: Headers, method: string): readonly [string, boolean][] {
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
  { status, headers, text, body }: Reply,
  liveToken: string,
): readonly [breach: string, isFine: boolean][] {
  const head = Object.entries(headers).flat().join('\n');
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
  const head = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}`);
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

/** An answer and what it should have been, to the byte. */
import type { Reply } from '../../bench/load/connection';
import { cut } from './ask';
import { aToken, contains, matches, Pattern, wholeSeconds } from './pattern';

export interface Expected {
  readonly status: number;
  /** JSON, in which patterns may stand for values. Absent: no body at all. */
  readonly body?: unknown;
  /** Besides those that the contract asks of every answer of its kind. */
  readonly headers?: Readonly<Record<string, string | Pattern>>;
}

type Headers = Readonly<Record<string, string | Pattern>>;

/** What the contract asks of every answer. */
function headersOf({ status, body, headers }: Expected): Headers {
  const bearsToken = contains(body, aToken);
  return {
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...((bearsToken || status === 401) && { 'Cache-Control': 'no-store' }),
    ...(bearsToken && { 'Token-Expires-In': wholeSeconds }),
    ...(status === 401 && { 'WWW-Authenticate': 'Token' }),
    ...headers,
  };
}

/** Both in words; undefined if there is none. */
export function differenceBetween(
  reply: Reply,
  expected: Expected,
): { readonly expected: string; readonly got: string } | undefined {
  const wrongHeaders = Object.entries(headersOf(expected)).filter(
    ([name, value]) => !matches(value, headerOf(reply, name)),
  );
  if (reply.status === expected.status && isBody(reply, expected.body) && wrongHeaders.length === 0)
    return undefined;
  const wanted = wrongHeaders.map(([name, value]) => `${name}: ${inWords(value)}`);
  const given = wrongHeaders.map(([name]) => `${name}: ${headerOf(reply, name) ?? '(none)'}`);
  const body = expected.body === undefined ? '(no body)' : JSON.stringify(expected.body);
  return {
    expected: [expected.status, cut(body, MAX_BODY), ...wanted].join('  '),
    got: [inShort(reply), ...spacing(reply, expected.body), ...given].join('  '),
  };
}

const MAX_BODY = 600;

/** What would not be seen. */
const spacing = ({ text, body }: Reply, expected: unknown): string[] =>
  expected !== undefined && matches(expected, body) && JSON.stringify(body) !== text
    ? ['(in other characters or with white space)']
    : [];

/** May hold secrets. */
export const inShort = ({ status, text }: Reply): string =>
  `${status}  ${cut(text.replace(/\s{2,}/g, ' '), MAX_BODY) || '(no body)'}`;

export const headerOf = ({ headers }: Reply, name: string): string | undefined =>
  headers[name.toLowerCase()]?.toString();

function isBody({ text, body }: Reply, expected: unknown): boolean {
  if (expected === undefined) return text === '';
  return matches(expected, body) && JSON.stringify(body) === text;
}

const inWords = (value: string | Pattern): string => (value instanceof Pattern ? value.toJSON() : value);

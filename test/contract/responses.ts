/** Expected responses, compared to the byte, and to docs/openapi.json. */
import { listRoutes } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { findUndocumented } from '../support/api-description';
import type { Reply } from '../support/client';

export interface ExpectedResponse {
  readonly status: number;
  /** In the expected order of members; matchers may stand for values. Absent: no body. */
  readonly body?: unknown;
  /** In addition to those that every response of its kind must have. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

const aToken = expect.stringMatching(/^[0-9a-f]{40}$/);
export const wholeSeconds = expect.stringMatching(/^[1-9]\d*$/);
const anId = {
  $$typeof: Symbol.for('jest.asymmetricMatcher'),
  asymmetricMatch: (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0,
  toAsymmetricMatcher: () => 'a positive integer',
};

/** @param sent method, path and what else identifies the request in a failure. */
export function expectResponse(
  sent: string,
  reply: Reply,
  { status, body, headers }: ExpectedResponse,
): void {
  const bearsToken = isObject(body) && 'token' in body && body.token === aToken;
  const expected: Record<string, unknown> = {
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...((bearsToken || status === 401) && { 'Cache-Control': 'no-store' }),
    ...(bearsToken && { 'Token-Expires-In': wholeSeconds }),
    ...(status === 401 && { 'WWW-Authenticate': 'Token' }),
    ...headers,
  };
  const given = Object.fromEntries(Object.keys(expected).map((name) => [name, reply.headers.get(name)]));
  const request = sent.length < 400 ? sent : `${sent.slice(0, 400).replace(/[\w-]+$/, '')}…`;
  const [method = '', path = ''] = sent.split(' ');
  const undocumented = findUndocumented(method, path, reply);
  const received = { request, status: reply.status, headers: given, body: reply.body, undocumented };
  expect(received).toEqual({ request, status, headers: expected, body, undocumented: [] });
  expect(reply.text).toBe(body === undefined ? '' : JSON.stringify(inOrder(body, reply.body)));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The received value with its members in the expected order. */
function inOrder(expected: unknown, received: any): unknown {
  if (!isObject(expected) || 'asymmetricMatch' in expected) return received;
  if (Array.isArray(expected)) return expected.map((each, at) => inOrder(each, received[at]));
  return Object.fromEntries(
    Object.entries(expected).map(([name, each]) => [name, inOrder(each, received[name])]),
  );
}

export const SIGNUP = 'POST /api/signup/';
export const LOGIN = 'POST /api/api-token-auth/';
export const DASHBOARD = 'GET /api/dashboard/';
export const REFRESH = 'POST /api/refresh-token/';
export const LOGOUT = 'POST /api/logout/';
export const LIST = 'GET /api/sessions/';
export const DELETE_ME = 'DELETE /api/auth/users/me/';
export const CONFIRM_DELETION = 'POST /api/auth/users/confirm_deletion/';

export const BEARS_TOKEN: ExpectedResponse = { status: 200, body: { token: aToken } };
export const LOGGED_OUT: ExpectedResponse = { status: 200, body: { message: 'Successfully logged out.' } };
export const DONE: ExpectedResponse = { status: 204 };
export const NOT_FOUND: ExpectedResponse = { status: 404, body: { detail: 'Not found.' } };

export const refused = (detail: string): ExpectedResponse => ({ status: 401, body: { detail } });
export const NOT_PROVIDED = refused('Authentication credentials were not provided.');
export const INVALID_TOKEN = refused('Invalid token.');

export const invalid = (messages: object): ExpectedResponse => ({ status: 400, body: messages });
export const REQUIRED = 'This field is required.';
export const LOGIN_NEEDS = invalid({ username: [REQUIRED], password: [REQUIRED] });
export const SIGNUP_NEEDS = invalid({ username: [REQUIRED], email: [REQUIRED], password: [REQUIRED] });
export const LOGIN_FAILED = invalid({ non_field_errors: ['Unable to log in with provided credentials.'] });

/** `role` defaults to any. */
export const created = (user: { username: string; email: string; role?: string }): ExpectedResponse => {
  const { username, email, role = expect.stringMatching(/^[A-Z][A-Z_]*$/) } = user;
  return { status: 201, body: { user: { id: anId, username, email, role }, token: aToken } };
};

/** `STORE_MANAGER` is greeted as a Store Manager. */
export const greeting = (role: string): ExpectedResponse => {
  const title = role
    .toLowerCase()
    .replace(/(^|_)(.)/g, (_, before, letter) => `${before && ' '}${letter.toUpperCase()}`);
  return { status: 200, body: { message: `Welcome to the ${title} Dashboard!` } };
};

/** A path that can be sent, without the slash at its end. */
export const pathOf = ({ path }: Route): string => path.replace('{id}', 'x');
export const protectedRequests = listRoutes()
  .filter(({ access }) => access === 'authenticated')
  .map((route) => `${route.methods[0]} ${pathOf(route)}/`);

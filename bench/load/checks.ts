/**
 * What a right answer is, from the contract. A check sees one reply and names everything that is wrong with it; nothing is right. No
 * problem repeats a token: what the server said is shown elsewhere, with its secrets cut.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Account } from './accounts';
import type { Reply } from './connection';
import type { Known } from './known';

export type Check = (reply: Reply) => readonly string[];

const all =
  (...checks: readonly Check[]): Check =>
  (reply) =>
    checks.flatMap((check) => check(reply));

const must = (isRight: boolean, problem: string): readonly string[] => (isRight ? [] : [problem]);

const hasStatus =
  (status: number): Check =>
  (reply) =>
    must(reply.status === status, `status ${reply.status} instead of ${status}`);

const hasBody =
  (body: object): Check =>
  (reply) =>
    must(isDeepStrictEqual(reply.body, body), `the body is not ${JSON.stringify(body)}`);

const isJson: Check = ({ headers }) =>
  must(
    /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''),
    'Content-Type is not application/json',
  );

const isNotStored: Check = ({ headers }) =>
  must(headers['cache-control'] === 'no-store', 'Cache-Control is not no-store');

const hasChallenge: Check = ({ headers }) =>
  must(headers['www-authenticate'] === 'Token', 'WWW-Authenticate is not Token');

const expiresInAtLeast =
  (seconds: number): Check =>
  ({ headers }) => {
    const value = String(headers['token-expires-in'] ?? '');
    const isRight = /^\d{1,10}$/.test(value) && Number(value) >= seconds;
    return must(isRight, `Token-Expires-In is not a whole number of seconds from ${seconds} on`);
  };

const hasOnly = (object: Members, names: readonly string[]): boolean =>
  isDeepStrictEqual(Object.keys(object).sort(), [...names].sort());

type Members = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const bearsNewToken =
  (known: Known, ...members: readonly string[]): Check =>
  ({ body }) => {
    const object = membersOf(body);
    const { token } = object as { token?: unknown };
    return [
      ...must(hasOnly(object, members), `the body's members are not ${members.join(' and ')} alone`),
      ...must(typeof token === 'string' && /^[0-9a-f]{40}$/.test(token), 'no token of 40 hex digits'),
      ...must(!known.tokens.has(String(token)), 'the token is not new'),
    ];
  };

const bearsNewUser =
  ({ username, email, role }: Account, known: Known): Check =>
  ({ body }) => {
    const { id, ...user } = membersOf(membersOf(body)['user']);
    return [
      ...must(isDeepStrictEqual(user, { username, email, role }), 'the user is not the one that was sent'),
      ...must(Number.isSafeInteger(id) && Number(id) > 0, 'the id is not a positive integer'),
      ...must(!known.ids.has(Number(id)), 'the id is not new'),
    ];
  };

const DONE = all(isJson, hasStatus(200));
const tokenAlone = (known: Known) =>
  all(DONE, isNotStored, expiresInAtLeast(1), bearsNewToken(known, 'token'));

/** A right answer to each action, once it is neither 429 nor 503. */
export const checkOf = {
  dashboard: all(DONE, expiresInAtLeast(1), hasBody({ message: 'Welcome to the Clerk Dashboard!' })),
  revoked: all(hasStatus(401), isJson, isNotStored, hasChallenge, hasBody({ detail: 'Invalid token.' })),
  logout: all(DONE, expiresInAtLeast(0), hasBody({ message: 'Successfully logged out.' })),
  login: tokenAlone,
  refresh: tokenAlone,
  signup: (account: Account, known: Known) =>
    all(
      hasStatus(201),
      isJson,
      isNotStored,
      expiresInAtLeast(1),
      bearsNewToken(known, 'user', 'token'),
      bearsNewUser(account, known),
    ),
};

const THROTTLED = /^Request was throttled\. Expected available in \d+ seconds?\.$/;

/** A 429, whatever was asked. */
export const checkThrottled: Check = all(
  isJson,
  ({ headers }) =>
    must(/^[1-9]\d{0,8}$/.test(headers['retry-after'] ?? ''), 'Retry-After is not whole seconds'),
  ({ body }) =>
    must(THROTTLED.test(String(membersOf(body)['detail'])), 'the body is not that of a throttled request'),
);

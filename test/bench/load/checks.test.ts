/** Every way in which an answer can be wrong is seen; the right one passes. */
import type { Account } from '../../../bench/load/accounts';
import { type Check, checkOf, checkThrottled } from '../../../bench/load/checks';
import type { Reply } from '../../../bench/load/connection';
import { nothingKnown } from '../../../bench/load/known';
import { verdictOn } from '../../../bench/load/verdict';

const TOKEN = '0123456789abcdef0123456789abcdef01234567';
const OLD_TOKEN = 'f'.repeat(40);
const account: Account = {
  username: 'ada',
  email: 'ada@example.com',
  password: 'analytical1',
  role: 'CLERK',
  possibleSessions: 0,
};
const { username, email, role } = account;
const known = { ...nothingKnown(), ids: new Set([1]), tokens: new Set([OLD_TOKEN]) };

interface Change {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined>;
}

/** The right answer, changed. */
type Answer = (change: Change) => Reply;

const answer =
  (right: Required<Change>): Answer =>
  ({ status = right.status, headers, ...change }) => {
    const body = 'body' in change ? change.body : right.body;
    return { status, headers: { ...right.headers, ...headers }, body, text: JSON.stringify(body) ?? '' };
  };

const JSON_TYPE = { 'content-type': 'application/json' };
const BEARING = { ...JSON_TYPE, 'cache-control': 'no-store', 'token-expires-in': '604800' };
const REFUSAL = { ...JSON_TYPE, 'cache-control': 'no-store', 'www-authenticate': 'Token' };
const user = { id: 2, username, email, role };

const dashboard = answer({
  status: 200,
  headers: { ...JSON_TYPE, 'token-expires-in': '60' },
  body: { message: 'Welcome to the Clerk Dashboard!' },
});
const revoked = answer({ status: 401, headers: REFUSAL, body: { detail: 'Invalid token.' } });
const logout = answer({
  status: 200,
  headers: { ...JSON_TYPE, 'token-expires-in': '0' },
  body: { message: 'Successfully logged out.' },
});
const bearer = answer({ status: 200, headers: BEARING, body: { token: TOKEN } });
const signup = answer({ status: 201, headers: BEARING, body: { user, token: TOKEN } });
const throttled = answer({
  status: 429,
  headers: { ...JSON_TYPE, 'retry-after': '57' },
  body: { detail: 'Request was throttled. Expected available in 57 seconds.' },
});

const signupCheck = checkOf.signup(account, known);
const html = { headers: { 'content-type': 'text/html' } };
const without = (name: string): Change => ({ headers: { [name]: undefined } });

describe('the right answer', () => {
  it.each<[string, Check, Reply]>([
    ['dashboard', checkOf.dashboard, dashboard({})],
    ['a dead token', checkOf.revoked, revoked({})],
    ['logout', checkOf.logout, logout({})],
    ['login', checkOf.login(known), bearer({})],
    ['refresh', checkOf.refresh(known), bearer({})],
    ['signup', signupCheck, signup({})],
    ['too many requests', checkThrottled, throttled({})],
    [
      'JSON with a charset',
      checkOf.dashboard,
      dashboard({ headers: { 'content-type': 'application/json; charset=utf-8' } }),
    ],
  ])('to %s has no problem', (_, check, reply) => {
    expect(check(reply)).toEqual([]);
  });
});

describe('a wrong answer', () => {
  it.each<[string, Check, Reply, string]>([
    ['dashboard: refused', checkOf.dashboard, dashboard({ status: 401 }), 'status 401 instead of 200'],
    [
      'dashboard: another role',
      checkOf.dashboard,
      dashboard({ body: { message: 'Welcome to the Admin Dashboard!' } }),
      'the body is not {"message":"Welcome to the Clerk Dashboard!"}',
    ],
    [
      'dashboard: a member more',
      checkOf.dashboard,
      dashboard({ body: { message: 'Welcome to the Clerk Dashboard!', id: 1 } }),
      'the body is not {"message":"Welcome to the Clerk Dashboard!"}',
    ],
    [
      'dashboard: no JSON',
      checkOf.dashboard,
      dashboard({ body: undefined }),
      'the body is not {"message":"Welcome to the Clerk Dashboard!"}',
    ],
    ['dashboard: HTML', checkOf.dashboard, dashboard(html), 'Content-Type is not application/json'],
    [
      'dashboard: a type that only begins like JSON',
      checkOf.dashboard,
      dashboard({ headers: { 'content-type': 'application/jsonp' } }),
      'Content-Type is not application/json',
    ],
    [
      'dashboard: no Token-Expires-In',
      checkOf.dashboard,
      dashboard(without('token-expires-in')),
      'Token-Expires-In is not a whole number of seconds from 1 on',
    ],
    [
      'dashboard: an ended token that is let in',
      checkOf.dashboard,
      dashboard({ headers: { 'token-expires-in': '0' } }),
      'Token-Expires-In is not a whole number of seconds from 1 on',
    ],
    ['dead token: let in', checkOf.revoked, revoked({ status: 200 }), 'status 200 instead of 401'],
    ['dead token: 403', checkOf.revoked, revoked({ status: 403 }), 'status 403 instead of 401'],
    [
      'dead token: other words',
      checkOf.revoked,
      revoked({ body: { detail: 'User inactive or deleted.' } }),
      'the body is not {"detail":"Invalid token."}',
    ],
    [
      'dead token: no challenge',
      checkOf.revoked,
      revoked(without('www-authenticate')),
      'WWW-Authenticate is not Token',
    ],
    [
      'dead token: may be stored',
      checkOf.revoked,
      revoked(without('cache-control')),
      'Cache-Control is not no-store',
    ],
    ['dead token: HTML', checkOf.revoked, revoked(html), 'Content-Type is not application/json'],
    [
      'logout: other words',
      checkOf.logout,
      logout({ body: { message: 'Bye.' } }),
      'the body is not {"message":"Successfully logged out."}',
    ],
    ['logout: 204', checkOf.logout, logout({ status: 204 }), 'status 204 instead of 200'],
    [
      'logout: no Token-Expires-In',
      checkOf.logout,
      logout(without('token-expires-in')),
      'Token-Expires-In is not a whole number of seconds from 0 on',
    ],
    ['login: refused', checkOf.login(known), bearer({ status: 400 }), 'status 400 instead of 200'],
    [
      'login: may be stored',
      checkOf.login(known),
      bearer({ headers: { 'cache-control': 'private' } }),
      'Cache-Control is not no-store',
    ],
    [
      'login: Token-Expires-In is no number',
      checkOf.login(known),
      bearer({ headers: { 'token-expires-in': '7d' } }),
      'Token-Expires-In is not a whole number of seconds from 1 on',
    ],
    [
      'login: a token of 39 digits',
      checkOf.login(known),
      bearer({ body: { token: TOKEN.slice(1) } }),
      'no token of 40 hex digits',
    ],
    [
      'login: a token in capitals',
      checkOf.login(known),
      bearer({ body: { token: TOKEN.toUpperCase() } }),
      'no token of 40 hex digits',
    ],
    ['login: no token', checkOf.login(known), bearer({ body: {} }), 'no token of 40 hex digits'],
    [
      'login: a list',
      checkOf.login(known),
      bearer({ body: [TOKEN] }),
      "the body's members are not token alone",
    ],
    [
      'login: a member more',
      checkOf.login(known),
      bearer({ body: { token: TOKEN, user } }),
      "the body's members are not token alone",
    ],
    [
      "login: someone else's token",
      checkOf.login(known),
      bearer({ body: { token: OLD_TOKEN } }),
      'the token is not new',
    ],
    [
      'refresh: the same token',
      checkOf.refresh(known),
      bearer({ body: { token: OLD_TOKEN } }),
      'the token is not new',
    ],
    ['signup: 200', signupCheck, signup({ status: 200 }), 'status 200 instead of 201'],
    ['signup: may be stored', signupCheck, signup(without('cache-control')), 'Cache-Control is not no-store'],
    [
      'signup: another name',
      signupCheck,
      signup({ body: { user: { ...user, username: 'eve' }, token: TOKEN } }),
      'the user is not the one that was sent',
    ],
    [
      'signup: the password in the user',
      signupCheck,
      signup({ body: { user: { ...user, password: 'x' }, token: TOKEN } }),
      'the user is not the one that was sent',
    ],
    [
      'signup: no user',
      signupCheck,
      signup({ body: { token: TOKEN } }),
      "the body's members are not user and token alone",
    ],
    [
      'signup: an id in quotes',
      signupCheck,
      signup({ body: { user: { ...user, id: '2' }, token: TOKEN } }),
      'the id is not a positive integer',
    ],
    [
      'signup: half an id',
      signupCheck,
      signup({ body: { user: { ...user, id: 2.5 }, token: TOKEN } }),
      'the id is not a positive integer',
    ],
    [
      'signup: an id that someone else has',
      signupCheck,
      signup({ body: { user: { ...user, id: 1 }, token: TOKEN } }),
      'the id is not new',
    ],
    [
      'signup: a token that someone else has',
      signupCheck,
      signup({ body: { user, token: OLD_TOKEN } }),
      'the token is not new',
    ],
    [
      'too many requests: no Retry-After',
      checkThrottled,
      throttled(without('retry-after')),
      'Retry-After is not whole seconds',
    ],
    [
      'too many requests: a date',
      checkThrottled,
      throttled({ headers: { 'retry-after': 'Sun, 22 Nov 2026 19:00:00 GMT' } }),
      'Retry-After is not whole seconds',
    ],
    [
      'too many requests: other words',
      checkThrottled,
      throttled({ body: { message: 'Too Many Requests' } }),
      'the body is not that of a throttled request',
    ],
  ])('to %s', (_, ...[check, reply, problem]) => {
    expect(check(reply)).toContain(problem);
  });

  it('never has a token in what is said about it', () => {
    const problems = checkOf.refresh(known)(bearer({ body: { token: OLD_TOKEN } }));
    expect(problems.join()).not.toMatch(/[0-9a-f]{7}/);
  });
});

describe('the verdict', () => {
  const sent = (reply: Reply) => ({ milliseconds: 1, reply });
  it.each([
    ['right', sent(dashboard({}))],
    ['wrong', sent(dashboard({ status: 500 }))],
    ['throttled', sent(throttled({}))],
    ['wrong', sent(throttled(without('retry-after')))],
    ['unavailable', sent(dashboard({ status: 503 }))],
    ['failed', { milliseconds: 1, failure: 'connection reset' }],
  ])('is %s', (outcome, reply) => {
    expect(verdictOn(reply, checkOf.dashboard).outcome).toBe(outcome);
  });
});

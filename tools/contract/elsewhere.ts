/** What the contract says and no HTTP client can make happen at will, on any target, and the test that shows it instead. */

interface Elsewhere {
  readonly title: string;
  readonly reason: string;
  readonly test: string;
  /** A part of what that test is called. */
  readonly called: string;
}

const NEEDS_FAULT = 'needs a database that fails';
const NEEDS_CLOCK = 'needs a clock that can be moved';
const NEEDS_OPERATOR = 'needs a write to the user by an operator';

export const elsewhere: readonly Elsewhere[] = [
  {
    title: 'the role may not use this route: 403',
    reason: 'no route asks for a role',
    test: 'test/http/endpoint.test.ts',
    called: 'the roles of a route',
  },
  {
    title: 'expired token: 401 Invalid token.',
    reason: NEEDS_CLOCK,
    test: 'test/api/sessions.test.ts',
    called: 'end a token to the second',
  },
  {
    title: 'a token that was refreshed away and comes back late ends the session',
    reason: NEEDS_CLOCK,
    test: 'test/api/sessions.test.ts',
    called: 'ends the session when the thief refreshes it',
  },
  {
    title: "the token's user is deactivated or deleted: 401 User inactive or deleted.",
    reason: NEEDS_OPERATOR,
    test: 'test/security/sessions.test.ts',
    called: '12. Disabling or deleting an account',
  },
  {
    title: 'login of an inactive user: as with a wrong password, with the same number of hash operations',
    reason: NEEDS_OPERATOR,
    test: 'test/security/guessing.test.ts',
    called: '36. Unknown user, wrong password and disabled account',
  },
  {
    title: 'too many signups or logins from one address: 429',
    reason: 'would use up what the address may do for ten minutes',
    test: 'test/security/guessing.test.ts',
    called: '38. Signup enumeration',
  },
  {
    title: 'the database is unavailable, throttled or slow: 503',
    reason: NEEDS_FAULT,
    test: 'test/api/faults.test.ts',
    called: 'every route answers 503 while the database says nothing',
  },
  {
    title: 'a bug: 500, nothing about the cause',
    reason: 'needs a bug',
    test: 'test/http/endpoint.test.ts',
    called: 'is 500 for a bug',
  },
  {
    title: 'a body over 10 MB: 413',
    reason: 'API Gateway answers it by itself, in words of its own',
    test: 'test/api/hostile-input.test.ts',
    called: 'over 10 MB',
  },
  {
    title: 'of a hundred parallel signups exactly one gets 201',
    reason: 'would use up what the address may do for ten minutes',
    test: 'test/api/races.test.ts',
    called: 'a hundred signups at once',
  },
];

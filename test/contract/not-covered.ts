/** Rows that no HTTP client can bring about: skipped at a URL; in `npm test` the test that covers each must exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from './contract';

/** The reason and the file of the test are in parentheses; the value is part of the title of the test. */
const rows = {
  'the role may not use this route: 403 (no route asks for a role: test/examples/reports.test.ts)':
    'only administrators may delete one',
  'expired token: 401 Invalid token. (needs a clock that can be moved: test/api/sessions.test.ts)':
    'end a token to the second',
  'a token that was refreshed away and comes back late ends the session (needs a clock that can be moved: test/api/sessions.test.ts)':
    'ends the session when the thief refreshes it',
  "the token's user is deactivated or deleted: 401 User inactive or deleted. (needs a write by an operator: test/security/sessions.test.ts)":
    '12. Disabling or deleting an account',
  'login of an inactive user: as with a wrong password, with the same number of hash operations (needs a write by an operator: test/security/guessing.test.ts)':
    '36. Unknown user, wrong password and disabled account',
  'too many signups or logins from one address: 429 (would use up what an address may do for ten minutes: test/security/guessing.test.ts)':
    '38. Signup enumeration',
  'of a hundred parallel signups exactly one gets 201 (would use up what an address may do for ten minutes: test/store/users.test.ts)':
    'of one name among a hundred at once',
  'login before a required verification; activation, and the right link again: 403 (emailVerification is off by default: test/api/verification.test.ts)':
    'is stale when it is used again',
  'an expired link or code; a sixth guess at a code (needs a clock that can be moved, and a minute for each message: test/store/challenges.test.ts)':
    'five of them may be compared',
  'the database is unavailable, throttled or slow: 503 (needs a database that fails: test/api/faults.test.ts)':
    'every route answers 503 while the database says nothing',
  'a bug: 500, nothing about the cause (needs a bug: test/http/endpoint.test.ts)': 'is 500 for a bug',
  'a body over 10 MB: 413 (API Gateway answers it by itself, in words of its own: test/api/hostile-input.test.ts)':
    'over 10 MB',
};

export function notCovered(api: Contract): void {
  for (const [row, part] of Object.entries(rows)) {
    const [, title = '', reason = '', file = ''] = /^(.*) \((.*: (test\/\S+))\)$/.exec(row) ?? [];
    const run = async () => expect(readFileSync(join(__dirname, '../..', file), 'utf8')).toContain(part);
    api.row(title, run, !api.isOwnServer && reason);
  }
}

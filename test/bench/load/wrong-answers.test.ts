import { newAccount } from '../../../bench/load/accounts';
import type { Result } from '../../../bench/load/client';
import { requestTo } from '../../../bench/load/requests';
import { describeWrong, withoutSecrets } from '../../../bench/load/wrong-answers';

const TOKEN = '0123456789abcdef0123456789abcdef01234567';

function wrong(text: string, headers: Record<string, string> = {}): Result {
  const { password } = newAccount();
  const reply = { status: 200, headers, text: text.replace('PASSWORD', password), body: undefined };
  return {
    attempt: {
      action: 'revoked',
      request: requestTo.dashboard(TOKEN),
      check: () => [],
      password,
      note: 'logged out 0.4 ms before',
    },
    sent: { milliseconds: 1, reply },
    outcome: 'wrong',
    problems: ['status 200 instead of 401', 'WWW-Authenticate is not Token'],
  };
}

describe('a wrong answer as it is shown', () => {
  it('is all of it: what was asked, what is wrong, status, headers and body', () => {
    const shown = describeWrong(wrong('{"message":"Welcome!"}', { 'x-request-id': 'abc' }));
    expect(shown).toBe(`Wrong: revoked, GET /api/dashboard/, Token 012345…, logged out 0.4 ms before
  status 200 instead of 401
  WWW-Authenticate is not Token
  The answer:
  200
  x-request-id: abc
  {"message":"Welcome!"}
`);
  });

  it('has no whole token and no password, wherever they stand', () => {
    const result = wrong(`{"token":"${TOKEN}","old":"${TOKEN.toUpperCase()}","password":"PASSWORD"}`, {
      'x-token': TOKEN,
    });
    const shown = describeWrong(result);
    expect(shown).toContain('"token":"012345…"');
    expect(shown).toContain('x-token: 012345…');
    expect(shown).toContain('"password":"(the password)"');
    expect(shown).not.toMatch(/[0-9a-f]{7}/i);
    expect(shown).not.toContain(result.attempt.password);
  });

  it('hides a token of the wrong length as well', () => {
    expect(withoutSecrets(`${TOKEN.slice(3)} ${TOKEN}${TOKEN}`)).toBe(
      '3456789abc'.replace(/^(.{6}).*/, '$1… 012345…'),
    );
  });

  it('cannot move the cursor of a terminal', () => {
    expect(withoutSecrets('a\u001b[2Jb\r\u202e')).toBe('a\\u001b[2Jb\\u000d\\u202e');
  });
});

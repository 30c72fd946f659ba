/** Refused and accepted credentials. */

import { type Contract, UNKNOWN_TOKEN } from './contract';
import {
  DASHBOARD,
  greeting,
  INVALID_TOKEN,
  LIST,
  LOGGED_OUT,
  LOGOUT,
  protectedRequests,
  refused,
} from './responses';

const NOT_PROVIDED = 'Authentication credentials were not provided.';
const INVALID = 'Invalid token.';
const NO_CREDENTIALS = 'Invalid token header. No credentials provided.';
const SPACES = 'Invalid token header. Token string should not contain spaces.';

/** The same user and session, but not the token. */
const otherSecret = (token: string): string => token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');

export function credentials(api: Contract): void {
  const refusal = (kind: string, Authorization: string | readonly string[] | undefined, detail: string) =>
    api.row(`${kind} on a protected route: 401 ${detail}`, async () => {
      const headers = Authorization === undefined ? {} : { Authorization };
      for (const request of protectedRequests) await api.expect(request, refused(detail), { headers });
    });

  refusal('no Authorization', undefined, NOT_PROVIDED);
  refusal('an empty Authorization', '', NOT_PROVIDED);
  refusal('Bearer', `Bearer ${UNKNOWN_TOKEN}`, NOT_PROVIDED);
  refusal('Basic', 'Basic bmFtZTpzZWNyZXQ=', NOT_PROVIDED);
  refusal('a bare token', UNKNOWN_TOKEN, NOT_PROVIDED);
  refusal('Tokenxyz', `Tokenxyz ${UNKNOWN_TOKEN}`, NOT_PROVIDED);
  refusal('Token with nothing after it', 'Token', NO_CREDENTIALS);
  refusal('a space inside the token', 'Token abc def', SPACES);
  refusal('two lines with a token', [`Token ${UNKNOWN_TOKEN}`, `Token ${UNKNOWN_TOKEN}`], SPACES);
  refusal(
    'a line with another scheme before one with a token',
    ['Basic bmFtZTpzZWNyZXQ=', `Token ${UNKNOWN_TOKEN}`],
    NOT_PROVIDED,
  );
  refusal('an unknown token', `Token ${UNKNOWN_TOKEN}`, INVALID);
  refusal('a token of the wrong length', `Token ${UNKNOWN_TOKEN}0`, INVALID);
  refusal('a short token', 'Token abc', INVALID);
  refusal('a token that is not hex', `Token ${'z'.repeat(40)}`, INVALID);
  refusal('a token in upper-case hex', `Token ${UNKNOWN_TOKEN.toUpperCase()}`, INVALID);

  api.row(
    'a live token in upper-case hex, without its last digit, with one more, or with another: 401 Invalid token.',
    async () => {
      const { token } = await api.user('ada');
      for (const wrong of [token.toUpperCase(), token.slice(0, -1), `${token}0`, otherSecret(token)])
        await api.expect(DASHBOARD, INVALID_TOKEN, { token: wrong });
    },
  );

  api.row('a token that was logged out or refreshed away: 401 Invalid token.', async () => {
    const token = await api.login(await api.user('ada'));
    const successor = await api.refresh(token);
    for (const request of [DASHBOARD, LIST]) await api.expect(request, INVALID_TOKEN, { token });
    await api.expect(LOGOUT, LOGGED_OUT, { token: successor });
    for (const request of protectedRequests) await api.expect(request, INVALID_TOKEN, { token: successor });
  });

  api.row('a live token in one of two Authorization lines: 401', async () => {
    const { token } = await api.user('ada');
    const live = `Token ${token}`;
    for (const [Authorization, detail] of [
      [[live, live], SPACES],
      [[`Token ${UNKNOWN_TOKEN}`, live], SPACES],
      [['Bearer x', live], NOT_PROVIDED],
      [['', live], NOT_PROVIDED],
      [[live, ''], INVALID],
    ] as const)
      await api.expect(DASHBOARD, refused(detail), { headers: { Authorization } });
  });

  api.row('the keyword in any case, several spaces or a tab after it, padding: accepted', async () => {
    const { token, role } = await api.user('ada');
    for (const before of ['token ', 'TOKEN\t', 'Token    ', '  Token '])
      await api.expect(DASHBOARD, greeting(role), { headers: { Authorization: `${before}${token}  ` } });
  });
}

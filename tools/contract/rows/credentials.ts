/** Who is refused, and in which words. */
import type { Client } from '../client';
import { aText } from '../pattern';
import type { Row } from '../row';
import { INVALID_TOKEN, pathOf, protectedRoutes, refused, UNKNOWN_TOKEN } from './answers';

const section = 'Status and messages';
const NOT_PROVIDED = 'Authentication credentials were not provided.';
const INVALID = 'Invalid token.';
const NO_CREDENTIALS = 'Invalid token header. No credentials provided.';
const SPACES = 'Invalid token header. Token string should not contain spaces.';

const headers: readonly (readonly [kind: string, authorization: string | undefined, detail: string])[] = [
  ['no Authorization', undefined, NOT_PROVIDED],
  ['an empty Authorization', '', NOT_PROVIDED],
  ['Bearer', `Bearer ${UNKNOWN_TOKEN}`, NOT_PROVIDED],
  ['Basic', 'Basic bmFtZTpzZWNyZXQ=', NOT_PROVIDED],
  ['a bare token', UNKNOWN_TOKEN, NOT_PROVIDED],
  ['Tokenxyz', `Tokenxyz ${UNKNOWN_TOKEN}`, NOT_PROVIDED],
  ['Token with nothing after it', 'Token', NO_CREDENTIALS],
  ['a space inside the token', 'Token abc def', SPACES],
  ['an unknown token', `Token ${UNKNOWN_TOKEN}`, INVALID],
  ['a token of the wrong length', `Token ${UNKNOWN_TOKEN}0`, INVALID],
  ['a short token', 'Token abc', INVALID],
  ['a token that is not hex', `Token ${'z'.repeat(40)}`, INVALID],
  ['a token in upper-case hex', `Token ${UNKNOWN_TOKEN.toUpperCase()}`, INVALID],
];

const refusals = headers.map(
  ([kind, authorization, detail]): Row => ({
    section,
    title: `${kind} on a protected route: 401 ${detail}`,
    async play(client) {
      for (const route of protectedRoutes) {
        const path = `${pathOf(route)}/`;
        const sent = authorization === undefined ? {} : { headers: { Authorization: authorization } };
        await client.expect({ method: route.method, path, ...sent }, refused(detail));
      }
    },
  }),
);

const GREETED = { status: 200, body: { message: aText('a greeting', /^Welcome to the .* Dashboard!$/) } };
const dashboard = (Authorization: string) => ({
  method: 'GET',
  path: '/api/dashboard/',
  headers: { Authorization },
});

export const credentials: readonly Row[] = [
  ...refusals,
  {
    section,
    title: 'a live token in upper-case hex, or without its last digit: 401 Invalid token.',
    async play(client) {
      const { token } = await client.person('ada');
      for (const wrong of [token.toUpperCase(), token.slice(0, -1), `${token}0`, otherSecret(token)])
        await client.expect(dashboard(`Token ${wrong}`), INVALID_TOKEN);
    },
  },
  {
    section,
    title: 'a token that was logged out or refreshed away: 401 Invalid token.',
    play: playDeadTokens,
  },
  {
    section,
    title: 'the keyword in any case, several spaces or a tab after it, padding: accepted',
    async play(client) {
      const { token } = await client.person('ada');
      for (const value of [`token ${token}`, `TOKEN\t${token}`, `Token    ${token}`, `  Token ${token}  `])
        await client.expect(dashboard(value), GREETED);
    },
  },
];

/** The same user and session, but not the token. */
const otherSecret = (token: string): string => token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');

async function playDeadTokens(client: Client): Promise<void> {
  const ada = await client.person('ada');
  const token = await client.login(ada);
  const refreshed = await client.refresh(token);
  for (const path of ['/api/dashboard/', '/api/sessions/'])
    await client.expect({ method: 'GET', path, token }, INVALID_TOKEN);
  await client.expect(
    { method: 'POST', path: '/api/logout/', token: refreshed },
    { status: 200, body: { message: 'Successfully logged out.' } },
  );
  for (const route of protectedRoutes)
    await client.expect({ method: route.method, path: `${pathOf(route)}/`, token: refreshed }, INVALID_TOKEN);
}

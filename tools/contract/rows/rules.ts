/** Rules for every response. */
import { routeList } from '../../../functions/routes';
import type { Ask } from '../ask';
import { type Client, tokenOf } from '../client';
import { type Expected, headerOf } from '../expected';
import { aText, aToken, wholeSeconds } from '../pattern';
import { SMUGGLED } from '../people';
import type { Row } from '../row';
import { greetingOf, isProtected, NOT_FOUND, pathOf, protectedRoutes, REQUIRED, refused } from './answers';

const section = 'Rules for every response';
const NOT_PROVIDED = refused('Authentication credentials were not provided.');
const EMPTY_SIGNUP: Expected = {
  status: 400,
  body: { username: [REQUIRED], email: [REQUIRED], password: [REQUIRED] },
};
const EMPTY_LOGIN: Expected = { status: 400, body: { username: [REQUIRED], password: [REQUIRED] } };

/** One request of each kind, which no user need stand behind. */
const ofEachKind: readonly (readonly [Ask, Expected])[] = [
  [{ method: 'POST', path: '/api/signup/', body: {} }, EMPTY_SIGNUP],
  [{ method: 'GET', path: '/api/dashboard/' }, NOT_PROVIDED],
  [{ method: 'GET', path: '/api/nothing/' }, NOT_FOUND],
  [
    { method: 'PUT', path: '/api/dashboard/' },
    {
      status: 405,
      body: { detail: 'Method "PUT" not allowed.' },
      headers: { Allow: 'GET, HEAD, OPTIONS' },
    },
  ],
];

export const rules: readonly Row[] = [
  {
    section,
    title: 'JSON always, also for errors',
    async play(client) {
      for (const [ask, expected] of ofEachKind) await client.expect(ask, expected);
      await client.expect({ method: 'GET', path: '/api/dashboard/', ...(await tokenFor(client)) }, greeting);
    },
  },
  {
    section,
    title: 'Cache-Control: no-store and WWW-Authenticate: Token on every 401',
    async play(client) {
      for (const route of protectedRoutes)
        await client.expect({ method: route.method, path: `${pathOf(route)}/` }, NOT_PROVIDED);
    },
  },
  {
    section,
    title: 'A trailing slash is optional on every path, answered directly, never by a redirect',
    async play(client) {
      for (const route of routeList) {
        for (const path of [pathOf(route), `${pathOf(route)}/`])
          await client.expect({ method: route.method, path }, emptyAnswerOf(route));
      }
      await client.expect({ method: 'GET', path: '/api/dashboard', ...(await tokenFor(client)) }, greeting);
    },
  },
  {
    section,
    title:
      'Token-Expires-In and no-store on every response that bears a token, Token-Expires-In on every authenticated 200',
    play: playExpiry,
  },
  {
    section,
    title: 'Unknown members of a body are ignored: role, id, is_staff and the like cannot be smuggled in',
    play: playSmuggling,
  },
  {
    section,
    title: 'A token in query string, path or body is ignored',
    async play(client) {
      const { token } = await client.person('ada');
      for (const route of protectedRoutes) {
        const path = `${pathOf(route)}/?token=${token}&Authorization=Token%20${token}`;
        const body = route.method === 'GET' ? {} : { body: { token, Authorization: `Token ${token}` } };
        await client.expect({ method: route.method, path, ...body }, NOT_PROVIDED);
      }
      await client.expect({ method: 'DELETE', path: `/api/sessions/${token}/` }, NOT_PROVIDED);
    },
  },
];

/** Without token and body. */
function emptyAnswerOf(route: (typeof routeList)[number]): Expected {
  if (isProtected(route)) return NOT_PROVIDED;
  return route.name === 'signup' ? EMPTY_SIGNUP : EMPTY_LOGIN;
}

const greeting: Expected = {
  status: 200,
  body: { message: aText('a greeting', /^Welcome to the [A-Z].* Dashboard!$/) },
};

const tokenFor = async (client: Client) => ({ token: (await client.person('ada')).token });

async function playExpiry(client: Client): Promise<void> {
  const ada = await client.person('ada');
  const { username, password } = ada;
  const login = { method: 'POST', path: '/api/api-token-auth/', body: { username, password } };
  const first = await client.expect(login, { status: 200, body: { token: aToken } });
  const refresh = { method: 'POST', path: '/api/refresh-token/', token: tokenOf(first) };
  const second = await client.expect(refresh, { status: 200, body: { token: aToken } });
  const token = tokenOf(second);
  const headers = { 'Token-Expires-In': wholeSeconds };
  const dashboard = await client.expect(
    { method: 'GET', path: '/api/dashboard/', token },
    { ...greeting, headers },
  );
  const left = [first, second, dashboard].map((reply) => Number(headerOf(reply, 'Token-Expires-In')));
  const [whole = 0] = left;
  client.must(
    left.every((seconds) => whole - seconds < 60),
    'about the same from login, refresh and dashboard',
    left.join(', '),
  );
  await client.expect(
    { method: 'POST', path: '/api/logout/', token },
    { status: 200, body: { message: 'Successfully logged out.' }, headers: { 'Token-Expires-In': '0' } },
  );
}

async function playSmuggling(client: Client): Promise<void> {
  const { id, role, token } = await client.person('bob');
  client.must(id !== SMUGGLED.id, 'an id that the server chose', 'the id that was sent');
  await client.expect({ method: 'GET', path: '/api/dashboard/', token }, greetingOf(role));
}

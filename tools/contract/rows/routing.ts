/** Paths and methods. */
import { type Route, routeList, servedMethods } from '../../../functions/routes';
import type { Client } from '../client';
import { aText, type Pattern, wholeSeconds } from '../pattern';
import type { Row, Target } from '../row';
import { NotShownError } from '../verdict';
import { NOT_FOUND, pathOf, UNKNOWN_TOKEN } from './answers';

const section = 'Status and messages';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const encodingIsTheirs: Readonly<Partial<Record<Target, string>>> = {
  sam: 'sam local decodes a path before it looks for the route, API Gateway does not',
  aws: 'what API Gateway does with broken percent-encoding is not documented, and was not tried',
};

export const routing: readonly Row[] = [
  {
    section,
    title: 'unknown path: 404, with a token or without',
    play: (client) =>
      expectUnknown(client, ['/', '/api', '/api/', '/api/nothing/', '/api/signup/x', '/API/SIGNUP/']),
  },
  {
    section,
    title: 'unknown path, with unusual percent-encoding: 404',
    notOn: encodingIsTheirs,
    play: (client) => expectUnknown(client, ['/api/signup%2F', '/%', '/api/%ff/']),
  },
  {
    section,
    title: 'known path, other method: 405 with Allow, on every path, with slash and without',
    async play(client) {
      for (const route of routeList)
        for (const method of METHODS.filter((other) => other !== route.method))
          await expectNotAllowed(client, route, method);
    },
  },
  {
    section,
    title: 'HEAD on a GET route: as GET, without a body',
    notOn: { sam: 'sam local routes HEAD by rules of its own' },
    play: playHead,
  },
  {
    section,
    title: 'OPTIONS on a known path: 204 with Allow',
    notOn: { sam: 'sam local answers OPTIONS by rules of its own' },
    async play(client) {
      if (client.hasCors) throw new NotShownError('corsOrigins is set at this target; see the next row');
      for (const route of routeList)
        for (const path of bothForms(route))
          await client.expect(
            { method: 'OPTIONS', path },
            { status: 204, headers: { Allow: allowOf(route) } },
          );
    },
  },
  {
    section,
    title: "OPTIONS on a known path, where corsOrigins is set: the gateway's preflight answer",
    notOn: { sam: 'sam local makes a preflight answer of its own (200 instead of 204)' },
    play: playPreflight,
  },
];

const allowOf = (route: Route): string => [...servedMethods(route), 'OPTIONS'].join(', ');
const bothForms = (route: Route): string[] => [pathOf(route), `${pathOf(route)}/`];

async function expectUnknown(client: Client, paths: readonly string[]): Promise<void> {
  for (const path of paths)
    for (const method of ['GET', 'POST']) {
      await client.expect({ method, path }, NOT_FOUND);
      await client.expect({ method, path, token: UNKNOWN_TOKEN }, NOT_FOUND);
    }
}

async function expectNotAllowed(client: Client, route: Route, method: string): Promise<void> {
  const [withoutSlash = '', withSlash = ''] = bothForms(route);
  const body = { detail: `Method "${method}" not allowed.` };
  const expected = { status: 405, body, headers: { Allow: allowOf(route) } };
  await client.expect({ method, path: withoutSlash }, expected);
  await client.expect({ method, path: withSlash, token: UNKNOWN_TOKEN }, expected);
}

async function playHead(client: Client): Promise<void> {
  const { token } = await client.person('ada');
  const headers = { 'Content-Type': 'application/json', 'Token-Expires-In': wholeSeconds };
  await client.expect({ method: 'HEAD', path: '/api/dashboard/', token }, { status: 200, headers });
  await client.expect({ method: 'HEAD', path: '/api/dashboard/' }, { status: 401 });
  await client.expect(
    { method: 'HEAD', path: '/api/signup/' },
    { status: 405, headers: { Allow: 'POST, OPTIONS' } },
  );
}

const list = (part: string): Pattern =>
  aText(`a list with ${part}`, new RegExp(`(^|,)\\s*${part}\\s*(,|$)`, 'i'));

async function playPreflight(client: Client): Promise<void> {
  if (!client.hasCors) throw new NotShownError('corsOrigins is not set at this target');
  for (const route of routeList) {
    const headers = {
      'Access-Control-Allow-Origin': aText('an origin', /^(\*|https?:\/\/\S+)$/),
      'Access-Control-Allow-Methods': list(route.method),
      'Access-Control-Allow-Headers': list('authorization'),
    };
    await client.expect({ method: 'OPTIONS', path: `${pathOf(route)}/` }, { status: 204, headers });
  }
}

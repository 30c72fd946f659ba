/** Paths and methods. */
import { listRoutes, servedMethods } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { type Contract, UNKNOWN_TOKEN } from './contract';
import { NOT_FOUND, pathOf, wholeSeconds } from './responses';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** By path, as several routes may share one. */
const ofPath = ({ path }: Route) => listRoutes().filter((route) => route.path === path);
const allowOf = (route: Route): string => [...servedMethods(...ofPath(route)), 'OPTIONS'].join(', ');
const listWith = (part: string) => expect.stringMatching(new RegExp(`(^|,)\\s*${part}\\s*(,|$)`, 'i'));

export function routing(api: Contract): void {
  const { kind, answersPreflights } = api.target;
  const isSam = kind === 'sam';

  const expectUnknown = async (...paths: string[]) => {
    for (const path of paths)
      for (const method of ['GET', 'POST'])
        for (const call of [{}, { token: UNKNOWN_TOKEN }])
          await api.expect(`${method} ${path}`, NOT_FOUND, call);
  };

  api.row('unknown path: 404, with a token or without', () =>
    expectUnknown('/', '/api', '/api/', '/api/nothing/', '/api/signup/x', '/API/SIGNUP/'),
  );

  api.row(
    'unknown path, with unusual percent-encoding: 404',
    () => expectUnknown('/api/signup%2F', '/%', '/api/%ff/'),
    (isSam && 'sam local decodes a path before it looks for the route, API Gateway does not') ||
      (kind === 'aws' && 'what API Gateway does with broken percent-encoding is not documented'),
  );

  api.row('known path, other method: 405 with Allow, on every path, with slash and without', async () => {
    for (const route of listRoutes())
      for (const method of METHODS.filter((other) => !servedMethods(...ofPath(route)).includes(other))) {
        const body = { detail: `Method "${method}" not allowed.` };
        const expected = { status: 405, body, headers: { Allow: allowOf(route) } };
        await api.expect(`${method} ${pathOf(route)}`, expected);
        await api.expect(`${method} ${pathOf(route)}/`, expected, { token: UNKNOWN_TOKEN });
      }
  });

  api.row(
    'HEAD on a GET route: as GET, without a body',
    async () => {
      const { token } = await api.user('ada');
      const headers = { 'Content-Type': 'application/json', 'Token-Expires-In': wholeSeconds };
      await api.expect('HEAD /api/dashboard/', { status: 200, headers }, { token });
      await api.expect('HEAD /api/dashboard/', { status: 401 });
      await api.expect('HEAD /api/signup/', { status: 405, headers: { Allow: 'POST, OPTIONS' } });
    },
    isSam && 'sam local routes HEAD by rules of its own',
  );

  api.row(
    'OPTIONS on a known path: 204 with Allow',
    async () => {
      for (const route of listRoutes())
        for (const slash of ['', '/'])
          await api.expect(`OPTIONS ${pathOf(route)}${slash}`, {
            status: 204,
            headers: { Allow: allowOf(route) },
          });
    },
    (isSam && 'sam local answers OPTIONS by rules of its own') ||
      (answersPreflights && 'corsOrigins is set at this target; see the next row'),
  );

  api.row(
    "OPTIONS on a known path, where corsOrigins is set: the gateway's preflight answer",
    async () => {
      for (const route of listRoutes()) {
        const headers = {
          'Access-Control-Allow-Origin': expect.stringMatching(/^(\*|[a-z][a-z0-9+.-]*:\/\/\S+)$/),
          'Access-Control-Allow-Methods': listWith(route.methods[0]),
          'Access-Control-Allow-Headers': listWith('authorization'),
        };
        await api.expect(`OPTIONS ${pathOf(route)}/`, { status: 204, headers });
      }
    },
    (isSam && 'sam local makes a preflight answer of its own (200 instead of 204)') ||
      (!answersPreflights && 'corsOrigins is not set at this target'),
  );
}

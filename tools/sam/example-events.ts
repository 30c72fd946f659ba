/** One example of a request for every function, as `sam local start-api` would hand it over: the seed's, and the like for the other routes. */
import { type EndpointName, type Route, routeList, routes } from '../../functions/routes';
import type { BackendFunctionName } from '../../functions/shared/environment';
import type { Principal } from '../../functions/shared/http/principal';
import { type StartApiRequest, startApiAuthorizerEvent, startApiEvent } from './start-api-event';

/** Stands where a token of one's own has to be put. */
export const exampleToken = 'f2afca0567cd22a156f3791b7374ea774fd4b529';

const account = { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };

const bodies: Readonly<Partial<Record<EndpointName, object>>> = {
  signup: account,
  login: { username: account.username, password: account.password },
};

const THE_YEAR_2100 = 4102444800;

export const examplePrincipal: Principal = {
  userId: 1,
  role: account.role,
  sessionId: '0123456789abcdef',
  sessionGeneration: 0,
  tokenExpiresAt: THE_YEAR_2100,
  sessionExpiresAt: THE_YEAR_2100,
};

const curl = { Host: '127.0.0.1:3000', 'User-Agent': 'curl/8.5.0', Accept: '*/*' };

/** The example of an endpoint, with a slash at the end as Django's clients write it. */
function exampleRequest(name: EndpointName): StartApiRequest {
  const { method, path, access }: Route = routes[name];
  const body = bodies[name];
  const isProtected = access === 'authenticated';
  const parameters = Object.fromEntries(parameterNamesOf(path).map((id) => [id, examplePrincipal.sessionId]));
  return {
    method,
    resource: path,
    path: `${path.replace(/\{(\w+)\}/g, (_, id: string) => parameters[id] ?? '')}/`,
    headers: {
      ...curl,
      ...(body && { 'Content-Type': 'application/json' }),
      ...(isProtected && { Authorization: `Token ${exampleToken}` }),
    },
    pathParameters: parameters,
    ...(body && { body: JSON.stringify(body) }),
    ...(isProtected && { authorizer: { ...examplePrincipal, principalId: String(examplePrincipal.userId) } }),
  };
}

const parameterNamesOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);

/** By function. */
export function exampleEvents(): Readonly<Record<BackendFunctionName, object>> {
  const endpoints = routeList.map(({ name }) => [name, startApiEvent(exampleRequest(name))] as const);
  const { authorizer: _, ...dashboard } = exampleRequest('dashboard');
  const unknown = { method: 'GET', resource: '/{proxy+}', path: '/api/unknown/', headers: curl };
  return {
    ...(Object.fromEntries(endpoints) as Record<EndpointName, object>),
    authorizer: startApiAuthorizerEvent(dashboard),
    // The slash at the end is in the parameter too, other than in AWS.
    fallback: startApiEvent({ ...unknown, pathParameters: { proxy: unknown.path.slice(1) } }),
  };
}

/**
 * The route table: the one place where a route is written. The API, the fallback's `Allow`, the authorizer and the
 * tests all read it. It imports nothing, so that both CDK and every bundle can.
 */

export interface Route {
  /** A `GET` route also answers `HEAD`. */
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without the trailing slash, which the gateway takes or leaves; `{name}` stands for one segment. */
  readonly path: `/${string}`;
  /** Who may call it. `authenticated` routes stand behind the authorizer. */
  readonly access: 'public' | 'authenticated';
  /** Only these roles; absent: any. Others get 403. */
  readonly roles?: readonly string[];
  /** Also open to the token that the last refresh replaced, while a retry of that refresh may be under way. */
  readonly acceptsSuperseded?: boolean;
  /** Costs a password hash; API Gateway lets fewer of these through. */
  readonly hashesPassword?: boolean;
  readonly summary: string;
}

export const routes = {
  signup: {
    method: 'POST',
    path: '/api/signup',
    access: 'public',
    hashesPassword: true,
    summary: 'Makes a user and signs in',
  },
  login: {
    method: 'POST',
    path: '/api/api-token-auth',
    access: 'public',
    hashesPassword: true,
    summary: 'Signs in on one more device',
  },
  dashboard: {
    method: 'GET',
    path: '/api/dashboard',
    access: 'authenticated',
    summary: "Greets by the user's role",
  },
  refresh: {
    method: 'POST',
    path: '/api/refresh-token',
    access: 'authenticated',
    acceptsSuperseded: true,
    summary: 'Trades the token for its successor',
  },
  logout: {
    method: 'POST',
    path: '/api/logout',
    access: 'authenticated',
    acceptsSuperseded: true,
    summary: "Ends the token's session",
  },
  'logout-all': {
    method: 'POST',
    path: '/api/logoutall',
    access: 'authenticated',
    summary: 'Ends all sessions of the user; with ?keep=current all others',
  },
  sessions: {
    method: 'GET',
    path: '/api/sessions',
    access: 'authenticated',
    summary: "Lists the user's sessions",
  },
  'end-session': {
    method: 'DELETE',
    path: '/api/sessions/{id}',
    access: 'authenticated',
    summary: "Ends one of the user's sessions",
  },
} as const satisfies Record<string, Route>;

/** The endpoint's name: its folder under `functions/`, its key here and for its variables, and in PascalCase its construct. */
export type EndpointName = keyof typeof routes;

/** Every route with its endpoint's name, in the order of the table. */
export const routeList: readonly (Route & { readonly name: EndpointName })[] = Object.entries(routes).map(
  ([name, route]) => ({ name: name as EndpointName, ...(route as Route) }),
);

/** The methods that API Gateway serves for a route. */
export const servedMethods = (route: Pick<Route, 'method'>): readonly string[] =>
  route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];

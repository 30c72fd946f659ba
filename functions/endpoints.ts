/**
 * The index of the endpoints, one line for each in every list: `routes` is all that a bundle needs to know of the others. What an endpoint
 * is, is said in its folder and nowhere else.
 */
import * as activation from './activation/endpoint';
import * as confirmDeletion from './confirm-deletion/endpoint';
import * as dashboard from './dashboard/endpoint';
import * as deleteMe from './delete-me/endpoint';
import * as endSession from './end-session/endpoint';
import * as exportMe from './export-me/endpoint';
import * as login from './login/endpoint';
import * as logout from './logout/endpoint';
import * as logoutAll from './logout-all/endpoint';
import * as me from './me/endpoint';
import * as refresh from './refresh/endpoint';
import * as requestDeletion from './request-deletion/endpoint';
import * as resendActivation from './resend-activation/endpoint';
import * as resetPassword from './reset-password/endpoint';
import * as resetPasswordConfirm from './reset-password-confirm/endpoint';
import * as sessions from './sessions/endpoint';
import * as setPassword from './set-password/endpoint';
import * as setUsername from './set-username/endpoint';
import type { EndpointDefinition, Method, Route } from './shared/definition';
import type { EndpointDescription } from './shared/description';
import * as signup from './signup/endpoint';
import * as updateMe from './update-me/endpoint';

/** By endpoint: its folder here, the name of its function in the log, and in PascalCase its construct. */
export const routes = {
  signup: signup.route,
  login: login.route,
  dashboard: dashboard.route,
  refresh: refresh.route,
  logout: logout.route,
  'logout-all': logoutAll.route,
  sessions: sessions.route,
  'end-session': endSession.route,
  'set-password': setPassword.route,
  'set-username': setUsername.route,
  me: me.route,
  'update-me': updateMe.route,
  'delete-me': deleteMe.route,
  'export-me': exportMe.route,
  'reset-password': resetPassword.route,
  'reset-password-confirm': resetPasswordConfirm.route,
  activation: activation.route,
  'resend-activation': resendActivation.route,
  'request-deletion': requestDeletion.route,
  'confirm-deletion': confirmDeletion.route,
} as const satisfies Record<string, Route>;

export type EndpointName = keyof typeof routes;

export const endpoints = {
  signup: signup.endpoint,
  login: login.endpoint,
  dashboard: dashboard.endpoint,
  refresh: refresh.endpoint,
  logout: logout.endpoint,
  'logout-all': logoutAll.endpoint,
  sessions: sessions.endpoint,
  'end-session': endSession.endpoint,
  'set-password': setPassword.endpoint,
  'set-username': setUsername.endpoint,
  me: me.endpoint,
  'update-me': updateMe.endpoint,
  'delete-me': deleteMe.endpoint,
  'export-me': exportMe.endpoint,
  'reset-password': resetPassword.endpoint,
  'reset-password-confirm': resetPasswordConfirm.endpoint,
  activation: activation.endpoint,
  'resend-activation': resendActivation.endpoint,
  'request-deletion': requestDeletion.endpoint,
  'confirm-deletion': confirmDeletion.endpoint,
} as const satisfies Record<EndpointName, EndpointDefinition>;

export const descriptions = {
  signup: signup.description,
  login: login.description,
  dashboard: dashboard.description,
  refresh: refresh.description,
  logout: logout.description,
  'logout-all': logoutAll.description,
  sessions: sessions.description,
  'end-session': endSession.description,
  'set-password': setPassword.description,
  'set-username': setUsername.description,
  me: me.description,
  'update-me': updateMe.description,
  'delete-me': deleteMe.description,
  'export-me': exportMe.description,
  'reset-password': resetPassword.description,
  'reset-password-confirm': resetPasswordConfirm.description,
  activation: activation.description,
  'resend-activation': resendActivation.description,
  'request-deletion': requestDeletion.description,
  'confirm-deletion': confirmDeletion.description,
} as const satisfies Record<EndpointName, EndpointDescription>;

export interface NamedRoute extends Route {
  readonly name: EndpointName;
}

/** Every route with its endpoint's name. */
export const listRoutes = (): readonly NamedRoute[] =>
  Object.entries(routes).map(([name, route]) => ({ name: name as EndpointName, ...(route as Route) }));

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The methods that API Gateway serves for routes of one path: theirs, and `HEAD` beside `GET`. */
export function servedMethods(...ofPath: readonly Pick<Route, 'methods'>[]): readonly string[] {
  const methods = METHODS.filter((method) => ofPath.some((route) => route.methods.includes(method)));
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}

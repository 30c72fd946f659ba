/**
 * An endpoint behind the authorizer. It does nothing unless the authorizer vouched for a principal whose role the route admits; a
 * route that was deployed without its authorizer fails closed.
 */
import { type EndpointName, type Route, routes } from '../../routes';
import { admits } from '../domain/roles';
import type { Token } from '../domain/token';
import type { RequestLog } from '../log/request-log';
import { answering, type Handler, type HttpEnvironment } from './answering';
import { readCredentials } from './authorization-header';
import { ApiError, messages } from './errors';
import { type Principal, readPrincipal, refusalOf } from './principal';
import type { Answer } from './response';

interface ProtectedEndpoint {
  readonly name: EndpointName;
  readonly environment: HttpEnvironment;
}

/** What a protected endpoint is given. The body is never read. */
export interface ProtectedRequest {
  readonly principal: Principal;
  /** The token as presented; the authorizer accepted it a moment ago. */
  readonly token: Token;
  /** Unverified, as the client wrote them. */
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** Unverified; every value of each name. */
  readonly query: Readonly<Record<string, readonly string[] | undefined>>;
  readonly log: RequestLog;
}

/** Calls `action` for the roles of the route table. */
export function protectedEndpoint(
  { name, environment }: ProtectedEndpoint,
  action: (request: ProtectedRequest) => Answer | Promise<Answer>,
): Handler {
  const route: Route = routes[name];
  return answering(name, environment, (event, log) => {
    const principal = readPrincipal(event);
    const credentials = readCredentials(event.headers);
    if (!principal || !credentials.ok) throw refusalOf(event);
    log.identify({ userId: principal.userId, sessionId: principal.sessionId });
    if (!admits(route.roles, principal.role)) {
      log.event('request_denied', { reason: 'role_not_admitted' });
      throw new ApiError('permission_denied', messages.permissionDenied);
    }
    return action({
      principal,
      token: credentials.unverifiedToken,
      pathParameters: event.pathParameters ?? {},
      query: event.multiValueQueryStringParameters ?? {},
      log,
    });
  });
}

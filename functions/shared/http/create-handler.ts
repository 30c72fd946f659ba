/** Makes an endpoint's handler: the principal, the body and the log are ready before its own code runs, and every failure is answered. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Route } from '../definition';
import { admits } from '../domain/roles';
import { addressGroup } from '../domain/source-address';
import type { Token } from '../domain/token';
import type { RequestLog } from '../log/request-log';
import { readCredentials } from './authorization-header';
import { createResponder, type Handler, type HttpEnvironment } from './create-responder';
import { readDevice } from './device';
import { ApiError, messages } from './errors';
import { type Principal, readPrincipal, toRefusalError } from './principal';
import type { HttpResponse } from './response';

/** What is known of whoever calls. */
interface Caller {
  /** The `User-Agent`, cleaned and cut. */
  readonly device: string;
  /** Whom the caller's IP address counts as. From the connection alone: any header can be forged (ASVS 5.0, 4.1.3). */
  readonly sourceIp: string;
}

/** A request to a public endpoint. A token that was sent along is ignored, dead or alive. */
export interface PublicRequest<Body = undefined> {
  readonly caller: Caller;
  readonly body: Body;
  /** Unverified, as the client wrote them. */
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** Unverified; every value of each name. */
  readonly query: Readonly<Record<string, readonly string[] | undefined>>;
  readonly log: RequestLog;
}

/** A request that the authorizer vouched for. */
export interface ProtectedRequest<Body = undefined> extends PublicRequest<Body> {
  readonly principal: Principal;
  /** The token as presented; the authorizer accepted it a moment ago. */
  readonly token: Token;
}

type RequestOf<R extends Route, Body> = R extends { readonly access: 'authenticated' }
  ? ProtectedRequest<Body>
  : PublicRequest<Body>;

interface HandlerOptions<R extends Route, Body> {
  /** For the log. */
  readonly name: string;
  readonly route: R;
  readonly environment: HttpEnvironment;
  /** See `createBodyReader`; absent: the body is not read. */
  readonly readBody?: (event: APIGatewayProxyEvent) => Promise<Body>;
}

/**
 * On an authenticated route `action` runs only if the authorizer vouched for a principal whose role the route admits, so a route that was
 * deployed without its authorizer fails closed. The body is read after that.
 */
export function createHandler<const R extends Route, Body = undefined>(
  { name, route, environment, readBody }: HandlerOptions<R, Body>,
  action: (request: RequestOf<R, Body>) => HttpResponse | Promise<HttpResponse>,
): Handler {
  return createResponder(name, environment, async (event, log) => {
    const authenticated = route.access === 'authenticated' ? authenticate(event, route, log) : {};
    const request = {
      ...authenticated,
      body: await readBody?.(event),
      log,
      caller: {
        device: readDevice(event.headers),
        sourceIp: addressGroup(event.requestContext.identity.sourceIp),
      },
      pathParameters: event.pathParameters ?? {},
      query: event.multiValueQueryStringParameters ?? {},
    };
    return action(request as unknown as RequestOf<R, Body>);
  });
}

/** @throws ApiError unless the authorizer vouched for a principal whose role the route admits. */
function authenticate(event: APIGatewayProxyEvent, { roles }: Route, log: RequestLog) {
  const principal = readPrincipal(event);
  const credentials = readCredentials(event.headers);
  if (!principal || !credentials.ok) throw toRefusalError(event);
  log.identify({ userId: principal.userId, sessionId: principal.sessionId });
  if (!admits(roles, principal.role)) {
    log.event('request_denied', { reason: 'role_not_admitted' });
    throw new ApiError('permission_denied', messages.permissionDenied);
  }
  return { principal, token: credentials.unverifiedToken };
}

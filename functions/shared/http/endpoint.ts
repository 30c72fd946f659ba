/**
 * What all endpoints share: reading the body, asking who is calling, and turning whatever happens into an answer.
 * A protected endpoint does nothing unless the authorizer vouched for a principal whose role the route admits; a route that was
 * deployed without its authorizer fails closed.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { GenericSchema, InferOutput } from 'valibot';
import type { EndpointName, Route } from '../../routes';
import { routes } from '../../routes';
import type { Token } from '../domain/token';
import { asList } from '../environment';
import { logFailure } from '../log';
import { StoreUnavailableError } from '../store/unavailable';
import { readCredentials } from './authorization-header';
import { readFields } from './body';
import { ApiError, messages } from './errors';
import { checkFields } from './fields';
import { type Principal, readPrincipal } from './principal';
import { type Answer, answerToFailure, asProxyResult } from './response';

export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

interface EndpointOptions {
  readonly name: EndpointName;
  readonly environment: { readonly CORS_ORIGINS: string };
}

/** An endpoint that anyone may call with the fields of `schema`. A token sent along is ignored, dead or alive. */
export function publicEndpoint<Schema extends GenericSchema>(
  options: EndpointOptions & { readonly schema: Schema },
  action: (fields: InferOutput<Schema>) => Promise<Answer>,
): Handler {
  return answering(options.name, options.environment, async (event) =>
    action(checkFields(options.schema, await readFields(event))),
  );
}

/** What a protected endpoint is given. The body is never read. */
export interface ProtectedRequest {
  readonly principal: Principal;
  /** The token as presented; the authorizer accepted it a moment ago. */
  readonly token: Token;
}

/** An endpoint for the route's roles. */
export function protectedEndpoint(
  options: EndpointOptions,
  action: (request: ProtectedRequest) => Answer | Promise<Answer>,
): Handler {
  const route: Route = routes[options.name];
  return answering(options.name, options.environment, async (event) => {
    const principal = readPrincipal(event);
    const credentials = readCredentials(event.headers);
    if (!principal || !credentials.ok) throw new ApiError('not_authenticated', messages.credentialsMissing);
    if (!admits(route, principal.role)) throw new ApiError('permission_denied', messages.permissionDenied);
    return action({ principal, token: credentials.unverifiedToken });
  });
}

/** Whether the route is open to a role. */
export const admits = (route: Pick<Route, 'roles'>, role: string): boolean =>
  route.roles === undefined || route.roles.includes(role);

/** Answers every event, whatever `action` throws. */
export function answering(
  name: string,
  environment: { readonly CORS_ORIGINS: string },
  action: (event: APIGatewayProxyEvent) => Answer | Promise<Answer>,
): Handler {
  const corsOrigins = asList(environment.CORS_ORIGINS);
  return async (event) => {
    const answer = await attempt(name, event, action);
    return asProxyResult(answer, event, corsOrigins);
  };
}

async function attempt(
  name: string,
  event: APIGatewayProxyEvent,
  action: (event: APIGatewayProxyEvent) => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await action(event);
  } catch (error) {
    const failure =
      error instanceof StoreUnavailableError
        ? new ApiError('unavailable', messages.unavailable, { cause: error.cause })
        : error;
    const answer = answerToFailure(failure);
    if (answer.status >= 500)
      logFailure({ requestId: event.requestContext.requestId, function: name, error: failure });
    return answer;
  }
}

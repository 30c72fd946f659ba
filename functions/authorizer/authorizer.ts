/** Stands before every protected route of the API. */
import { routeList } from '../routes';
import { type AuthenticationDependencies, authenticate, type Decision } from '../shared/http/authenticate';
import type { AuthorizationRequest } from '../shared/http/authorizing';
import type { SessionAddress } from '../shared/store/schema';

export interface AuthorizerDependencies extends AuthenticationDependencies {
  readonly endSession: (address: SessionAddress, id: string) => Promise<void>;
}

/** Who is calling, or what to tell a caller who may not. Rejects when the database does not answer. */
export const authorize = (
  { resource, ...request }: AuthorizationRequest,
  { endSession, ...dependencies }: AuthorizerDependencies,
): Promise<Decision> =>
  authenticate(
    { ...request, ...(acceptsSuperseded(resource) && { endReusedSession: endSession }) },
    dependencies,
  );

const acceptsSuperseded = (resource: string): boolean =>
  routeList.some((route) => route.path === resource && route.acceptsSuperseded);

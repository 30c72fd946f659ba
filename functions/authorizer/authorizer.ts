/** Stands before every protected route of the API. */
import { listRoutes } from '../endpoints';
import { type AuthenticationDependencies, authenticate, type Decision } from '../shared/http/authenticate';
import type { AuthorizationRequest } from '../shared/http/create-authorizer';
import type { SessionStore } from '../shared/store/sessions';

export interface AuthorizerDependencies extends AuthenticationDependencies {
  readonly sessions: Pick<SessionStore, 'markTokenUsed' | 'remove'>;
}

/** Who is calling, or what to tell a caller who may not. Rejects when the database does not answer. */
export const authorize = (
  { resource, ...request }: AuthorizationRequest,
  dependencies: AuthorizerDependencies,
): Promise<Decision> =>
  authenticate(
    { ...request, ...(acceptsSuperseded(resource) && { endReusedSession: dependencies.sessions.remove }) },
    dependencies,
  );

const acceptsSuperseded = (resource: string): boolean =>
  listRoutes().some((route) => route.path === resource && route.acceptsSuperseded);

/** Stands before methods of another API. */
import { type AuthenticationDependencies, authenticate, type Decision } from '../shared/http/authenticate';
import type { AuthorizationRequest } from '../shared/http/create-authorizer';

/** A token that was refreshed away never passes. Rejects when the database does not answer. */
export const authorizeExternal = (
  { headers, log }: AuthorizationRequest,
  dependencies: AuthenticationDependencies,
): Promise<Decision> => authenticate({ headers, log }, dependencies);

/** Stands before methods of another API. What is behind it checks nothing, so it also decides who may. */
import { admits } from '../shared/domain/roles';
import { type AuthenticationDependencies, authenticate, type Decision } from '../shared/http/authenticate';
import type { AuthorizationRequest } from '../shared/http/authorizing';
import { messages } from '../shared/http/errors';

export interface GuardDependencies extends AuthenticationDependencies {
  /** Who may pass; absent: every role. */
  readonly roles: readonly string[] | undefined;
}

/** A token that was refreshed away never passes. Rejects when the database does not answer. */
export async function guard(
  { headers, log }: AuthorizationRequest,
  { roles, ...dependencies }: GuardDependencies,
): Promise<Decision> {
  const decision = await authenticate({ headers, log }, dependencies);
  if (!decision.allow || admits(roles, decision.principal.role)) return decision;
  const { userId, sessionId } = decision.principal;
  log.identify({ userId, sessionId });
  return { allow: false, detail: messages.permissionDenied, reason: 'role_not_admitted' };
}

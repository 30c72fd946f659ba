import type { ProtectedRequest } from '../shared/http/create-handler';
import type { HttpResponse } from '../shared/http/response';
import type { SessionStore } from '../shared/store/sessions';

export interface LogoutDependencies {
  readonly sessions: Pick<SessionStore, 'remove'>;
}

/**
 * Ends the session of the presented token, whatever token a refresh at the same time has given it. A session that something else
 * ended a moment before is ended all the same.
 */
export async function logout(
  { token, principal, log }: ProtectedRequest,
  { sessions }: LogoutDependencies,
): Promise<HttpResponse> {
  await sessions.remove(token, principal.sessionId);
  log.event('logged_out');
  return {
    status: 200,
    body: { message: 'Successfully logged out.' },
    headers: { 'Token-Expires-In': '0', 'Session-Expires-In': '0' },
  };
}

import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import type { SessionAddress } from '../shared/store/schema';

export interface LogoutDependencies {
  readonly endSession: (address: SessionAddress, id: string) => Promise<void>;
}

/**
 * Ends the session of the presented token, whatever token a refresh at the same time has given it. A session that something else
 * ended a moment before is ended all the same.
 */
export async function logout(
  { token, principal, log }: ProtectedRequest,
  { endSession }: LogoutDependencies,
): Promise<Answer> {
  await endSession(token, principal.sessionId);
  log.event('logged_out');
  return { status: 200, body: { message: 'Successfully logged out.' }, headers: { 'Token-Expires-In': '0' } };
}

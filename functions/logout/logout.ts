import { digestOf } from '../shared/domain/token';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import type { SessionAddress } from '../shared/store/schema';

export interface LogoutDependencies {
  readonly endSessionOf: (address: SessionAddress, tokenDigest: string) => Promise<void>;
}

/** Ends the session of the presented token. A session that something else ended a moment before is ended all the same. */
export async function logout(
  { token }: ProtectedRequest,
  { endSessionOf }: LogoutDependencies,
): Promise<Answer> {
  await endSessionOf(token, digestOf(token));
  return { status: 200, body: { message: 'Successfully logged out.' }, headers: { 'Token-Expires-In': '0' } };
}

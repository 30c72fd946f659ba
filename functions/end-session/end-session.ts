/** Ends one of the caller's own sessions. An unknown id, a malformed one and someone else's are the same 404. */
import type { Clock } from '../shared/clock';
import { liveSessions, toSeconds } from '../shared/domain/session';
import { ApiError, messages } from '../shared/http/errors';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import type { SessionAddress } from '../shared/store/schema';
import type { AddressedSession } from '../shared/store/sessions';

export interface EndSessionDependencies {
  readonly clock: Clock;
  readonly listSessions: (locator: string) => Promise<readonly AddressedSession[]>;
  readonly endSession: (address: SessionAddress, id: string) => Promise<void>;
}

export async function endSession(
  { principal, token, pathParameters, log }: ProtectedRequest,
  dependencies: EndSessionDependencies,
): Promise<Answer> {
  const now = toSeconds(dependencies.clock());
  const stored = await dependencies.listSessions(token.locator);
  const found = liveSessions(stored, principal, now).find(
    ({ session }) => session.id === pathParameters['id'],
  );
  if (!found) throw new ApiError('not_found', messages.notFound);
  await dependencies.endSession(found.address, found.session.id);
  log.event('session_ended', { sessionId: found.session.id });
  return { status: 204 };
}

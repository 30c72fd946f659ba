/** Ends one of the caller's own sessions. An unknown id, a malformed one and someone else's are the same 404. */
import type { Clock } from '../shared/clock';
import { toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, messages } from '../shared/http/errors';
import type { HttpResponse } from '../shared/http/response';
import { listLiveSessions } from '../shared/http/session-list';
import type { SessionStore } from '../shared/store/sessions';

export interface EndSessionDependencies {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, 'list' | 'remove'>;
}

export async function endSession(
  request: ProtectedRequest,
  { clock, sessions }: EndSessionDependencies,
): Promise<HttpResponse> {
  const live = await listLiveSessions(request, sessions, toSeconds(clock()));
  const found = live.find(({ session }) => session.id === request.pathParameters['id']);
  if (!found) throw new ApiError('not_found', messages.notFound);
  await sessions.remove(found.key, found.session.id);
  request.log.event('session_ended', { sessionId: found.session.id });
  return { status: 204 };
}

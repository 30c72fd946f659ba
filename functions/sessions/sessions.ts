/** The user's live sessions, newest first, under names that say nothing about their tokens. */
import type { Clock } from '../shared/clock';
import { toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { HttpResponse } from '../shared/http/response';
import { listLiveSessions, toListed } from '../shared/http/session-list';
import type { SessionStore } from '../shared/store/sessions';

export interface SessionsDependencies {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, 'list'>;
}

export async function sessions(
  request: ProtectedRequest,
  { clock, sessions: store }: SessionsDependencies,
): Promise<HttpResponse> {
  const { principal } = request;
  const now = toSeconds(clock());
  const live = await listLiveSessions(request, store, now);
  return {
    status: 200,
    body: live.map(({ session }) => toListed(session, principal)),
    headers: expiryHeaders(principal, now),
  };
}

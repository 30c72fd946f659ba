/** The user's live sessions, newest first, under names that say nothing about their tokens. */
import type { Clock } from '../shared/clock';
import { type Session, toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { Principal } from '../shared/http/principal';
import type { HttpResponse } from '../shared/http/response';
import { listLiveSessions } from '../shared/http/session-list';
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

/** Times in ISO 8601, as DRF writes them. `expires_at` is when the session ends unless it is refreshed. */
const toListed = (session: Session, principal: Principal) => ({
  id: session.id,
  created_at: isoTime(toSeconds(session.createdAtMs)),
  last_refreshed_at: session.refreshCount > 0 ? isoTime(session.refreshedAt) : null,
  expires_at: isoTime(session.expiresAt),
  device: session.device,
  current: session.id === principal.sessionId,
});

const isoTime = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');

/** The user's live sessions, newest first, under names that say nothing about their tokens. */
import type { Clock } from '../shared/clock';
import { liveSessions, type Session, toSeconds } from '../shared/domain/session';
import type { Principal } from '../shared/http/principal';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import type { AddressedSession } from '../shared/store/sessions';

export interface SessionsDependencies {
  readonly clock: Clock;
  readonly listSessions: (locator: string) => Promise<readonly AddressedSession[]>;
}

export async function sessions(
  { principal, token }: ProtectedRequest,
  { clock, listSessions }: SessionsDependencies,
): Promise<Answer> {
  const now = toSeconds(clock());
  const live = liveSessions(await listSessions(token.locator), principal, now);
  return {
    status: 200,
    body: live.map(({ session }) => asShown(session, principal)),
    headers: tokenExpiresIn(principal.tokenExpiresAt, now),
  };
}

/** Times in ISO 8601, as DRF writes them. `expires_at` is when the session ends unless it is refreshed. */
const asShown = (session: Session, principal: Principal) => ({
  id: session.id,
  created_at: isoTime(toSeconds(session.createdAtMs)),
  last_refreshed_at: session.refreshCount > 0 ? isoTime(session.refreshedAt) : null,
  expires_at: isoTime(session.expiresAt),
  device: session.device,
  current: session.id === principal.sessionId,
});

const isoTime = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');

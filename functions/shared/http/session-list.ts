/** A user's sessions, for the endpoints that show, end or tidy them. */
import {
  areEnoughToDelete,
  findLiveSessions,
  type Session,
  type SessionHolder,
  toSeconds,
} from '../domain/session';
import type { RequestLog } from '../log/request-log';
import type { SessionStore, StoredSession, StoredSessions } from '../store/sessions';
import type { ProtectedRequest } from './create-handler';
import { ApiError, messages } from './errors';
import type { Principal } from './principal';

type Store = Pick<SessionStore, 'list'>;

/** All that is stored at a locator. Of a pile that is too long to read, the first pages, which the log then says. */
export const listSessions = async (locator: string, { list }: Store, log: RequestLog) =>
  report(await list(locator), log);

/** As much of what is stored as it takes to find all dead sessions that one request deletes. */
export const listSessionsToTidy = async (
  locator: string,
  { holder, now }: { readonly holder: SessionHolder; readonly now: number },
  { list, log }: Store & { readonly log: RequestLog },
) => report(await list(locator, (read) => areEnoughToDelete(read, holder, now)), log);

function report(stored: StoredSessions, log: RequestLog): StoredSessions {
  if (!stored.isComplete) log.event('sessions_not_all_read');
  return stored;
}

/**
 * The caller's live sessions, newest sign-in first. Of a pile that is too long to read, those that were read.
 * @throws ApiError `not_authenticated` if the caller's own session has ended since the authorizer looked.
 */
export async function listLiveSessions(
  { principal, token, log }: Pick<ProtectedRequest, 'principal' | 'token' | 'log'>,
  store: Store,
  now: number,
): Promise<StoredSession[]> {
  const { sessions, isComplete } = await listSessions(token.locator, store, log);
  const live = findLiveSessions(sessions, { ...principal, isComplete }, now);
  if (!live) throw new ApiError('not_authenticated', messages.tokenInvalid);
  return live;
}

/** A session as its user sees it. `expires_at` is when the session ends unless it is refreshed. */
export const toListed = (session: Session, principal: Principal) => ({
  id: session.id,
  created_at: isoTime(toSeconds(session.createdAtMs)),
  last_refreshed_at: session.refreshCount > 0 ? isoTime(session.refreshedAt) : null,
  expires_at: isoTime(session.expiresAt),
  device: session.device,
  current: session.id === principal.sessionId,
});

/** In ISO 8601, as DRF writes times. */
export const isoTime = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');

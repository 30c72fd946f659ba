/** The caller's own sessions, for the endpoints that show or end them. */
import { findLiveSessions } from '../domain/session';
import type { SessionStore, StoredSession } from '../store/sessions';
import type { ProtectedRequest } from './create-handler';
import { ApiError, messages } from './errors';

/**
 * The caller's live sessions, newest sign-in first. Of a pile that is too long to read, those that were read.
 * @throws ApiError `not_authenticated` if the caller's own session has ended since the authorizer looked.
 */
export async function listLiveSessions(
  { principal, token, log }: Pick<ProtectedRequest, 'principal' | 'token' | 'log'>,
  store: Pick<SessionStore, 'list'>,
  now: number,
): Promise<StoredSession[]> {
  const { sessions, isComplete } = await store.list(token.locator);
  if (!isComplete) log.event('sessions_not_all_read');
  const live = findLiveSessions(sessions, { ...principal, isComplete }, now);
  if (!live) throw new ApiError('not_authenticated', messages.tokenInvalid);
  return live;
}

/**
 * Refresh: the presented token is spent in one conditional write and its successor answered. The successor is derived from the presented
 * token, so a retry after a lost answer, and any number of refreshes at once, are answered with the same one.
 */
import type { Clock } from '../shared/clock';
import {
  isExpired,
  isRetryWindowOpen,
  type Lifetimes,
  refreshesBehind,
  timesFromRefresh,
  toSeconds,
} from '../shared/domain/session';
import { digestOf, successorOf, type Token } from '../shared/domain/token';
import { ApiError, messages } from '../shared/http/errors';
import { type Expiry, expiryHeaders } from '../shared/http/expiry-headers';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import type { SessionStore } from '../shared/store/sessions';

export interface RefreshDependencies {
  readonly clock: Clock;
  readonly lifetimes: Pick<Lifetimes, 'tokenLifetimeSeconds'>;
  readonly sessions: Pick<SessionStore, 'find' | 'replaceToken'>;
}

interface Issued extends Expiry {
  readonly token: Token;
  /** Whether the successor had been used before: then the caller may be somebody who should not have the token. */
  readonly isAfterUse: boolean;
}

export async function refresh(
  { token, log }: ProtectedRequest,
  dependencies: RefreshDependencies,
): Promise<Answer> {
  const now = toSeconds(dependencies.clock());
  // A write that fails was overtaken. What is stored then decides: another refresh of the same token, or the end of the session.
  const issued = (await issue(token, now, dependencies)) ?? (await issue(token, now, dependencies));
  if (!issued) throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event(issued.isAfterUse ? 'token_refreshed_after_use' : 'token_refreshed');
  return {
    status: 200,
    body: { token: issued.token.text },
    headers: expiryHeaders(issued, now),
  };
}

/** The successor, made now or by an earlier refresh of the same token; `undefined` if the token leads to none. */
async function issue(
  token: Token,
  now: number,
  { sessions, lifetimes }: RefreshDependencies,
): Promise<Issued | undefined> {
  const session = await sessions.find(token);
  if (!session || isExpired(session, now)) return undefined;
  const { sessionExpiresAt, successorUsedAt } = session;
  const successor = successorOf(token, session.successorSalt);
  const behind = refreshesBehind(token, session);
  if (behind === 1 && isRetryWindowOpen(session, now)) {
    const isAfterUse = successorUsedAt !== undefined;
    return { token: successor, tokenExpiresAt: session.expiresAt, sessionExpiresAt, isAfterUse };
  }
  if (behind !== 0) return undefined;
  const times = timesFromRefresh(now, sessionExpiresAt, lifetimes);
  const isReplaced = await sessions.replaceToken(token, {
    userId: session.userId,
    presentedDigest: digestOf(token),
    successorDigest: digestOf(successor),
    ...times,
  });
  if (!isReplaced) return undefined;
  return { token: successor, tokenExpiresAt: times.expiresAt, sessionExpiresAt, isAfterUse: false };
}

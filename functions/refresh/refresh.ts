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
  type Session,
  timesFromRefresh,
  toSeconds,
} from '../shared/domain/session';
import { deriveSuccessor, digestToken, type Token } from '../shared/domain/token';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, messages } from '../shared/http/errors';
import { type Expiry, expiryHeaders } from '../shared/http/expiry-headers';
import type { HttpResponse } from '../shared/http/response';
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

/**
 * One write in the ordinary case: what leads to the successor came with the authorizer's answer. A write that fails was overtaken. What is
 * stored then decides: another refresh of the same token, or the end of the session.
 */
export async function refresh(
  { token, principal, log }: ProtectedRequest,
  dependencies: RefreshDependencies,
): Promise<HttpResponse> {
  const now = toSeconds(dependencies.clock());
  const { successorSalt, ...known } = principal;
  const issued =
    (successorSalt && (await replace(token, { ...known, successorSalt }, { ...dependencies, now }))) ||
    (await issue(token, now, dependencies)) ||
    (await issue(token, now, dependencies));
  if (!issued) throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event(issued.isAfterUse ? 'token_refreshed_after_use' : 'token_refreshed');
  return {
    status: 200,
    body: { token: issued.token.text },
    headers: expiryHeaders(issued, now),
  };
}

/** Replaces the presented token by its successor; `undefined` if it is not the current one, or the session has ended. */
async function replace(
  token: Token,
  { userId, successorSalt, sessionExpiresAt }: Pick<Session, 'userId' | 'successorSalt' | 'sessionExpiresAt'>,
  { now, sessions, lifetimes }: RefreshDependencies & { readonly now: number },
): Promise<Issued | undefined> {
  const successor = deriveSuccessor(token, successorSalt);
  const times = timesFromRefresh(now, sessionExpiresAt, lifetimes);
  const isReplaced = await sessions.replaceToken(token, {
    userId,
    presentedDigest: digestToken(token),
    successorDigest: digestToken(successor),
    ...times,
  });
  if (!isReplaced) return undefined;
  return { token: successor, tokenExpiresAt: times.expiresAt, sessionExpiresAt, isAfterUse: false };
}

/** The successor, made now or by an earlier refresh of the same token; `undefined` if the token leads to none. */
async function issue(
  token: Token,
  now: number,
  dependencies: RefreshDependencies,
): Promise<Issued | undefined> {
  const session = await dependencies.sessions.find(token);
  if (!session || isExpired(session, now)) return undefined;
  const { sessionExpiresAt, successorUsedAt, successorSalt } = session;
  const behind = refreshesBehind(token, session);
  if (behind === 0) return replace(token, session, { ...dependencies, now });
  if (behind !== 1 || !isRetryWindowOpen(session, now)) return undefined;
  return {
    token: deriveSuccessor(token, successorSalt),
    tokenExpiresAt: session.expiresAt,
    sessionExpiresAt,
    isAfterUse: successorUsedAt !== undefined,
  };
}

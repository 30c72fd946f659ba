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
import { digestOf, successorOf, type Token } from '../shared/domain/token';
import { ApiError, messages } from '../shared/http/errors';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import type { SessionAddress } from '../shared/store/schema';
import type { Refresh } from '../shared/store/sessions';

export interface RefreshDependencies {
  readonly clock: Clock;
  readonly lifetimes: Pick<Lifetimes, 'tokenLifetimeSeconds'>;
  readonly readSession: (address: SessionAddress) => Promise<Session | undefined>;
  readonly replaceToken: (address: SessionAddress, refresh: Refresh) => Promise<boolean>;
}

interface Issued {
  readonly token: Token;
  readonly expiresAt: number;
}

export async function refresh(
  { token, log }: ProtectedRequest,
  dependencies: RefreshDependencies,
): Promise<Answer> {
  const now = toSeconds(dependencies.clock());
  // A write that fails was overtaken. What is stored then decides: another refresh of the same token, or the end of the session.
  const issued = (await issue(token, now, dependencies)) ?? (await issue(token, now, dependencies));
  if (!issued) throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event('token_refreshed');
  return {
    status: 200,
    body: { token: issued.token.text },
    headers: tokenExpiresIn(issued.expiresAt, now),
  };
}

/** The successor, made now or by an earlier refresh of the same token; `undefined` if the token leads to none. */
async function issue(
  token: Token,
  now: number,
  dependencies: RefreshDependencies,
): Promise<Issued | undefined> {
  const session = await dependencies.readSession(token);
  if (!session || isExpired(session, now)) return undefined;
  const successor = successorOf(token, session.successorSalt);
  const behind = refreshesBehind(token, session);
  if (behind === 1 && isRetryWindowOpen(session, now))
    return { token: successor, expiresAt: session.expiresAt };
  if (behind !== 0) return undefined;
  const times = timesFromRefresh(now, session.sessionExpiresAt, dependencies.lifetimes);
  const isReplaced = await dependencies.replaceToken(token, {
    userId: session.userId,
    presentedDigest: digestOf(token),
    successorDigest: digestOf(successor),
    ...times,
  });
  return isReplaced ? { token: successor, expiresAt: times.expiresAt } : undefined;
}

/**
 * Refresh: the presented token is spent in one conditional write and its successor answered. The successor is derived from the presented
 * token, so a retry after a lost answer, and any number of refreshes at once, are answered with the same one.
 */
import type { Clock } from '../shared/clock';
import {
  isExpired,
  isRetryWindowOpen,
  type Lifetimes,
  type Session,
  timesFromRefresh,
  toSeconds,
} from '../shared/domain/session';
import { digestOf, isSameDigest, newSuccessorSalt, successorOf, type Token } from '../shared/domain/token';
import { ApiError, messages } from '../shared/http/errors';
import type { ProtectedRequest } from '../shared/http/protected-endpoint';
import type { Answer } from '../shared/http/response';
import { tokenExpiresIn } from '../shared/http/token-answer';
import type { SessionAddress } from '../shared/store/schema';
import type { Refresh } from '../shared/store/sessions';

export interface RefreshDependencies {
  readonly clock: Clock;
  readonly lifetimes: Pick<Lifetimes, 'tokenLifetimeSeconds'>;
  readonly replaceToken: (address: SessionAddress, refresh: Refresh) => Promise<boolean>;
  readonly readSession: (address: SessionAddress) => Promise<Session | undefined>;
}

export async function refresh(request: ProtectedRequest, dependencies: RefreshDependencies): Promise<Answer> {
  const now = toSeconds(dependencies.clock());
  const issued = (await spend(request, now, dependencies)) ?? (await repeat(request, now, dependencies));
  if (!issued) throw new ApiError('not_authenticated', messages.tokenInvalid);
  return {
    status: 200,
    body: { token: issued.token.text },
    headers: tokenExpiresIn(issued.expiresAt, now),
  };
}

interface Issued {
  readonly token: Token;
  readonly expiresAt: number;
}

/** The successor of the current token; `undefined` if the presented one is not current any more. */
async function spend({ token, principal }: ProtectedRequest, now: number, dependencies: RefreshDependencies) {
  const salt = newSuccessorSalt();
  const successor = successorOf(token, salt);
  const times = timesFromRefresh(now, principal.sessionExpiresAt, dependencies.lifetimes);
  const isSpent = await dependencies.replaceToken(token, {
    userId: principal.userId,
    presentedDigest: digestOf(token),
    successorDigest: digestOf(successor),
    successorSalt: salt,
    ...times,
  });
  return isSpent ? { token: successor, expiresAt: times.expiresAt } : undefined;
}

/** The successor that an earlier refresh of the same token made; `undefined` once the time for retries is over. */
async function repeat(
  { token }: ProtectedRequest,
  now: number,
  dependencies: RefreshDependencies,
): Promise<Issued | undefined> {
  const session = await dependencies.readSession(token);
  if (!session || isExpired(session, now) || !isRetryWindowOpen(session, now)) return undefined;
  if (!isSameDigest(digestOf(token), session.previousDigest) || session.successorSalt === undefined)
    return undefined;
  return { token: successorOf(token, session.successorSalt), expiresAt: session.expiresAt };
}

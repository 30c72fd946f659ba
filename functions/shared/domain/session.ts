/**
 * The rules of a session, over plain data: no clock, no database.
 * A presented token is judged here and nowhere else.
 */
import { REFRESH_RETRY_SECONDS } from './limits';
import { digestOf, isSameDigest, type Token } from './token';

/** What a session item says. Times are epoch seconds unless their name says otherwise. */
export interface Session {
  readonly userId: number;
  readonly sessionGeneration: number;
  readonly tokenDigest: string;
  /** When the user logged in, epoch milliseconds: two logins in one second have an order. */
  readonly createdAtMs: number;
  readonly refreshedAt: number;
  /** The end of the current token. */
  readonly expiresAt: number;
  /** The end of the session; no refresh moves it. */
  readonly sessionExpiresAt: number;
  readonly previousDigest?: string;
  readonly successorSalt?: string;
  readonly successorUsedAt?: number;
}

/** What the authorizer may know of a user. */
export interface SessionOwner {
  readonly id: number;
  readonly role: string;
  readonly isActive: boolean;
  readonly sessionGeneration: number;
}

export interface Lifetimes {
  /** Seconds from issue or refresh to the token's end. */
  readonly tokenLifetimeSeconds: number;
  /** Seconds from login to the session's end, whatever is refreshed. */
  readonly sessionLifetimeSeconds: number;
}

/** Why a token is refused. The caller hears one of two messages; the log has the reason. */
export type DenialReason =
  | 'session_unknown'
  | 'token_wrong'
  | 'token_expired'
  | 'token_superseded'
  | 'token_reused'
  | 'session_ended'
  | 'user_missing'
  | 'user_inactive';

export type Verdict =
  | {
      readonly ok: true;
      readonly owner: SessionOwner;
      readonly session: Session;
      readonly isFirstUse: boolean;
    }
  | { readonly ok: false; readonly reason: DenialReason };

export interface Presented {
  readonly token: Token;
  readonly session: Session | undefined;
  readonly owner: SessionOwner | undefined;
  readonly now: number;
  /** Refresh and logout also take the token that the last refresh replaced, for as long as a retry may be under way. */
  readonly acceptsSuperseded: boolean;
}

const deny = (reason: DenialReason): Verdict => ({ ok: false, reason });

/** Whether a presented token opens its session now. The secret is checked before anything about the user is. */
export function judge({ token, session, owner, now, acceptsSuperseded }: Presented): Verdict {
  if (!session) return deny('session_unknown');
  const digest = digestOf(token);
  const isCurrent = isSameDigest(digest, session.tokenDigest);
  const isPrevious = isSameDigest(digest, session.previousDigest);
  if (!isCurrent && !isPrevious) return deny('token_wrong');
  if (isExpired(session, now)) return deny('token_expired');
  if (!isCurrent && !acceptsSuperseded) return deny('token_superseded');
  if (!isCurrent && !isRetryWindowOpen(session, now)) return deny('token_reused');
  if (!owner) return deny('user_missing');
  if (owner.id !== session.userId) return deny('user_missing');
  if (!owner.isActive) return deny('user_inactive');
  if (owner.sessionGeneration !== session.sessionGeneration) return deny('session_ended');
  return { ok: true, owner, session, isFirstUse: isCurrent && isSuccessorUnused(session) };
}

/** A token is refused from the second of its expiry on. */
export const isExpired = (session: Pick<Session, 'expiresAt'>, now: number): boolean =>
  session.expiresAt <= now;

/** Whether the token that the last refresh replaced may still be refreshed. */
export const isRetryWindowOpen = (session: Session, now: number): boolean =>
  session.successorUsedAt === undefined || now <= session.successorUsedAt + REFRESH_RETRY_SECONDS;

const isSuccessorUnused = (session: Session): boolean =>
  session.previousDigest !== undefined && session.successorUsedAt === undefined;

/** The times of a session that starts now. */
export function timesFromLogin(nowMs: number, lifetimes: Lifetimes) {
  const now = toSeconds(nowMs);
  const sessionExpiresAt = now + lifetimes.sessionLifetimeSeconds;
  return { createdAtMs: nowMs, sessionExpiresAt, ...timesFromRefresh(now, sessionExpiresAt, lifetimes) };
}

/** The times of a token that is issued now within a session that ends at `sessionExpiresAt`. */
export function timesFromRefresh(
  now: number,
  sessionExpiresAt: number,
  { tokenLifetimeSeconds }: Pick<Lifetimes, 'tokenLifetimeSeconds'>,
) {
  return { refreshedAt: now, expiresAt: Math.min(now + tokenLifetimeSeconds, sessionExpiresAt) };
}

/** Epoch seconds of a time in epoch milliseconds, rounded down. */
export const toSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

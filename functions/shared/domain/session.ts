/**
 * The rules of a session, over plain data: no clock, no database.
 * A presented token is judged here and nowhere else.
 */
import {
  CLOCK_SKEW_SECONDS,
  MAX_DELETED_SESSIONS,
  MAX_KNOWN_REFRESHES,
  REFRESH_RETRY_SECONDS,
} from './limits';
import { digestToken, newSessionId, newSuccessorSalt, stepsBehind, type Token } from './token';

/** What a session item says. Times are epoch seconds unless their name says otherwise. */
export interface Session {
  /** The session's public name: random, and the same through every refresh. */
  readonly id: string;
  readonly userId: number;
  readonly sessionGeneration: number;
  readonly tokenDigest: string;
  /** Leads from each token of the session to the next; see `deriveSuccessor`. */
  readonly successorSalt: string;
  readonly refreshCount: number;
  /** When the user logged in, epoch milliseconds: two logins in one second have an order. */
  readonly createdAtMs: number;
  readonly refreshedAt: number;
  /** The end of the current token. */
  readonly expiresAt: number;
  /** The end of the session; no refresh moves it. */
  readonly sessionExpiresAt: number;
  /** When the current token was first seen after a refresh. */
  readonly successorUsedAt?: number;
  /** What the client called itself at login. */
  readonly device: string;
  /** Taken over from elsewhere: until its first refresh it has no idle limit, and is the last to be evicted. */
  readonly isImported?: true;
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

/** Why a token is refused. The caller hears one of two messages. */
export type DenialReason =
  | 'session_unknown'
  | 'token_wrong'
  | 'token_expired'
  | 'token_superseded'
  | 'token_reused'
  | 'session_ended'
  | 'user_missing'
  | 'user_inactive';

export type VerifiedToken =
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

const deny = (reason: DenialReason): VerifiedToken => ({ ok: false, reason });

/** Whether a presented token opens its session now. The secret is checked before anything about the user is. */
export function verifyToken(presented: Presented): VerifiedToken {
  const { token, session, owner, acceptsSuperseded } = presented;
  if (!session) return deny('session_unknown');
  const behind = refreshesBehind(token, session, acceptsSuperseded ? MAX_KNOWN_REFRESHES : 0);
  if (behind === undefined) return deny('token_wrong');
  const problem = ageProblem(behind, session, presented.now);
  if (problem) return deny(problem);
  if (!owner || owner.id !== session.userId) return deny('user_missing');
  if (!owner.isActive) return deny('user_inactive');
  if (owner.sessionGeneration !== session.sessionGeneration) return deny('session_ended');
  const isFirstUse = behind === 0 && session.refreshCount > 0 && session.successorUsedAt === undefined;
  return { ok: true, owner, session, isFirstUse };
}

function ageProblem(behind: number, session: Session, now: number): DenialReason | undefined {
  if (isExpired(session, now)) return 'token_expired';
  if (behind === 0 || (behind === 1 && isRetryWindowOpen(session, now))) return undefined;
  // More than one refresh back there is nothing to retry, but right after a refresh it may be a request that was long under way.
  return now <= session.refreshedAt + REFRESH_RETRY_SECONDS && behind > 1
    ? 'token_superseded'
    : 'token_reused';
}

/**
 * How many refreshes a token is behind the session's current one; `undefined` if it never was one of the session's, or is further
 * back than `most`.
 */
export const refreshesBehind = (
  token: Token,
  session: Session,
  most = MAX_KNOWN_REFRESHES,
): number | undefined =>
  stepsBehind(token, {
    salt: session.successorSalt,
    lastDigest: session.tokenDigest,
    maxSteps: Math.min(session.refreshCount, most),
  });

/** Whose sessions are live, and of which generation. */
export interface SessionHolder {
  readonly userId: number;
  readonly sessionGeneration: number;
}

/** Whether a session is its holder's and a token still opens it. */
export const isLiveFor = (holder: SessionHolder, session: Session, now: number): boolean =>
  session.userId === holder.userId &&
  session.sessionGeneration === holder.sessionGeneration &&
  !isExpired(session, now);

/**
 * Whether nothing can make a stored session live again: it belongs to an earlier user of the locator (ids only grow), its generation has
 * passed (a higher one belongs to a session that lives on), or it expired longer ago than clocks differ.
 */
const isDeadFor = (holder: SessionHolder, session: Session, now: number): boolean =>
  session.userId < holder.userId ||
  (session.userId === holder.userId && session.sessionGeneration < holder.sessionGeneration) ||
  isExpired(session, now - CLOCK_SKEW_SECONDS);

/** A session together with where it is stored. */
interface Stored {
  readonly session: Session;
}

export interface SessionCaller extends SessionHolder {
  readonly sessionId: string;
  /** Whether all stored sessions were read. */
  readonly isComplete: boolean;
}

/**
 * The live ones among a caller's stored sessions; `undefined` if the caller's own session has ended since the authorizer looked: it is
 * gone, expired, or of a lower generation than another of the user's.
 */
export function findLiveSessions<Item extends Stored>(
  stored: readonly Item[],
  { isComplete, ...caller }: SessionCaller,
  now: number,
): Item[] | undefined {
  const ofUser = stored.filter(({ session }) => session.userId === caller.userId);
  const own = ofUser.find(({ session }) => session.id === caller.sessionId)?.session;
  if (own ? isExpired(own, now) : isComplete) return undefined;
  const holder = own ?? caller;
  if (ofUser.some(({ session }) => session.sessionGeneration > holder.sessionGeneration)) return undefined;
  return ofUser.filter(({ session }) => isLiveFor(holder, session, now));
}

export interface SessionLimit {
  /** How many live sessions a user may have. */
  readonly limit: number;
  /** Epoch seconds. */
  readonly now: number;
}

/**
 * What a login deletes after it has stored the session `own`: live sessions over the limit, least recently refreshed first, then dead
 * ones; {@link MAX_DELETED_SESSIONS} at most. Never `own`, even if another function's clock makes it look old.
 */
export function findSurplusSessions<Item extends Stored>(
  stored: readonly Item[],
  own: Session,
  { limit, now }: SessionLimit,
): Item[] {
  const others = stored.filter(({ session }) => session.id !== own.id);
  const live = others.filter(({ session }) => isLiveFor(own, session, now)).sort(keptFirst);
  const newer = live.filter((item) => lastRefreshedFirst(item, { session: own }) < 0);
  const kept = newer.length < limit ? limit - 1 : limit;
  const dead = others.filter(({ session }) => isDeadFor(own, session, now));
  return [...live.slice(kept).reverse(), ...dead].slice(0, MAX_DELETED_SESSIONS);
}

/** The dead ones among all stored sessions of a user, {@link MAX_DELETED_SESSIONS} at most. */
export const findDeadSessions = <Item extends Stored>(
  stored: readonly Item[],
  holder: SessionHolder,
  now: number,
): Item[] => stored.filter(({ session }) => isDeadFor(holder, session, now)).slice(0, MAX_DELETED_SESSIONS);

/** Whether these are as many dead ones as one request deletes. */
export const areEnoughToDelete = (stored: readonly Stored[], holder: SessionHolder, now: number): boolean =>
  findDeadSessions(stored, holder, now).length === MAX_DELETED_SESSIONS;

/** An app whose token was taken over never refreshes it, which is no sign that it is not used. */
const keptFirst = (one: Stored, other: Stored): number =>
  Number(isUntouchedImport(other.session)) - Number(isUntouchedImport(one.session)) ||
  lastRefreshedFirst(one, other);

const isUntouchedImport = ({ isImported, refreshCount }: Session): boolean =>
  isImported === true && refreshCount === 0;

/** Ties are broken by sign-in, then by id, so that logins at the same time keep the same sessions. */
const lastRefreshedFirst = ({ session: one }: Stored, { session: other }: Stored): number =>
  other.refreshedAt - one.refreshedAt || other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1);

/** A token is refused from the second of its end on, and so is one whose item does not say when that is. */
export const isExpired = ({ expiresAt, sessionExpiresAt }: Session, now: number): boolean =>
  !(expiresAt > now && sessionExpiresAt > now);

/** Whether the token that the last refresh replaced may still be refreshed. */
export const isRetryWindowOpen = (session: Session, now: number): boolean =>
  session.successorUsedAt === undefined || now <= session.successorUsedAt + REFRESH_RETRY_SECONDS;

export interface NewSession {
  readonly userId: number;
  readonly sessionGeneration: number;
  readonly device: string;
  readonly nowMs: number;
  readonly lifetimes: Lifetimes;
}

/** The session that begins with a first token. */
export function createSession(
  token: Token,
  { userId, sessionGeneration, device, nowMs, lifetimes }: NewSession,
): Session {
  return {
    id: newSessionId(),
    userId,
    sessionGeneration,
    device,
    tokenDigest: digestToken(token),
    successorSalt: newSuccessorSalt(),
    refreshCount: 0,
    ...timesFromLogin(nowMs, lifetimes),
  };
}

export interface TakenOverSession {
  readonly userId: number;
  readonly sessionGeneration: number;
  /** When the token was issued, epoch milliseconds. */
  readonly createdAtMs: number;
  /** Epoch seconds. */
  readonly now: number;
  readonly expiresAt: number;
}

/** The session of a token that was issued elsewhere. It ends when it ends: whoever holds it does not know of refreshing it. */
export const takeOverSession = (
  token: Token,
  { userId, sessionGeneration, createdAtMs, now, expiresAt }: TakenOverSession,
): Session => ({
  id: newSessionId(),
  userId,
  sessionGeneration,
  device: 'imported',
  isImported: true,
  tokenDigest: digestToken(token),
  successorSalt: newSuccessorSalt(),
  refreshCount: 0,
  createdAtMs,
  refreshedAt: now,
  expiresAt,
  sessionExpiresAt: expiresAt,
});

/** The times of a session that starts now. */
function timesFromLogin(nowMs: number, lifetimes: Lifetimes) {
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

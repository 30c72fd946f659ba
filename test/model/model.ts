/**
 * What must be true of users, sessions and tokens, as plain data and pure rules: no I/O, no clock, nothing imported of the
 * functions. Every change makes a new state.
 */

export const TOKEN_LIFETIME = 600;
export const SESSION_LIFETIME = 1000;
export const SESSIONS_PER_USER = 3;
const RETRY_SECONDS = 30;

/** A user. One of a few names takes part in a run; after a deletion the name is free again. */
export interface Account {
  readonly name: number;
  readonly userId: number;
  readonly locator: string;
  readonly isActive: boolean;
  /** How often all sessions were ended at once. */
  readonly generation: number;
  /** How often the password was changed. */
  readonly passwordVersion: number;
}

/** A session, and with it a chain of tokens of which the one with the number `refreshCount` is current. Times in epoch seconds. */
export interface ModelSession {
  readonly id: string;
  readonly userId: number;
  readonly locator: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly refreshCount: number;
  readonly refreshedAt: number;
  readonly expiresAt: number;
  readonly sessionExpiresAt: number;
  readonly usedAt?: number;
  /** It had ended before its user was deleted, so that its item may be gone as well. */
  readonly mayBeGone?: boolean;
}

export interface State {
  readonly nowMs: number;
  readonly accounts: readonly Account[];
  readonly sessions: readonly ModelSession[];
}

/** The token with that number in the chain of a session. */
export interface TokenPlace {
  readonly sessionId: string;
  readonly index: number;
}

export const secondsOf = ({ nowMs }: Pick<State, 'nowMs'>): number => Math.floor(nowMs / 1000);

export const sessionOf = (state: State, id: string): ModelSession | undefined =>
  state.sessions.find((session) => session.id === id);

export const ownerOf = (state: State, { userId }: ModelSession): Account | undefined =>
  state.accounts.find((account) => account.userId === userId);

export const isExpired = (state: State, session: ModelSession): boolean =>
  session.expiresAt <= secondsOf(state);

/** Not ended: neither by expiry, nor with all sessions of its user, nor with the user. */
export function isLive(state: State, session: ModelSession): boolean {
  const owner = ownerOf(state, session);
  return owner !== undefined && owner.generation === session.generation && !isExpired(state, session);
}

export function changeSession(state: State, id: string, change: Partial<ModelSession>): State {
  const sessions = state.sessions.map((session) => (session.id === id ? { ...session, ...change } : session));
  return { ...state, sessions };
}

export const endSession = (state: State, id: string): State => ({
  ...state,
  sessions: state.sessions.filter((session) => session.id !== id),
});

export function changeAccount(state: State, userId: number, change: Partial<Account>): State {
  const accounts = state.accounts.map((account) =>
    account.userId === userId ? { ...account, ...change } : account,
  );
  return { ...state, accounts };
}

export function addSession(
  state: State,
  session: Pick<ModelSession, 'id' | 'userId' | 'locator' | 'generation'>,
): State {
  const now = secondsOf(state);
  const added: ModelSession = {
    ...session,
    createdAtMs: state.nowMs,
    refreshCount: 0,
    refreshedAt: now,
    expiresAt: now + TOKEN_LIFETIME,
    sessionExpiresAt: now + SESSION_LIFETIME,
  };
  return { ...state, sessions: [...state.sessions, added] };
}

/** The token after the current one takes its place; the retry window is open until that one is used. */
export function refreshSession(state: State, session: ModelSession): State {
  const now = secondsOf(state);
  const { usedAt: _, ...rest } = session;
  const refreshed = {
    ...rest,
    refreshCount: session.refreshCount + 1,
    refreshedAt: now,
    expiresAt: Math.min(now + TOKEN_LIFETIME, session.sessionExpiresAt),
  };
  return {
    ...state,
    sessions: state.sessions.map((other) => (other.id === session.id ? refreshed : other)),
  };
}

export const isRetryWindowOpen = (state: State, { usedAt }: ModelSession): boolean =>
  usedAt === undefined || secondsOf(state) <= usedAt + RETRY_SECONDS;

export type Verdict =
  | { readonly is: 'admitted'; readonly session: ModelSession; readonly isFirstUse: boolean }
  | { readonly is: 'reused'; readonly session: ModelSession }
  | { readonly is: 'refused'; readonly answers: readonly string[] };

export const INVALID = '401 Invalid token.';
export const INACTIVE = '401 User inactive or deleted.';
const refused = (...answers: readonly string[]): Verdict => ({ is: 'refused', answers });

/** What a token is good for now, `acceptsSuperseded` where a retry of a refresh may come. */
export function judge(state: State, token: TokenPlace | undefined, acceptsSuperseded: boolean): Verdict {
  const session = token && sessionOf(state, token.sessionId);
  if (!token || !session || isExpired(state, session)) return refused(INVALID);
  const behind = session.refreshCount - token.index;
  if (behind > 0 && !acceptsSuperseded) return refused(INVALID);
  if (behind > 1 && secondsOf(state) <= session.refreshedAt + RETRY_SECONDS) return refused(INVALID);
  if (behind > 1 || (behind === 1 && !isRetryWindowOpen(state, session))) return { is: 'reused', session };
  return judgeOwner(state, session, behind);
}

function judgeOwner(state: State, session: ModelSession, behind: number): Verdict {
  const owner = ownerOf(state, session);
  const isRefused = !owner?.isActive;
  // What else ended the session may have removed it, or may remove it at any time: then nothing is known of its user.
  const isForgettable = owner
    ? owner.generation !== session.generation
    : session.mayBeGone || state.accounts.some(({ locator }) => locator === session.locator);
  if (isRefused) return refused(INACTIVE, ...(isForgettable ? [INVALID] : []));
  if (isForgettable) return refused(INVALID);
  const isFirstUse = behind === 0 && session.refreshCount > 0 && session.usedAt === undefined;
  return { is: 'admitted', session, isFirstUse };
}

/** Headers about the life of a token and its session, so that a phone with a wrong clock knows when to refresh. */

/** Epoch seconds. */
export interface Expiry {
  readonly tokenExpiresAt: number;
  /** No refresh passes it. */
  readonly sessionExpiresAt: number;
}

/** `Token-Expires-In` and `Session-Expires-In`: whole seconds from `now` on. While they are equal, a refresh gains nothing. */
export const expiryHeaders = ({ tokenExpiresAt, sessionExpiresAt }: Expiry, now: number) => ({
  'Token-Expires-In': secondsUntil(tokenExpiresAt, now),
  'Session-Expires-In': secondsUntil(sessionExpiresAt, now),
});

const secondsUntil = (end: number, now: number): string => String(Math.max(0, end - now));

/** Headers about the life of a token. */

/** `Token-Expires-In`: whole seconds until the token ends, so that a phone with a wrong clock knows when to refresh. */
export const tokenExpiresIn = (expiresAt: number, now: number): { 'Token-Expires-In': string } => ({
  'Token-Expires-In': String(Math.max(0, expiresAt - now)),
});

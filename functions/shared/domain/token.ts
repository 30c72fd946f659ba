/**
 * The token: forty lower-case hex digits that say where the session is and prove the right to it.
 * Nothing here reads a clock or a database. Secrets are compared as digests, in constant time.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token taken apart. `locator` and `session` are an address and prove nothing; the last 26 digits of `text` do. */
export interface Token {
  readonly text: string;
  /** 10 hex digits: which user. */
  readonly locator: string;
  /** 4 hex digits: which of the user's sessions. */
  readonly session: string;
}

const LOCATOR_DIGITS = 10;
const SESSION_DIGITS = 4;
const SECRET_DIGITS = 26;
const TOKEN_FORM = /^[0-9a-f]{40}$/;

const randomDigits = (count: number): string => randomBytes(count / 2).toString('hex');

export const newLocator = (): string => randomDigits(LOCATOR_DIGITS);
export const newSessionDigits = (): string => randomDigits(SESSION_DIGITS);

/** Salt for {@link deriveSuccessor}, one for each session: 128 random bits as hex. */
export const newSuccessorSalt = (): string => randomDigits(32);

/** The name under which a user sees a session: 64 random bits as hex, which say nothing about its tokens. */
export const newSessionId = (): string => randomDigits(16);

/** A new token for an address; 104 bits of it are secret and come from the system's CSPRNG (ASVS 5.0, 11.5.1). */
export const issueToken = (locator: string, session: string): Token =>
  assemble(locator, session, randomDigits(SECRET_DIGITS));

/** Takes a presented string apart; `undefined` unless it is exactly forty lower-case hex digits. Proves nothing. */
export function parseUnverifiedToken(text: string): Token | undefined {
  if (!TOKEN_FORM.test(text)) return undefined;
  return {
    text,
    locator: text.slice(0, LOCATOR_DIGITS),
    session: text.slice(LOCATOR_DIGITS, LOCATOR_DIGITS + SESSION_DIGITS),
  };
}

/** What is stored of a token: SHA-256 in hex over all of it, so that a digest fits no other address. */
export const digestToken = (token: Token): string => createHash('sha256').update(token.text).digest('hex');

/** Whether two digests are equal, in time that does not depend on where they differ. */
export const isSameDigest = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/**
 * The one token that follows `token` under `salt`, at the same address. Whoever holds the old token and the salt
 * can compute it any number of times; the salt alone, which is all that is stored, leads nowhere.
 */
export function deriveSuccessor(token: Token, salt: string): Token {
  const secret = createHmac('sha256', token.text).update(salt).digest('hex').slice(0, SECRET_DIGITS);
  return assemble(token.locator, token.session, secret);
}

export interface Chain {
  readonly salt: string;
  /** The digest of the chain's last token. */
  readonly lastDigest: string;
  /** No token of the chain is further behind than this. */
  readonly maxSteps: number;
}

/**
 * How many refreshes a token is behind the last of its chain: 0 for the last itself, 1 for the one that the last refresh
 * replaced, `undefined` for a token that is not of this chain.
 */
export function stepsBehind(token: Token, { salt, lastDigest, maxSteps }: Chain): number | undefined {
  let reached = token;
  for (let steps = 0; steps <= maxSteps; steps += 1) {
    if (isSameDigest(digestToken(reached), lastDigest)) return steps;
    reached = deriveSuccessor(reached, salt);
  }
  return undefined;
}

const assemble = (locator: string, session: string, secret: string): Token => ({
  text: locator + session + secret,
  locator,
  session,
});

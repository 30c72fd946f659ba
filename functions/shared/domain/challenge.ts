/**
 * A challenge proves that somebody reads a user's messages: a link with a token, and a code to type. It holds for one purpose, and only
 * while the user's id, password and address are those that it was made for. Only digests of it are stored.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { MAX_CODE_GUESSES, MAX_CODE_SECONDS, MAX_TYPED_CODE_CHARACTERS } from './limits';
import { isSameDigest } from './token';
import type { User } from './user';

export type ChallengePurpose = 'reset_password' | 'activation' | 'deletion';

/** A link's token, good until `expiresAt`, epoch seconds. */
interface StoredToken {
  readonly digest: string;
  readonly expiresAt: number;
}

/** Whom a challenge is for; none of it may have changed when it is answered. */
export interface ChallengeOwner {
  readonly locator: string;
  readonly userId: number;
  /** Absent: never changed. */
  readonly passwordVersion?: number;
  /** The user's own address at the time, as stored. */
  readonly email: string;
}

/** A challenge as stored. Times are epoch seconds. */
export interface Challenge extends ChallengeOwner {
  /** Of the latest message. */
  readonly id: string;
  readonly purpose: ChallengePurpose;
  /** Of every link that is still good. */
  readonly tokens: readonly StoredToken[];
  /** Of the latest code; absent: links only. */
  readonly codeHash?: string;
  readonly codeExpiresAt?: number;
  /** At the latest code. */
  readonly guesses: number;
  /** A challenge is good for one use. */
  readonly usedAt?: number;
  /** When the last link ends. */
  readonly expiresAt: number;
}

/** 128 random bits as hex, for a link. */
export const newChallengeToken = (): string => randomBytes(16).toString('hex');

/** Six random digits. */
export const newChallengeCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

export const digestChallengeToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** The name under which the challenge of an address is stored. */
export const addressDigest = (canonicalEmail: string): string =>
  createHash('sha256').update(canonicalEmail).digest('hex');

/** A user's name in links: the locator's five bytes in base64url. */
export const toUid = (locator: string): string => Buffer.from(locator, 'hex').toString('base64url');

/** The locator that a link names; `undefined` for a text that no link has. */
export function parseUid(uid: string): string | undefined {
  if (!/^[\w-]{7}$/.test(uid)) return undefined;
  const locator = Buffer.from(uid, 'base64url').toString('hex');
  return toUid(locator) === uid ? locator : undefined;
}

/** The six digits that people mean: they type spaces and dashes between them, and digits of their own script. */
export function parseCode(typed: string): string | undefined {
  if (typed.length > MAX_TYPED_CODE_CHARACTERS) return undefined;
  const digits = typed.replace(/[\s\p{Pd}]/gu, '').replace(/\p{Nd}/gu, toAsciiDigit);
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/** Unicode has the ten digits of a script in a row, and some scripts side by side. */
function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((code - first) % 10);
}

export interface NewChallenge {
  readonly id: string;
  readonly purpose: ChallengePurpose;
  readonly owner: ChallengeOwner;
  readonly token: string;
  /** Absent for a purpose that six digits are too little for. */
  readonly codeHash?: string;
  readonly now: number;
  readonly lifetimeSeconds: number;
}

/** The challenge of another message. Links of earlier ones stay good, unless they were used or voided; the earlier code does not. */
export function renewChallenge(
  earlier: Challenge | undefined,
  { id, purpose, owner, token, codeHash, now, lifetimeSeconds }: NewChallenge,
): Challenge {
  const isOpen = earlier && earlier.usedAt === undefined && isSameOwner(earlier, owner);
  const kept = isOpen ? earlier.tokens.filter(({ expiresAt }) => expiresAt > now) : [];
  const expiresAt = now + lifetimeSeconds;
  return {
    ...owner,
    id,
    purpose,
    tokens: [...kept, { digest: digestChallengeToken(token), expiresAt }],
    ...(codeHash && { codeHash, codeExpiresAt: codeEnd(now, lifetimeSeconds) }),
    guesses: 0,
    expiresAt: Math.max(expiresAt, ...kept.map((link) => link.expiresAt)),
  };
}

/** When a code ends that is sent now. */
export const codeEnd = (now: number, lifetimeSeconds: number): number =>
  now + Math.min(lifetimeSeconds, MAX_CODE_SECONDS);

/** Whether a challenge was made for the user as the user is now. */
export const isChallengeOf = (challenge: ChallengeOwner, user: OwnedBy): boolean =>
  isSameOwner(challenge, toOwner(user));

/** A user, as far as a challenge depends on it. */
type OwnedBy = Pick<User, 'id' | 'passwordVersion' | 'email'> & { readonly locator: string };

export const toOwner = ({ locator, id, passwordVersion, email }: OwnedBy): ChallengeOwner => ({
  locator,
  userId: id,
  ...(passwordVersion !== undefined && { passwordVersion }),
  email,
});

const isSameOwner = (one: ChallengeOwner, other: ChallengeOwner): boolean =>
  one.locator === other.locator &&
  one.userId === other.userId &&
  one.passwordVersion === other.passwordVersion &&
  one.email === other.email;

/** Whether a challenge has that link, which may have been used. */
export const hasToken = ({ tokens }: Challenge, token: string, now: number): boolean => {
  const digest = digestChallengeToken(token);
  return tokens.some((link) => isSameDigest(link.digest, digest) && link.expiresAt > now);
};

/** The hash that a typed code must match; `undefined` if no code would be taken. The guess has been counted. */
export const findCodeHash = (challenge: Challenge | undefined, now: number): string | undefined =>
  challenge &&
  challenge.usedAt === undefined &&
  challenge.guesses <= MAX_CODE_GUESSES &&
  (challenge.codeExpiresAt ?? 0) > now
    ? challenge.codeHash
    : undefined;

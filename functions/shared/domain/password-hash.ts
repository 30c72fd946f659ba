/** Passwords become salted hashes and are compared with them; nothing else is ever stored of one. A stored hash's prefix says its kind. */
import { createHash } from 'node:crypto';
import { compare, getRounds, hash, truncates } from 'bcryptjs';

/** One kind of stored hash. */
interface Hasher {
  readonly prefix: RegExp;
  /** The base-2 logarithm of the work, as bcrypt counts it. */
  cost(storedHash: string): number;
  verify(password: string, storedHash: string): Promise<boolean>;
}

/** Django's name for bcrypt over the SHA-256 of the password, which has no limit of 72 bytes. */
const BCRYPT_SHA256 = 'bcrypt_sha256$';

const sha256 = (password: string): string => createHash('sha256').update(password).digest('hex');

const bcryptSha256: Hasher = {
  prefix: /^bcrypt_sha256\$\$2[aby]\$\d\d\$/,
  cost: (storedHash) => getRounds(storedHash.slice(BCRYPT_SHA256.length)),
  verify: (password, storedHash) => compare(sha256(password), storedHash.slice(BCRYPT_SHA256.length)),
};

/** Reads 72 bytes: a longer password matches nothing, so that no two passwords are interchangeable (CVE-2025-22228). */
const bcrypt: Hasher = {
  prefix: /^\$2[aby]\$\d\d\$/,
  cost: getRounds,
  verify: async (password, storedHash) => (await compare(password, storedHash)) && !truncates(password),
};

const hashers: readonly Hasher[] = [bcryptSha256, bcrypt];

/** `undefined` for what is no hash of a known kind, which no password matches. */
const findHasher = (storedHash: string): Hasher | undefined =>
  hashers.find(({ prefix }) => prefix.test(storedHash));

/**
 * A new hash, which stock Django reads as well. `cost` is the base-2 logarithm of the rounds, 10 to 14.
 * https://docs.djangoproject.com/en/stable/topics/auth/passwords/#using-bcrypt-with-django
 */
export const hashPassword = async (password: string, cost: number): Promise<string> =>
  BCRYPT_SHA256 + (await hash(sha256(password), cost));

/**
 * Whether a password matches a stored hash. Costs the work of one comparison at `cost`, whatever the answer: with no hash (unknown user,
 * or one of no known kind) it is made with one that nothing matches, and what a weaker hash saves is spent as well, since each step of the
 * cost doubles the work (ASVS 5.0, 6.3.8). A hash that is stronger than `cost` costs more.
 */
export async function matchesPassword(
  password: string,
  storedHash: string | undefined,
  cost: number,
): Promise<boolean> {
  const hasher = storedHash === undefined ? undefined : findHasher(storedHash);
  if (storedHash === undefined || hasher === undefined) {
    await compare(password, unmatchableHash(cost));
    return false;
  }
  const isMatch = await hasher.verify(password, storedHash);
  for (let weaker = hasher.cost(storedHash); weaker < cost; weaker += 1)
    await compare(password, unmatchableHash(weaker));
  return isMatch;
}

/** Whether a hash is of an older kind, or weaker, than {@link hashPassword} makes now. */
export const needsRehash = (storedHash: string, cost: number): boolean =>
  !bcryptSha256.prefix.test(storedHash) || bcryptSha256.cost(storedHash) < cost;

/** Well-formed, so that bcrypt does its full work, but the result of no password that anyone knows. */
const unmatchableHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

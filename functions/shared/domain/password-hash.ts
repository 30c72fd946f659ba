/**
 * Passwords become bcrypt hashes and are compared with them; nothing else is ever stored of one. How a stored hash is verified, its
 * prefix says.
 */
import { compare, getRounds, hash, truncates } from 'bcryptjs';

/** One kind of stored hash. */
interface Hasher {
  readonly prefix: RegExp;
  /** The base-2 logarithm of the work, as bcrypt counts it. */
  cost(storedHash: string): number;
  verify(password: string, storedHash: string): Promise<boolean>;
}

/** Reads 72 bytes: a longer password is neither hashed nor matched, so that no two passwords are interchangeable (CVE-2025-22228). */
const bcrypt: Hasher = {
  prefix: /^\$2[aby]\$\d\d\$/,
  cost: getRounds,
  verify: async (password, storedHash) => (await compare(password, storedHash)) && !truncates(password),
};

const hashers: readonly Hasher[] = [bcrypt];

/** `undefined` for what is no hash of a known kind, which no password matches. */
const findHasher = (storedHash: string): Hasher | undefined =>
  hashers.find(({ prefix }) => prefix.test(storedHash));

/** A hash of an acceptable password. `cost` is the base-2 logarithm of the rounds, 10 to 14. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  if (truncates(password))
    throw new RangeError('A password over 72 bytes must be refused before it is hashed.');
  return hash(password, cost);
}

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

/** Whether hashes are made stronger now than this one was. */
export const isWeakerThan = (cost: number, storedHash: string): boolean =>
  (findHasher(storedHash)?.cost(storedHash) ?? 0) < cost;

/** Well-formed, so that bcrypt does its full work, but the result of no password that anyone knows. */
const unmatchableHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

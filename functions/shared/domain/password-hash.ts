/**
 * Passwords become bcrypt hashes and are compared with them; nothing else is ever stored of one.
 * bcrypt reads 72 bytes: a longer password is neither hashed nor matched, so that no two passwords are interchangeable.
 */
import { compare, getRounds, hash, truncates } from 'bcryptjs';

/** A bcrypt hash of an acceptable password. `cost` is the base-2 logarithm of the rounds, 10 to 14. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  if (truncates(password))
    throw new RangeError('A password over 72 bytes must be refused before it is hashed.');
  return hash(password, cost);
}

/**
 * Whether a password matches a stored hash. Costs the work of one comparison at `cost`, whatever the answer: with no hash (unknown
 * user) it is made with one that nothing matches, and what a weaker hash saves is spent as well, since each step of the cost doubles
 * the work (ASVS 5.0, 6.3.8). A hash that is stronger than `cost` costs more.
 */
export async function matchesPassword(
  password: string,
  storedHash: string | undefined,
  cost: number,
): Promise<boolean> {
  const storedCost = storedHash === undefined ? cost : getRounds(storedHash);
  const isMatch = await compare(password, storedHash ?? unmatchableHash(cost));
  for (let weaker = storedCost; weaker < cost; weaker += 1) await compare(password, unmatchableHash(weaker));
  return isMatch && storedHash !== undefined && !truncates(password);
}

/** Whether hashes are made stronger now than this one was. */
export const isWeakerThan = (cost: number, storedHash: string): boolean => getRounds(storedHash) < cost;

/** Well-formed, so that bcrypt does its full work, but the result of no password that anyone knows. */
const unmatchableHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

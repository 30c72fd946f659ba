/** Passwords become salted hashes and are compared with them; nothing else is ever stored of one. A stored hash's prefix says its kind. */
import { createHash } from 'node:crypto';
import { compare, getRounds, hash, truncates } from 'bcryptjs';
import { MAX_LOGIN_PASSWORD_BYTES } from './limits';
import { toNfkc } from './text';

/** One kind of stored hash. */
interface Hasher {
  /** The base-2 logarithm of the work, as bcrypt counts it. */
  readonly cost: number;
  /** `undefined`, and nothing is computed, for a hash of no known form. */
  verify(password: string): Promise<boolean | undefined>;
}

/** bcrypt as stored after the prefix of its kind; at most of cost 14, as a setting can be. */
const BCRYPT = '\\$2[aby]\\$(?:0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}$';

/** Django's name for bcrypt over the SHA-256 of the password, which has no limit of 72 bytes. */
const BCRYPT_SHA256 = 'bcrypt_sha256$';
const bcryptSha256 = new RegExp(`^bcrypt_sha256\\$${BCRYPT}`);

/** Django's name for plain bcrypt, which was ours without the name. */
const bcrypt = new RegExp(`^(?:bcrypt\\$)?${BCRYPT}`);

/** What only Django wrote. */
const imported = /^(?:pbkdf2_sha256|pbkdf2_sha1|scrypt|argon2|md5)\$/;

const sha256 = (password: string): string => createHash('sha256').update(password).digest('hex');

/** `undefined` for what is no hash of a known kind, which no password matches. */
function findHasher(storedHash: string): Hasher | undefined {
  if (bcryptSha256.test(storedHash)) {
    const inner = storedHash.slice(BCRYPT_SHA256.length);
    return { cost: getRounds(inner), verify: (password) => compare(sha256(password), inner) };
  }
  if (bcrypt.test(storedHash)) {
    const inner = storedHash.slice(storedHash.indexOf('$2'));
    // Reads 72 bytes: a longer password matches nothing, so that no two passwords are interchangeable (CVE-2025-22228).
    const verify = async (password: string) => (await compare(password, inner)) && !truncates(password);
    return { cost: getRounds(inner), verify };
  }
  if (!imported.test(storedHash)) return undefined;
  // MD5 alone would cost next to nothing; of the others nobody can say what cost they compare with.
  const cost = storedHash.startsWith('md5$') ? 0 : Number.POSITIVE_INFINITY;
  return { cost, verify: (password) => verifyImported(password, storedHash) };
}

async function verifyImported(password: string, storedHash: string): Promise<boolean | undefined> {
  if (Buffer.byteLength(password) > MAX_LOGIN_PASSWORD_BYTES) return undefined;
  // A file of its own beside the bundle, which only those load who have such hashes.
  const verifier = await import('./imported-hash.js');
  return verifier.verifyImported(password, storedHash);
}

/** Whether a password could match: the form of the hash is known, and it asks for no more work than the limits allow. */
export async function isVerifiable(storedHash: string): Promise<boolean> {
  const hasher = findHasher(storedHash);
  if (!hasher || !imported.test(storedHash)) return hasher !== undefined;
  const verifier = await import('./imported-hash.js');
  return verifier.isVerifiable(storedHash);
}

/** The form of a password in which it is hashed here. Over 1024 characters it is not normalised, so never over 4096 bytes. */
const normalise = (password: string): string => toNfkc(password, MAX_LOGIN_PASSWORD_BYTES / 4);

/**
 * A new hash, which stock Django reads as well. `cost` is the base-2 logarithm of the rounds, 10 to 14.
 * https://docs.djangoproject.com/en/stable/topics/auth/passwords/#using-bcrypt-with-django
 */
export const hashPassword = async (password: string, cost: number): Promise<string> =>
  BCRYPT_SHA256 + (await hash(sha256(normalise(password)), cost));

export interface PasswordMatch {
  readonly isMatch: boolean;
  /** Whether {@link hashPassword} would make a hash of another kind, or a stronger one, or of another form of the password. */
  readonly needsRehash: boolean;
}

/** After a comparison that took longer there is no second one. */
const SLOW_MS = 1500;

const NO_MATCH: PasswordMatch = { isMatch: false, needsRehash: false };

/**
 * Compares a password, as received, with a stored hash: as received, as Django does, and then in NFKC if that differs. Costs the work of one
 * comparison at `cost` for each, whatever the result: with no hash (unknown user, or one of no known kind) it is made with one that nothing
 * matches, and what a weaker hash saves is spent as well, since each step of the cost doubles the work (ASVS 5.0, 6.3.8). A hash that is
 * stronger than `cost`, or of another kind than bcrypt, costs what it costs.
 */
export async function verifyPassword(
  password: string,
  storedHash: string | undefined,
  cost: number,
): Promise<PasswordMatch> {
  const hasher = storedHash === undefined ? undefined : findHasher(storedHash);
  const normal = normalise(password);
  const startedAt = performance.now();
  for (const form of new Set([password, normal])) {
    // Only of a hash near the limits, and login's time-out follows from those of one.
    if (performance.now() - startedAt > SLOW_MS) break;
    const isMatch = await hasher?.verify(form);
    if (isMatch === undefined) await compare(form, unmatchableHash(cost));
    else await spendRest(form, hasher?.cost ?? cost, cost);
    if (isMatch) return { isMatch, needsRehash: form !== normal || isOutdated(storedHash ?? '', cost) };
  }
  return NO_MATCH;
}

export const matchesPassword = async (
  password: string,
  storedHash: string | undefined,
  cost: number,
): Promise<boolean> => (await verifyPassword(password, storedHash, cost)).isMatch;

/** Spends what a hash of the cost `spent` saves. */
async function spendRest(password: string, spent: number, cost: number): Promise<void> {
  const isNothingSpent = spent === 0;
  if (isNothingSpent) await compare(password, unmatchableHash(cost));
  else for (let weaker = spent; weaker < cost; weaker += 1) await compare(password, unmatchableHash(weaker));
}

const isOutdated = (storedHash: string, cost: number): boolean =>
  !bcryptSha256.test(storedHash) || getRounds(storedHash.slice(BCRYPT_SHA256.length)) < cost;

/** Well-formed, so that bcrypt does its full work, but the result of no password that anyone knows. */
const unmatchableHash = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

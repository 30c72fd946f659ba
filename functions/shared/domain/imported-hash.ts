/**
 * Password hashes as Django writes them, other than bcrypt. A file of its own beside the bundle: it is loaded when such a hash is met, and
 * that is before a user's first login here. https://docs.djangoproject.com/en/stable/topics/auth/passwords/
 */

import * as crypto from 'node:crypto';
import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { HASH_LIMITS } from './limits';

/** Computes the hash of a password, as bytes to compare; throws nothing for parameters within the limits. */
interface ParsedHash {
  readonly expected: Buffer;
  compute(password: string): Promise<Buffer>;
}

/** Whether a password is the one of a hash; `undefined`, and nothing is computed, if the hash has no known form or is above the limits. */
export async function verifyImported(password: string, storedHash: string): Promise<boolean | undefined> {
  const parsed = parseHash(storedHash);
  if (!parsed) return undefined;
  const computed = await parsed.compute(password);
  return computed.length === parsed.expected.length && timingSafeEqual(computed, parsed.expected);
}

/** Whether {@link verifyImported} would compute the hash. */
export const isVerifiable = (storedHash: string): boolean => parseHash(storedHash) !== undefined;

function parseHash(storedHash: string): ParsedHash | undefined {
  if (storedHash.length > HASH_LIMITS.characters) return undefined;
  const [algorithm = '', ...parts] = storedHash.split('$');
  switch (algorithm) {
    case 'pbkdf2_sha256':
      return parsePbkdf2(parts, 'sha256', 32);
    case 'pbkdf2_sha1':
      return parsePbkdf2(parts, 'sha1', 20);
    case 'scrypt':
      return parseScrypt(parts);
    case 'argon2':
      return parseArgon2(parts);
    case 'md5':
      return parseMd5(parts);
    default:
      return undefined;
  }
}

const derivePbkdf2 = promisify(pbkdf2);

/** `<iterations>$<salt>$<base64>`; the salt is text. */
function parsePbkdf2(parts: readonly string[], digest: string, bytes: number): ParsedHash | undefined {
  const [iterations = '', salt = '', encoded = ''] = parts;
  const count = parseCount(iterations, HASH_LIMITS.pbkdf2Iterations);
  const expected = parseBase64(encoded, bytes);
  if (parts.length !== 3 || !count || salt === '' || !expected) return undefined;
  return { expected, compute: (password) => derivePbkdf2(password, salt, count, bytes, digest) };
}

/** `<N>$<salt>$<r>$<p>$<base64>`; the salt is text. */
function parseScrypt(parts: readonly string[]): ParsedHash | undefined {
  const [n = '', salt = '', r = '', p = '', encoded = ''] = parts;
  const N = parseCount(n, HASH_LIMITS.scryptBytes / 128);
  const blockSize = parseCount(r, HASH_LIMITS.scryptBytes / 128);
  const parallelization = parseCount(p, HASH_LIMITS.parallelism);
  const expected = parseBase64(encoded, 64);
  if (parts.length !== 5 || !N || !blockSize || !parallelization || salt === '' || !expected)
    return undefined;
  const isPowerOfTwo = N > 1 && (N & (N - 1)) === 0;
  // RFC 7914, section 2: N is less than 2^(128 * r / 8).
  const isDefined = isPowerOfTwo && Math.log2(N) < 16 * blockSize;
  if (!isDefined || 128 * N * blockSize > HASH_LIMITS.scryptBytes) return undefined;
  // Node.js allows 32 MiB unless told.
  const maxmem = 128 * blockSize * (N + parallelization + 2) + 1024;
  return {
    expected,
    compute: (password) => deriveScrypt(password, salt, { N, r: blockSize, p: parallelization, maxmem }),
  };
}

const deriveScrypt = (
  password: string,
  salt: string,
  options: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, 64, options, (error, derived) => (error ? reject(error) : resolve(derived)));
  });

/** `<salt>$<hex>`; the salt is text. */
function parseMd5(parts: readonly string[]): ParsedHash | undefined {
  const [salt = '', hex = ''] = parts;
  if (parts.length !== 2 || salt === '' || !/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return {
    expected: Buffer.from(hex, 'hex'),
    compute: async (password) =>
      createHash('md5')
        .update(salt + password)
        .digest(),
  };
}

/** What both implementations of argon2 are asked for. */
export interface Argon2Parameters {
  readonly type: 'argon2d' | 'argon2i' | 'argon2id';
  readonly salt: Buffer;
  readonly kibibytes: number;
  readonly passes: number;
  readonly lanes: number;
  readonly bytes: number;
}

/** `argon2id$v=19$m=102400,t=2,p=8$<salt>$<hash>`, both in base64 without padding. */
function parseArgon2(parts: readonly string[]): ParsedHash | undefined {
  const [type, version, parameters = '', encodedSalt = '', encoded = ''] = parts;
  const [, m = '', t = '', p = ''] = /^m=(\d+),t=(\d+),p=(\d+)$/.exec(parameters) ?? [];
  const kibibytes = parseCount(m, HASH_LIMITS.argon2Kibibytes);
  const passes = parseCount(t, HASH_LIMITS.argon2Passes);
  const lanes = parseCount(p, HASH_LIMITS.parallelism);
  const salt = parseBase64(encodedSalt);
  const expected = parseBase64(encoded);
  if (type !== 'argon2d' && type !== 'argon2i' && type !== 'argon2id') return undefined;
  if (parts.length !== 5 || version !== 'v=19') return undefined;
  if (!kibibytes || !passes || !lanes || kibibytes < 8 * lanes) return undefined;
  // RFC 9106, section 3.1: a tag has four bytes at least. libargon2 asks for eight bytes of salt.
  if (!salt || salt.length < 8 || !expected || expected.length < 4) return undefined;
  const asked: Argon2Parameters = { type, salt, kibibytes, passes, lanes, bytes: expected.length };
  return { expected, compute: (password) => deriveArgon2(password, asked) };
}

type NativeArgon2 = (
  type: string,
  parameters: Readonly<Record<string, unknown>>,
  done: (error: Error | null, derived: Buffer) => void,
) => void;

async function deriveArgon2(password: string, parameters: Argon2Parameters): Promise<Buffer> {
  // Since Node.js 24.7. @types/node is that of the oldest version that runs this.
  const { argon2 } = crypto as { readonly argon2?: NativeArgon2 };
  if (!argon2) {
    const wasm = await import('./argon2-wasm.js');
    return wasm.deriveArgon2(password, parameters);
  }
  const { type, salt, kibibytes, passes, lanes, bytes } = parameters;
  return await promisify(argon2)(type, {
    message: Buffer.from(password),
    nonce: salt,
    parallelism: lanes,
    tagLength: bytes,
    memory: kibibytes,
    passes,
  });
}

/** A whole number from 1 to `most`, as Python writes it. */
const parseCount = (text: string, most: number): number | undefined =>
  /^[1-9]\d{0,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;

/** Bytes in base64 whose length is known and that has padding, or of any length, without. */
function parseBase64(text: string, bytes?: number): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64');
  const encoded = decoded.toString('base64');
  if (bytes === undefined) return encoded.replace(/=+$/, '') === text ? decoded : undefined;
  return encoded === text && decoded.length === bytes ? decoded : undefined;
}

/** argon2 for a Node.js without it, before 24.7: on this machine, never in AWS. hash-wasm is an optional dependency. */
import { argon2d, argon2i, argon2id } from 'hash-wasm';
import type { Argon2Parameters } from './imported-hash';

const derive = { argon2d, argon2i, argon2id };

export async function deriveArgon2(
  password: string,
  { type, salt, kibibytes, passes, lanes, bytes }: Argon2Parameters,
): Promise<Buffer> {
  const derived = await derive[type]({
    password,
    salt,
    iterations: passes,
    parallelism: lanes,
    memorySize: kibibytes,
    hashLength: bytes,
    outputType: 'binary',
  });
  return Buffer.from(derived);
}

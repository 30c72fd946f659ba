/** Password hashes that a real Django wrote: 6.1 with bcrypt 5.0 and argon2-cffi 25.1, of little work. */
import { HASH_LIMITS } from '../../functions/shared/domain/limits';
import { isVerifiable, matchesPassword, verifyPassword } from '../../functions/shared/domain/password-hash';
import vectors from './django-hashes.json';

const COST = 4;
const hashOf = (start: string) =>
  vectors.map(([, hash = '']) => hash).find((hash) => hash.startsWith(start))!;
/** A hash with one part of it replaced. */
const edited = (start: string, from: string | RegExp, to: string) => hashOf(start).replace(from, to);

describe('a hash that Django wrote', () => {
  it.each(vectors.map(([password = '', hash = '']) => [hash.slice(0, 40), password, hash]))(
    '%s… matches its password alone, and is replaced after that',
    async (_, password, hash) => {
      expect(await isVerifiable(hash)).toBe(true);
      expect((await verifyPassword(password, hash, COST)).isMatch).toBe(true);
      for (const other of [`${password}!`, password.toUpperCase(), ` ${password}`, 'x'])
        expect(await matchesPassword(other, hash, COST)).toBe(false);
      const isOurs = hash.startsWith('bcrypt_sha256$');
      expect((await verifyPassword(password, hash, COST)).needsRehash).toBe(!isOurs);
    },
  );

  it('is tried with the password as received, and then in NFKC', async () => {
    const [composed, hash] = vectors.find(([password]) => password === 'pässwörd-Ωμέγα-9') as [
      string,
      string,
    ];
    expect(await matchesPassword(composed.normalize('NFD'), hash, COST)).toBe(true);
    const [decomposed, other] = vectors.find(([password]) => password!.startsWith('Gru')) as [string, string];
    expect(await matchesPassword(decomposed, other, COST)).toBe(true);
    // What Django does not match either: it was hashed as it was typed, and Django normalises nothing.
    expect(await matchesPassword(decomposed.normalize('NFC'), other, COST)).toBe(false);
  });

  it('is not tried with a password over 4096 bytes', async () => {
    expect(await matchesPassword('x'.repeat(4097), hashOf('md5$'), COST)).toBe(false);
  });
});

/** Over each limit by the least, and forms that something is wrong with. */
const refused: readonly [what: string, hash: string][] = [
  ['PBKDF2 over the limit', edited('pbkdf2_sha256$', '$1000$', `$${HASH_LIMITS.pbkdf2Iterations + 1}$`)],
  ['PBKDF2 with SHA-1 over the limit', edited('pbkdf2_sha1$', '$1000$', '$4000001$')],
  ['scrypt of too much memory', edited('scrypt$', '$1024$', '$131072$')],
  ['scrypt of too many lanes', edited('scrypt$', '$8$1$', '$8$17$')],
  ['scrypt whose N is no power of two', edited('scrypt$', '$1024$', '$1000$')],
  ['argon2 of too much memory', edited('argon2$', 'm=256', `m=${HASH_LIMITS.argon2Kibibytes + 1}`)],
  ['argon2 of too many passes', edited('argon2$', 't=2', 't=11')],
  ['argon2 of too many lanes', edited('argon2$', 'm=256,t=2,p=2', 'm=256,t=2,p=17')],
  ['argon2 of less memory than its lanes need', edited('argon2$', 'm=256', 'm=15')],
  ['argon2 of an old version', edited('argon2$', 'v=19', 'v=16')],
  ['argon2 of no known type', edited('argon2$', 'argon2id', 'argon2x')],
  ['bcrypt over the limit', edited('bcrypt$', '$04$', '$15$')],
  ['bcrypt_sha256 over the limit', edited('bcrypt_sha256$', '$04$', '$15$')],
  ['bcrypt cut short', hashOf('bcrypt$').slice(0, -1)],
  ['PBKDF2 without a salt', edited('pbkdf2_sha256$', /\$1000\$[^$]*\$/, '$1000$$$$')],
  ['PBKDF2 of no iterations', edited('pbkdf2_sha256$', '$1000$', '$0$')],
  ['PBKDF2 cut short', hashOf('pbkdf2_sha256$').slice(0, -4)],
  ['MD5 without a salt', 'md5$$0123456789abcdef0123456789abcdef'],
  ['what Django dropped', 'sha1$abc$0123456789012345678901234567890123456789'],
  ['none', ''],
  ['one that is unusable', '!ANBBdkylSHyiCHYuKeIBPfvRGTHxH8wU2POe8rR0'],
  ['anything', 'not-a-hash'],
  ['one that is too long', `pbkdf2_sha256$1000$${'x'.repeat(1100)}$${'A'.repeat(43)}=`],
];

describe.each(refused)('%s', (_, hash) => {
  it('matches nothing and is never computed', async () => {
    expect(await isVerifiable(hash)).toBe(false);
    for (const [password = ''] of vectors) expect(await matchesPassword(password, hash, COST)).toBe(false);
  });
});

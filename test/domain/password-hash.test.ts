import { compare, getRounds, hash } from 'bcryptjs';
import { hashPassword, matchesPassword, verifyPassword } from '../../functions/shared/domain/password-hash';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});
const comparing = jest.mocked(compare);

const COST = 4;

/** Of Django 6.1: `BCryptSHA256PasswordHasher().encode('password123', bcrypt.gensalt(4))`. */
const DJANGO = 'bcrypt_sha256$$2b$04$0MsLVgUiqJDgTW7hw41t/ONZc.pSlO0GYQZT5TcXQK3ZFQ08DkYxa';

describe('a password hash', () => {
  it("is Django's bcrypt_sha256 at the cost of the setting, salted, and matches its password alone", async () => {
    const [one, other] = await Promise.all([
      hashPassword('password123', COST),
      hashPassword('password123', COST),
    ]);
    expect(one).toMatch(/^bcrypt_sha256\$\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(one).not.toBe(other);
    expect(await matchesPassword('password123', one, COST)).toBe(true);
    expect(await matchesPassword('Password123', one, COST)).toBe(false);
    expect(await matchesPassword(' password123', one, COST)).toBe(false);
  });

  it('made by Django is matched', async () => {
    expect(await matchesPassword('password123', DJANGO, COST)).toBe(true);
    expect(await matchesPassword('password124', DJANGO, COST)).toBe(false);
  });

  it.each([
    ['of this kind', hashPassword],
    ['of plain bcrypt', hash],
  ])('%s does not match a password that only begins alike', async (_, make) => {
    const longest = 'x'.repeat(72);
    const stored = await make(longest, COST);
    expect(await matchesPassword(longest, stored, COST)).toBe(true);
    expect(await matchesPassword(`${longest}y`, stored, COST)).toBe(false);
  });

  it('is made anew if it is of an older kind or weaker than now', async () => {
    const needsRehash = async (stored: string, cost: number, password = 'password123') =>
      (await verifyPassword(password, stored, cost)).needsRehash;
    const ours = await hashPassword('password123', 5);
    expect(await Promise.all([4, 5, 6].map((cost) => needsRehash(ours, cost)))).toEqual([false, false, true]);
    expect(await needsRehash(await hash('password123', 5), 4)).toBe(true);
    expect(await needsRehash(ours, 6, 'another')).toBe(false);
  });

  it.each(['!', '', 'sha1$salt$0123', '$2b$10$'])(
    'of no known kind, such as %j, matches nothing at the cost of a hash',
    async (stored) => {
      comparing.mockClear();
      expect(await matchesPassword('password123', stored, COST)).toBe(false);
      expect(comparing).toHaveBeenCalledTimes(1);
    },
  );

  it('of nobody matches nothing', async () => {
    expect(await matchesPassword('password123', undefined, COST)).toBe(false);
    expect(await matchesPassword('', undefined, COST)).toBe(false);
  });

  it.each([
    ['of today', 6, [6]],
    ['weaker than today', 4, [4, 4, 5]],
    ['stronger than today', 7, [7]],
  ])('%s costs as much work as one of nobody, or more', async (_, stored, comparisons) => {
    const weak = await hashPassword('password123', stored);
    for (const password of ['password123', 'another']) {
      comparing.mockClear();
      expect(await matchesPassword(password, weak, 6)).toBe(password === 'password123');
      expect(comparing.mock.calls.map(([, compared]) => getRounds(compared))).toEqual(comparisons);
    }
    comparing.mockClear();
    await matchesPassword('password123', undefined, 6);
    expect(comparing.mock.calls.map(([, compared]) => getRounds(compared))).toEqual([6]);
  });
});

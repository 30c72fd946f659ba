import { compare, getRounds, hash } from 'bcryptjs';
import { hashPassword, matchesPassword } from '../../functions/shared/domain/password-hash';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});
const comparing = jest.mocked(compare);

const COST = 4;

describe('a password hash', () => {
  it('is bcrypt at the cost of the setting, salted, and matches its password alone', async () => {
    const [one, other] = await Promise.all([
      hashPassword('password123', COST),
      hashPassword('password123', COST),
    ]);
    expect(one).toMatch(/^\$2b\$04\$/);
    expect(getRounds(one)).toBe(COST);
    expect(one).not.toBe(other);
    expect(await matchesPassword('password123', one, COST)).toBe(true);
    expect(await matchesPassword('Password123', one, COST)).toBe(false);
    expect(await matchesPassword(' password123', one, COST)).toBe(false);
  });

  it('of more than 72 bytes is not made, and matches nothing', async () => {
    const longest = 'x'.repeat(72);
    const stored = await hashPassword(longest, COST);
    expect(await matchesPassword(`${longest}y`, stored, COST)).toBe(false);
    await expect(hashPassword(`${longest}y`, COST)).rejects.toThrow(RangeError);
    await expect(hashPassword('ü'.repeat(37), COST)).rejects.toThrow(RangeError);
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
    const weak = await hash('password123', stored);
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

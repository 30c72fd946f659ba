import { getRounds } from 'bcryptjs';
import { hashPassword, matchesPassword } from '../../functions/shared/domain/password-hash';

const COST = 10;

describe('a password hash', () => {
  it('is bcrypt at the cost of the setting, salted, and matches its password alone', async () => {
    const [one, other] = await Promise.all([
      hashPassword('password123', COST),
      hashPassword('password123', COST),
    ]);
    expect(one).toMatch(/^\$2b\$10\$/);
    expect(getRounds(one)).toBe(COST);
    expect(one).not.toBe(other);
    expect(await matchesPassword('password123', one, COST)).toBe(true);
    expect(await matchesPassword('Password123', one, COST)).toBe(false);
    expect(await matchesPassword(' password123', one, COST)).toBe(false);
  });

  it('two passwords equal in their first 72 bytes are never interchangeable', async () => {
    const longest = 'x'.repeat(72);
    const stored = await hashPassword(longest, COST);
    expect(await matchesPassword(longest, stored, COST)).toBe(true);
    expect(await matchesPassword(`${longest}y`, stored, COST)).toBe(false);
    await expect(hashPassword(`${longest}y`, COST)).rejects.toThrow(RangeError);
    await expect(hashPassword('ü'.repeat(37), COST)).rejects.toThrow(RangeError);
  });

  it('of nobody matches nothing', async () => {
    expect(await matchesPassword('password123', undefined, COST)).toBe(false);
    expect(await matchesPassword('', undefined, COST)).toBe(false);
  });
});

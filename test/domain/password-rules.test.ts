import fc from 'fast-check';
import { passwordProblems } from '../../functions/shared/domain/password-rules';

const owner = { username: 'newuser', email: 'newuser@example.com' };
const TOO_SHORT = 'This password is too short. It must contain at least 8 characters.';
const NUMERIC = 'This password is entirely numeric.';
const LIKE_NAME = 'The password is too similar to the username.';
const LIKE_EMAIL = 'The password is too similar to the email address.';

describe('a password', () => {
  it.each([
    ['password123', []],
    ['correct horse battery staple', []],
    ['        ', []],
    ['pässwörd', []],
    ['1234567', [TOO_SHORT, NUMERIC]],
    ['12345678', [NUMERIC]],
    ['١٢٣٤٥٦٧٨', [NUMERIC]],
    ['newuser', [LIKE_NAME, TOO_SHORT]],
  ])('%j has these problems: %j', (password, problems) => {
    expect(passwordProblems(password, owner, 8)).toEqual(problems);
  });

  it('may not be like a word of the e-mail address', () => {
    const other = { username: 'zz', email: 'someone.else@mailserver.example' };
    expect(passwordProblems('mailserver1', other, 8)).toEqual([LIKE_EMAIL]);
  });

  it('may be far longer than a name that it contains', () => {
    expect(
      passwordProblems('bob rides a very long train to the coast', { username: 'bob', email: 'b@x.yz' }, 8),
    ).toEqual([]);
  });

  it('is long enough in characters, not in bytes or UTF-16 units', () => {
    expect(passwordProblems('😀😀😀😀', owner, 8)).toEqual([TOO_SHORT]);
    expect(passwordProblems('😀😀😀😀😀😀😀😀', owner, 8)).toEqual([]);
  });

  it('that equals the name is refused, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (name) => {
        expect(passwordProblems(name, { username: name, email: 'x@example.com' }, 8)).toContain(LIKE_NAME);
      }),
    );
  });
});

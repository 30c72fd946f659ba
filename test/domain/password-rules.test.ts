import fc from 'fast-check';
import { passwordProblems as problemsUnder } from '../../functions/shared/domain/password-rules';

const owner = { username: 'newuser', email: 'newuser@example.com' };
const RULES = { minLength: 8, usesBlocklist: false };
const passwordProblems = (password: string, of = owner, rules = RULES) => problemsUnder(password, of, rules);
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
  ])('%j has these problems: %j', async (password, problems) => {
    expect(await passwordProblems(password)).toEqual(problems);
  });

  it('may not be like a word of the e-mail address', async () => {
    const other = { username: 'zz', email: 'someone.else@mailserver.example' };
    expect(await passwordProblems('mailserver1', other)).toEqual([LIKE_EMAIL]);
  });

  it('may be far longer than a name that it contains', async () => {
    expect(
      await passwordProblems('bob rides a very long train to the coast', {
        username: 'bob',
        email: 'b@x.yz',
      }),
    ).toEqual([]);
  });

  it('is long enough in characters, not in bytes or UTF-16 units', async () => {
    expect(await passwordProblems('😀😀😀😀')).toEqual([TOO_SHORT]);
    expect(await passwordProblems('😀😀😀😀😀😀😀😀')).toEqual([]);
  });

  it.each(['ﷺ', 'pässw¯d', 'e\u0301'.repeat(7)])(
    'is long enough both as typed and in NFKC: %j is not',
    async (password) => {
      expect(await passwordProblems(password)).toEqual([TOO_SHORT]);
    },
  );

  it('is judged in NFKC: like the name, of digits only, or common, whatever the keyboard wrote', async () => {
    expect(await passwordProblems('ｎｅｗｕｓｅｒ１')).toEqual([LIKE_NAME]);
    expect(await passwordProblems('①②③④⑤⑥⑦⑧')).toEqual([NUMERIC]);
    expect(await passwordProblems('ｐａｓｓｗｏｒｄ123', owner, { ...RULES, usesBlocklist: true })).toEqual([
      'This password is too common.',
    ]);
  });

  it('that equals the name is refused, whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), async (name) => {
        expect(await passwordProblems(name, { username: name, email: 'x@example.com' })).toContain(LIKE_NAME);
      }),
    );
  });

  it('that is common is refused where the blocklist is on, in any case, after its length and before its digits', async () => {
    const strict = { ...RULES, usesBlocklist: true };
    const COMMON = 'This password is too common.';
    expect(await passwordProblems('password123', owner, strict)).toEqual([COMMON]);
    expect(await passwordProblems('PassWord123', owner, strict)).toEqual([COMMON]);
    expect(await passwordProblems('123456', owner, strict)).toEqual([TOO_SHORT, COMMON, NUMERIC]);
    expect(await passwordProblems('correct horse battery staple', owner, strict)).toEqual([]);
  });
});

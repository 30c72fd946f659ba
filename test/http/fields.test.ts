import fc from 'fast-check';
import * as v from 'valibot';
import { endpoint as login } from '../../functions/login/endpoint';
import { InvalidFieldsError } from '../../functions/shared/http/errors';
import { bodySchema, checkFields } from '../../functions/shared/http/fields';
import { endpoint as signup } from '../../functions/signup/endpoint';

const schema = bodySchema(signup.body, { SIGNUP_ROLES: 'CLERK,MANAGER' });
const loginSchema = bodySchema(login.body, {});
const good = { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };

const BAD_USERNAME =
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';

const check = (body: Record<string, unknown>, by = schema) => {
  try {
    return checkFields(by, new Map(Object.entries(body)));
  } catch (error) {
    if (error instanceof InvalidFieldsError) return error.fields;
    throw error;
  }
};

describe('the fields of a signup', () => {
  it('are taken as they are when they are good', () => {
    expect(check(good)).toEqual(good);
  });

  it('are trimmed, but for the password', () => {
    const padded = {
      username: ' newuser\n',
      email: '\tnewuser@example.com ',
      password: ' pass word ',
      role: ' CLERK ',
    };
    expect(check(padded)).toEqual({ ...good, password: ' pass word ' });
  });

  it('ignore every other member', () => {
    expect(check({ ...good, id: 7, is_staff: true, is_active: false, constructor: 1 })).toEqual(good);
  });

  it('give those who name no role the first', () => {
    const { role: _, ...withoutRole } = good;
    expect(check(withoutRole)).toEqual(good);
  });

  it('bring the username into NFKC and keep its case', () => {
    expect(check({ ...good, username: 'Ｎｅｗ' })).toMatchObject({ username: 'New' });
  });

  it.each<[string, unknown, string]>([
    ['username', undefined, 'This field is required.'],
    ['username', null, 'This field may not be null.'],
    ['username', '', 'This field may not be blank.'],
    ['username', ' \t\n', 'This field may not be blank.'],
    ['username', ['x'], 'Not a valid string.'],
    ['username', { $ne: '' }, 'Not a valid string.'],
    ['username', true, 'Not a valid string.'],
    ['username', 1.5, 'Not a valid string.'],
    ['username', 'victim\u3164', BAD_USERNAME],
    ['username', '\u115fvictim', BAD_USERNAME],
    ['username', 'vic\u1160tim', BAD_USERNAME],
    ['username', 'victim\uffa0', BAD_USERNAME],
    ['username', 'a b', BAD_USERNAME],
    ['username', 'ﷺ', BAD_USERNAME],
    ['username', 'x'.repeat(151), 'Ensure this field has no more than 150 characters.'],
    ['username', 'x'.repeat(60_000), 'Ensure this field has no more than 150 characters.'],
    ['username', '\ufb01'.repeat(76), 'Ensure this field has no more than 150 characters.'],
    ['username', 'a\0b', 'Null characters are not allowed.'],
    ['username', 'a\ud800b', 'Surrogate characters are not allowed: U+D800.'],
    ['email', undefined, 'This field is required.'],
    ['email', null, 'This field may not be null.'],
    ['email', ' ', 'This field may not be blank.'],
    ['email', ['x'], 'Enter a valid email address.'],
    ['email', false, 'Enter a valid email address.'],
    ['email', 7, 'Enter a valid email address.'],
    ['email', 'nobody', 'Enter a valid email address.'],
    ['email', 'x@ﷺ.example', 'Enter a valid email address.'],
    ['email', 'x@victim\u3164.example', 'Enter a valid email address.'],
    ['email', `${'x'.repeat(60_000)}@example.com`, 'Ensure this field has no more than 254 characters.'],
    ['email', `${'x'.repeat(243)}@example.com`, 'Ensure this field has no more than 254 characters.'],
    ['email', 'a\0@example.com', 'Null characters are not allowed.'],
    ['email', '\udc00@example.com', 'Surrogate characters are not allowed: U+DC00.'],
    ['password', undefined, 'This field is required.'],
    ['password', null, 'This field may not be null.'],
    ['password', '', 'This field may not be blank.'],
    ['password', {}, 'Not a valid string.'],
    ['password', 'x'.repeat(60_000), 'Ensure this field has no more than 128 characters.'],
    ['password', '\ufdfa'.repeat(8), 'Ensure this field has no more than 128 characters.'],
    ['password', 'x'.repeat(129), 'Ensure this field has no more than 128 characters.'],
    ['password', 'x'.repeat(73), 'Ensure this password has no more than 72 bytes.'],
    ['password', 'ü'.repeat(37), 'Ensure this password has no more than 72 bytes.'],
    ['password', 'pass\0word', 'Null characters are not allowed.'],
    ['password', 'pass\udfffword', 'Surrogate characters are not allowed: U+DFFF.'],
    ['role', null, 'This field may not be null.'],
    ['role', '', '"" is not a valid choice.'],
    ['role', 'BOSS', '"BOSS" is not a valid choice.'],
    ['role', 'ADMIN', '"ADMIN" is not a valid choice.'],
    ['role', 'clerk', '"clerk" is not a valid choice.'],
    ['role', 'x'.repeat(60_000), `"${'x'.repeat(100)}…" is not a valid choice.`],
    ['role', ['CLERK'], 'Not a valid string.'],
  ])('refuse %s %j: %s', (name, value, message) => {
    const body: Record<string, unknown> = { ...good, [name]: value };
    if (value === undefined) delete body[name];
    expect(check(body)).toEqual({ [name]: [message] });
  });

  it.each([
    ['username', 'x'.repeat(150)],
    ['username', '𝒳'.normalize('NFD').repeat(150)],
    ['email', `${'x'.repeat(242)}@example.com`],
    ['password', 'x'.repeat(72)],
    ['password', '😀'.repeat(18)],
  ])('take a %s of the greatest length', (name, value) => {
    expect(check({ ...good, [name]: value })).toHaveProperty(name);
  });

  it('bring the password into NFKC, so that every keyboard types the same', () => {
    for (const typed of ['pässword1', 'pa\u0308ssword1'])
      expect(check({ ...good, password: typed })).toMatchObject({ password: 'p\u00e4ssword1' });
  });

  it('list every bad field at once', () => {
    expect(check({ role: 'BOSS', email: 'x' })).toEqual({
      username: ['This field is required.'],
      email: ['Enter a valid email address.'],
      password: ['This field is required.'],
      role: ['"BOSS" is not a valid choice.'],
    });
  });

  it('end in typed text or in messages, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.record({
          username: fc.anything(),
          email: fc.anything(),
          password: fc.anything(),
          role: fc.anything(),
        }),
        (body) => {
          for (const value of Object.values(check(body)))
            expect(typeof value === 'string' || Array.isArray(value)).toBe(true);
        },
      ),
    );
  });
});

describe('the fields of a login', () => {
  it('are both required', () => {
    expect(check({}, loginSchema)).toEqual({
      username: ['This field is required.'],
      password: ['This field is required.'],
    });
  });

  it('may be longer than any that could have signed up', () => {
    const long = { username: 'x'.repeat(1000), password: 'y'.repeat(1000) };
    expect(check(long, loginSchema)).toEqual(long);
  });
});

describe('the JSON Schema of a kind of field', () => {
  const schemas = { ...signup.body, ...login.body };
  /** Of JSON Schema what the kinds use. */
  const accepts = (
    { maxLength = Number.POSITIVE_INFINITY, minLength = 0, pattern = '' }: any,
    text: string,
  ) => [...text].length <= maxLength && [...text].length >= minLength && new RegExp(pattern, 'u').test(text);
  const pieces = fc.constantFrom(
    'a',
    'Z',
    '7',
    '@',
    '.',
    '_',
    '-',
    ' ',
    'é',
    'σ',
    'ß',
    '中',
    '\u3164',
    '\0',
    '😀',
    'example',
    '.com',
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 160 }),
    fc.constantFrom('', ' ', 'a'.repeat(128), 'a'.repeat(129), 'a'.repeat(150), 'a'.repeat(151), 'a@b.co'),
  );

  it.each(
    Object.entries({ ...schemas, loginUsername: login.body.username, loginPassword: login.body.password }),
  )('describes what is taken: %s', (_, kind) => {
    const read = kind.schema({ SIGNUP_ROLES: 'CLERK' });
    fc.assert(
      fc.property(texts, (text) => {
        const result = v.safeParse(read, text);
        // What is accepted is, as it is kept, described.
        if (result.success)
          expect([text, accepts(kind.jsonSchema, String(result.output))]).toEqual([text, true]);
      }),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import * as v from 'valibot';
import { endpoint as login } from '../../functions/login/endpoint';
import { InvalidFieldsError } from '../../functions/shared/http/errors';
import { bodySchema, checkFields, type FieldKind } from '../../functions/shared/http/fields';
import { endpoint as signup } from '../../functions/signup/endpoint';

const schema = bodySchema(signup.body, { SIGNUP_ROLES: 'CLERK,MANAGER' });
const good = { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };

const BAD_USERNAME =
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';

const check = (body: Record<string, unknown>) => {
  try {
    return checkFields(schema, new Map(Object.entries(body)));
  } catch (error) {
    if (error instanceof InvalidFieldsError) return error.fields;
    throw error;
  }
};

describe('the fields of a signup', () => {
  it('are trimmed, but for the password', () => {
    const padded = {
      username: ' newuser\n',
      email: '\tnewuser@example.com ',
      password: ' pass word ',
      role: ' CLERK ',
    };
    expect(check(padded)).toEqual({ ...good, password: ' pass word ' });
  });

  it('bring the username into NFKC and keep its case', () => {
    expect(check({ ...good, username: 'Ｎｅｗ' })).toMatchObject({ username: 'New' });
  });

  it.each<[string, unknown, string]>([
    ['username', ' \t\n', 'This field may not be blank.'],
    ['username', 1.5, 'Not a valid string.'],
    ['username', 'ﷺ', BAD_USERNAME],
    ['username', 'x'.repeat(60_000), 'Ensure this field has no more than 150 characters.'],
    ['username', '\ufb01'.repeat(76), 'Ensure this field has no more than 150 characters.'],
    ['email', 'x@ﷺ.example', 'Enter a valid email address.'],
    ['email', `${'x'.repeat(60_000)}@example.com`, 'Ensure this field has no more than 254 characters.'],
    ['email', 'a\0@example.com', 'Null characters are not allowed.'],
    ['email', '\udc00@example.com', 'Surrogate characters are not allowed: U+DC00.'],
    ['password', 'x'.repeat(60_000), 'Ensure this field has no more than 128 characters.'],
    ['password', '\ufdfa'.repeat(129), 'Ensure this field has no more than 128 characters.'],
    ['role', null, 'This field may not be null.'],
    ['role', ['CLERK'], 'Not a valid string.'],
  ])('refuse %s %j: %s', (name, value, message) => {
    expect(check({ ...good, [name]: value })).toEqual({ [name]: [message] });
  });

  it.each([
    ['username', 'x'.repeat(150)],
    ['username', '𝒳'.normalize('NFD').repeat(150)],
    ['email', `${'x'.repeat(242)}@example.com`],
    ['password', 'x'.repeat(128)],
    ['password', '😀'.repeat(128)],
    ['password', '\ufdfa'.repeat(128)],
  ])('take a %s of the greatest length', (name, value) => {
    expect(check({ ...good, [name]: value })).toHaveProperty(name);
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

describe('the JSON Schema of a kind of field', () => {
  const { username: loginUsername, password: loginPassword } = login.body;
  /** Of JSON Schema what the kinds use. */
  const accepts = (
    { maxLength = Number.POSITIVE_INFINITY, minLength = 0, pattern = '' }: any,
    text: string,
  ) => [...text].length <= maxLength && [...text].length >= minLength && new RegExp(pattern, 'u').test(text);
  const pieces = fc.constantFrom(...'aZ7@._- éσß中\u3164\0😀', 'example', '.com');
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 160 }),
    fc.constantFrom('', ' ', 'a'.repeat(128), 'a'.repeat(129), 'a'.repeat(150), 'a'.repeat(151), 'a@b.co'),
  );

  it.each(Object.entries<FieldKind>({ ...signup.body, loginUsername, loginPassword }))(
    'describes what is taken: %s',
    (name, kind) => {
      const read = kind.schema({ SIGNUP_ROLES: 'CLERK' });
      // `domain/password-rules.ts` refuses it.
      const isTooShort = (text: string) => name === 'password' && [...text].length < 8;
      fc.assert(
        fc.property(texts, (text) => {
          const result = v.safeParse(read, text);
          // What is accepted is, as it is kept, described.
          if (result.success && !isTooShort(String(result.output)))
            expect([text, accepts(kind.jsonSchema, String(result.output))]).toEqual([text, true]);
        }),
        { numRuns: 500 },
      );
    },
  );
});

/**
 * Bodies with one thing wrong, so that they come far. A body is its text and how that becomes bytes, so that a counterexample can be
 * read.
 */
import fc from 'fast-check';
import { hostileText, PASSWORD_MARK, padded, TEXT_MARK, words } from './hostile-text';

export interface Body {
  /** Absent: no such header. */
  readonly contentType?: string;
  readonly text: string;
  /** `latin1`: each character is a byte. */
  readonly charset: 'utf8' | 'latin1' | 'utf16le';
}

export const bytesOf = ({ text, charset }: Body): Buffer => Buffer.from(padded(text), charset);

/** Someone who has signed up. */
export const account = {
  username: `${TEXT_MARK}-account`,
  email: `${TEXT_MARK}-account@example.com`,
  password: `${PASSWORD_MARK} right horse`,
};

/** A value that is JSON text in a JSON body and itself in a form. */
interface Value {
  readonly json: string;
  readonly form: string;
}

interface Field extends Value {
  readonly name: string;
}

const fieldsOf = (texts: Readonly<Record<string, string>>): readonly Field[] =>
  Object.entries(texts).map(([name, text]) => ({ name, json: JSON.stringify(text), form: text }));

export const newUser = fc.nat().map((number) =>
  fieldsOf({
    username: `${TEXT_MARK}u${number}`,
    email: `${TEXT_MARK}e${number}@example.com`,
    password: `${PASSWORD_MARK} horse`,
    role: 'CLERK',
  }),
);

const { username, password } = account;
export const returningUser = fc
  .constantFrom(
    { username, password },
    { username, password: `${PASSWORD_MARK} wrong` },
    { username: 'x', password },
  )
  .map(fieldsOf);

/** JSON, or nearly. */
export const oddJson = fc.oneof(
  words(
    `null true 0 -0 1e999 12345678901234567890 0.1 NaN 01 [] {} {"$ne":""} ["${TEXT_MARK}"] "\\ud800" "\\u0000" "\\x"`,
  ),
  fc.constantFrom('', '"\n"', '{"__proto__":{"role":"ADMIN"}}'),
  fc.nat(3000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.json({ maxDepth: 3 }),
);

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 2, arbitrary: hostileText.map((text) => ({ json: JSON.stringify(text), form: text })) },
  { weight: 1, arbitrary: oddJson.map((json) => ({ json, form: json })) },
);

const name = fc.oneof(
  words(
    'username email password role USERNAME username[] id is_staff is_active permissions non_field_errors detail token pk',
  ),
  words('__proto__ constructor prototype toString length then'),
  hostileText,
);

/** All fields but one as they should be: that one with another value, under another name, absent, there twice, or beside one too many. */
const oneWrong = (valid: readonly Field[]): fc.Arbitrary<readonly Field[]> =>
  fc.nat(valid.length - 1).chain((at) => {
    const chosen = valid[at]!;
    const withInstead = (...fields: readonly Field[]) => valid.toSpliced(at, 1, ...fields);
    return fc.oneof(
      { weight: 6, arbitrary: value.map((wrong) => withInstead({ ...chosen, ...wrong })) },
      { weight: 2, arbitrary: name.map((wrong) => withInstead({ ...chosen, name: wrong })) },
      {
        weight: 2,
        arbitrary: fc.tuple(name, value).map(([extra, any]) => withInstead(chosen, { name: extra, ...any })),
      },
      { weight: 1, arbitrary: fc.constantFrom(withInstead(), withInstead(chosen, chosen), valid) },
    );
  });

const asJson = (fields: readonly Field[]): Body => ({
  contentType: 'application/json',
  text: `{${fields.map((field) => `${JSON.stringify(field.name)}:${field.json}`).join()}}`,
  charset: 'utf8',
});

const asUrlencoded = (fields: readonly Field[]): Body => ({
  contentType: 'application/x-www-form-urlencoded',
  text: new URLSearchParams(fields.map(({ name, form }): [string, string] => [name, form])).toString(),
  charset: 'utf8',
});

export const multipartType = 'multipart/form-data; boundary=b0undary';

/** What may follow the name of a part. */
const partHeader = fc.constantFrom(
  '',
  '; filename="x.txt"',
  `; filename="${TEXT_MARK}.txt"\r\nContent-Type: application/json`,
  "; filename*=UTF-8''x",
  '; name="role"',
  '\r\nContent-Transfer-Encoding: base64',
  '\r\nContent-Type: multipart/mixed; boundary=b0undary',
);

function asMultipart(fields: readonly Field[], extra: string): Body {
  const parts = fields.map(
    ({ name, form }) =>
      `--b0undary\r\nContent-Disposition: form-data; name="${name}"${extra}\r\n\r\n${form}\r\n`,
  );
  return { contentType: multipartType, text: `${parts.join('')}--b0undary--\r\n`, charset: 'utf8' };
}

const written = (fields: readonly Field[]): fc.Arbitrary<Body> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(asJson(fields)) },
    { weight: 1, arbitrary: fc.constant(asUrlencoded(fields)) },
    { weight: 1, arbitrary: partHeader.map((extra) => asMultipart(fields, extra)) },
  );

/** Bodies like those of a valid one. */
export const almostValid = (valid: fc.Arbitrary<readonly Field[]>): fc.Arbitrary<Body> =>
  valid.chain(oneWrong).chain(written);

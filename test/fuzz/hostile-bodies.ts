/**
 * Bodies that no client sends in good faith: with one thing wrong, so that they come far; some of those damaged or under another type;
 * and nonsense. A body is its text and how that becomes bytes, so that a counterexample can be read.
 */
import fc from 'fast-check';
import { hostileText, PASSWORD_MARK, padded, TEXT_MARK, TOKEN_MARK, words } from './hostile-text';

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

export interface Field extends Value {
  readonly name: string;
}

const fieldsOf = (texts: Readonly<Record<string, string>>): readonly Field[] =>
  Object.entries(texts).map(([name, text]) => ({ name, json: JSON.stringify(text), form: text }));

/** Fields that are as they should be. */
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

/** Of somebody whose password is another. */
const reauthenticated = (texts: Readonly<Record<string, string>>) =>
  fc.constant(fieldsOf({ ...texts, current_password: `${PASSWORD_MARK} wrong` }));
export const newPassword = reauthenticated({
  new_password: `${PASSWORD_MARK} horse`,
  re_new_password: `${PASSWORD_MARK} horse`,
});
export const newUsername = reauthenticated({ new_username: `${TEXT_MARK}-renamed` });
export const newEmail = reauthenticated({ email: `${TEXT_MARK}-renamed@example.com` });

/** A link, or an address and a code, that nobody was sent. */
const proofs = [
  { uid: '8q_KBWc', token: `${TOKEN_MARK}`.padEnd(32, '0') },
  { email: `${TEXT_MARK}@example.com`, code: '123 456' },
];
export const link = fc.constantFrom(...proofs.map(fieldsOf));
export const newPasswordByLink = fc.constantFrom(
  ...proofs.map((proof) => fieldsOf({ ...proof, new_password: `${PASSWORD_MARK} horse` })),
);

/** JSON, or nearly. */
const oddJson = fc.oneof(
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

const multipartType = 'multipart/form-data; boundary=b0undary';

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
const almostValid = (valid: fc.Arbitrary<readonly Field[]>): fc.Arbitrary<Body> =>
  valid.chain(oneWrong).chain(written);

const insertion = words('" { } , : \\ \0 \r\n & = % %f -- \ufeff \ufffd /**/');

/** One place of the text cut off, left out, repeated, or with something put into it. */
const damaged = (body: Body): fc.Arbitrary<Body> =>
  fc.tuple(fc.nat(body.text.length), fc.nat(3), insertion).map(([at, way, inserted]) => {
    const [before, after] = [body.text.slice(0, at), body.text.slice(at)];
    const texts = [before, before + after.slice(1), before + body.text, before + inserted + after];
    return { ...body, text: texts[way] ?? '' };
  });

const oddType = fc.oneof(
  fc.constantFrom(
    'application/json; charset=utf-8',
    'application/json;charset=utf-16',
    'APPLICATION/JSON ; x="',
    ' application/json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded; boundary=x',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="b0undary"; boundary=other',
    'multipart/form-data; charset=x; boundary=b0und\u00e4ry',
    'multipart/mixed; boundary=b0undary',
    `text/${TEXT_MARK}`,
    '*/*',
    '',
  ),
  fc.string({ maxLength: 20 }),
);

const withOtherType = (body: Body): fc.Arbitrary<Body> =>
  oddType.map((contentType) => ({ ...body, contentType }));

const withOtherCharset = (body: Body): fc.Arbitrary<Body> =>
  fc.constantFrom('latin1' as const, 'utf16le' as const).map((charset) => ({ ...body, charset }));

const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 100 });
const scrapOfForm = fc.constantFrom(
  '--b0undary',
  '--b0undary\r\n\r\n',
  '--b0undary--',
  '\r\n--b0undary\r\nContent-Disposition: form-data\r\n\r\nx',
);

const nonsense: fc.Arbitrary<Body> = fc.record({
  contentType: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', multipartType),
  text: fc.oneof(hostileText, oddJson, bytes, fc.webQueryParameters(), scrapOfForm),
  charset: fc.constantFrom('utf8', 'latin1', 'utf16le'),
});

/** Around the limit, and without a type. */
const special: fc.Arbitrary<Body> = fc.constantFrom<Body>(
  { contentType: 'application/json', text: '{"username":"<65500 bytes>"}', charset: 'utf8' },
  { contentType: 'application/json', text: '{"username":"<65530 bytes>"}', charset: 'utf8' },
  { contentType: 'application/x-www-form-urlencoded', text: 'username=<70000 bytes>', charset: 'utf8' },
  { text: '', charset: 'utf8' },
  { text: '{}', charset: 'utf8' },
);

/** Bodies that come far where a body of these fields would do. */
export function hostileBody(fields: fc.Arbitrary<readonly Field[]>): fc.Arbitrary<Body> {
  const body = almostValid(fields);
  return fc.oneof(
    { weight: 12, arbitrary: body },
    { weight: 4, arbitrary: body.chain(damaged) },
    { weight: 2, arbitrary: body.chain(withOtherType) },
    { weight: 1, arbitrary: body.chain(withOtherCharset) },
    { weight: 4, arbitrary: nonsense },
    { weight: 1, arbitrary: special },
  );
}

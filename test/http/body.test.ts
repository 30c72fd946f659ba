import { readFields } from '../../functions/shared/http/body';
import { ApiError, InvalidFieldsError } from '../../functions/shared/http/errors';
import { jsonEvent, proxyEvent } from '../support/events';

const form = (body: string) =>
  proxyEvent({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
const multipart = (body: string, type = 'multipart/form-data; boundary=B') =>
  proxyEvent({ headers: { 'Content-Type': type }, body });
const part = (name: string, value: string) =>
  `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const fieldsOf = async (event: Parameters<typeof readFields>[0]) =>
  Object.fromEntries(await readFields(event));
const failure = async (event: Parameters<typeof readFields>[0]) => {
  const error = await readFields(event).catch((thrown: unknown) => thrown);
  if (error instanceof ApiError) return [error.status, error.message];
  if (error instanceof InvalidFieldsError) return [400, error.fields];
  return error;
};

describe('a body', () => {
  it.each([
    [
      'a multipart form with a part in base64, as e-mail has it',
      multipart(
        '--B\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: Base64\r\n\r\nYsO2Yg==\r\n--B--',
      ),
      { a: 'böb' },
    ],
    [
      'a multipart form of another boundary than a token',
      multipart(
        '------=_P/1:2\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n------=_P/1:2--\r\n',
        'multipart/form-data; boundary=----=_P/1:2;',
      ),
      { a: '1' },
    ],
    [
      'a multipart form with text in a field that might have had a file',
      multipart(`${part('a"; filename="', 'x')}--B--\r\n`),
      { a: 'x' },
    ],
    [
      'a multipart form with a file, which is no text',
      multipart(`${part('a"; filename="x.txt', 'x')}--B--\r\n`),
      { a: {} },
    ],
    ['an empty text of any type', proxyEvent({ headers: { 'Content-Type': 'text/plain' }, body: '' }), {}],
    [
      'bytes in base64',
      { ...jsonEvent(''), body: Buffer.from('{"a":"ü"}').toString('base64'), isBase64Encoded: true },
      { a: 'ü' },
    ],
  ])('may be %s', async (_, event, expected) => {
    expect(await fieldsOf(event)).toEqual(expected);
  });

  it.each([
    [
      'application/xml; charset=utf-8',
      [415, 'Unsupported media type "application/xml; charset=utf-8" in request.'],
    ],
    [
      `application/json; a=${'b'.repeat(500)}`,
      [415, `Unsupported media type "application/json; a=${'b'.repeat(80)}…" in request.`],
    ],
    [`text/${'x'.repeat(9000)}`, [415, `Unsupported media type "text/${'x'.repeat(95)}…" in request.`]],
  ])('of type %j is refused', async (type, expected) => {
    expect(await failure(proxyEvent({ headers: { 'Content-Type': type }, body: 'x' }))).toEqual(expected);
  });

  it.each([
    ['-7', 'int'],
    ['1e3', 'float'],
  ])('%s is not an object but %s', async (body, type) => {
    const message = `Invalid data. Expected a dictionary, but got ${type}.`;
    expect(await failure(jsonEvent(body))).toEqual([400, { non_field_errors: [message] }]);
  });

  it.each(['{', '{"a":}', "{'a':1}", '{"a":1}x', ' ', '{"a":1,}', '\u0000', 'NaN', '{"a":"\n"}'])(
    '%j is a parse error',
    async (body) => {
      expect(await failure(jsonEvent(body))).toEqual([400, 'JSON parse error - Malformed body.']);
    },
  );

  it.each([
    ['{"a":1,"a":2}', 'JSON parse error - The name "a" appears more than once.'],
    ['{"a":1,"\\u0061":2}', 'JSON parse error - The name "a" appears more than once.'],
    ['{"__proto__":{"role":"ADMIN"},"a":1}', 'JSON parse error - The name "__proto__" is not allowed.'],
    ['{"\\u005f_proto__":1}', 'JSON parse error - The name "__proto__" is not allowed.'],
    [
      `{"${'x'.repeat(9000)}":1,"${'x'.repeat(9000)}":2}`,
      `JSON parse error - The name "${'x'.repeat(100)}…" appears more than once.`,
    ],
  ])('%s is refused', async (body, message) => {
    expect(await failure(jsonEvent(body))).toEqual([400, message]);
  });

  it('may name a member in one place and another of the same name further in', async () => {
    expect(await fieldsOf(jsonEvent('{"a":{"b":1,"b":2},"b":[{"a":1}],"c":"\\"a\\":{"}'))).toEqual({
      a: { b: 2 },
      b: [{ a: 1 }],
      c: '"a":{',
    });
  });

  it.each([
    ['a=1&a=2', 'Form parse error - The name "a" appears more than once.'],
    ['__proto__=1', 'Form parse error - The name "__proto__" is not allowed.'],
    ['username=%FF%FE', 'Form parse error - Invalid UTF-8.'],
  ])('the form %s is refused', async (body, message) => {
    expect(await failure(form(body))).toEqual([400, message]);
  });

  it.each([
    [part('a', '1') + part('a', '2'), 'The name "a" appears more than once.'],
    [part('__proto__', '1'), 'The name "__proto__" is not allowed.'],
    [part('a', '\uFFFD'), 'Invalid UTF-8.'],
  ])('the multipart form %j is refused', async (parts, message) => {
    expect(await failure(multipart(`${parts}--B--\r\n`))).toEqual([400, `Form parse error - ${message}`]);
  });

  it.each([
    multipart('nonsense'),
    multipart(`${part('a', '1')}--B--\r\n`, 'multipart/form-data'),
    multipart('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
    multipart(`${part('a', '1')}--B\r\nContent-Disposition: form-da`),
    multipart(`${part('a', '1')}--B\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--B--\r\n`),
    multipart(part('a', '1').replaceAll('\r', '')),
  ])('a malformed multipart form is a parse error', async (event) => {
    expect(await failure(event)).toEqual([400, 'Form parse error - Malformed body.']);
  });

  it('that is not UTF-8 is refused, seen as bytes or as what the gateway made of it', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const expected = [400, 'JSON parse error - Malformed body.'];
    expect(
      await failure({ ...jsonEvent(''), body: bytes.toString('base64'), isBase64Encoded: true }),
    ).toEqual(expected);
    expect(await failure(jsonEvent(bytes.toString('utf8')))).toEqual(expected);
  });

  it('over 64 KiB is refused before it is parsed, in any type', async () => {
    const atLimit = JSON.stringify({ a: 'x'.repeat(64 * 1024 - 8) });
    expect(Buffer.byteLength(atLimit)).toBe(64 * 1024);
    expect(await fieldsOf(jsonEvent(atLimit))).toHaveProperty('a');
    for (const event of [
      jsonEvent(`${atLimit} `),
      form('x'.repeat(70_000)),
      proxyEvent({ body: '{'.repeat(10_000_000) }),
    ]) {
      expect(await failure(event)).toEqual([413, 'Request body is too large.']);
    }
  });

  it.each(['0', '-7', '1.5', '0.0001', '9007199254740991', '9007199254740992', '100000000000000000000'])(
    'has the number %s as the text that was written, as Python has it',
    async (literal) => {
      const body = `{"a": ${literal} ,"b":[3],"c":"4"}`;
      expect(await fieldsOf(jsonEvent(body))).toEqual({ a: literal, b: [3], c: '4' });
    },
  );

  it.each([
    '9007199254740993',
    '0.12345678901234567890123',
    '1.0',
    '-0',
    '1e2',
    '1E400',
    '1e21',
    '1e-7',
    '0.00001',
    '1000000000000000000000',
  ])('has the number %s as no text, for its text would not be what was written', async (literal) => {
    expect(await fieldsOf(jsonEvent(`{"a":${literal}}`))).toEqual({ a: Number(literal) });
  });

  it('of many members, fields, parts or lines is refused before it is built', async () => {
    const members = (count: number) =>
      jsonEvent(`{${Array.from({ length: count }, (_, index) => `"f${index}":1`).join()}}`);
    expect(Object.keys(await fieldsOf(members(100)))).toHaveLength(100);
    const parts = (count: number) => Array.from({ length: count }, (_, index) => part(`f${index}`, '1'));
    expect(Object.keys(await fieldsOf(multipart(`${parts(100).join('')}--B--\r\n`)))).toHaveLength(100);
    for (const text of ['['.repeat(60_000), `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`])
      expect(await failure(jsonEvent(text))).toEqual([400, 'JSON parse error - Malformed body.']);
    expect(await failure(members(5000))).toEqual([400, 'JSON parse error - Malformed body.']);
    for (const event of [form('a&'.repeat(5000)), multipart(`${parts(1000).join('')}--B--\r\n`)])
      expect(await failure(event)).toEqual([400, 'Form parse error - Malformed body.']);
  });
});

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
    ['JSON', jsonEvent({ username: 'bob', n: 1 }), { username: 'bob', n: 1 }],
    ['an urlencoded form', form('username=b%C3%B6b+x&n=1'), { username: 'böb x', n: '1' }],
    [
      'a multipart form',
      multipart(`${part('username', 'böb x')}${part('n', '1')}--B--\r\n`),
      { username: 'böb x', n: '1' },
    ],
    ['nothing', proxyEvent(), {}],
    ['an empty text of any type', proxyEvent({ headers: { 'Content-Type': 'text/plain' }, body: '' }), {}],
    [
      'JSON with a charset',
      proxyEvent({ headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: '{"a":1}' }),
      { a: 1 },
    ],
    [
      'bytes in base64',
      { ...jsonEvent(''), body: Buffer.from('{"a":"ü"}').toString('base64'), isBase64Encoded: true },
      { a: 'ü' },
    ],
  ])('may be %s', async (_, event, expected) => {
    expect(await fieldsOf(event)).toEqual(expected);
  });

  it.each([
    ['text/plain', [415, 'Unsupported media type "text/plain" in request.']],
    [
      'application/xml; charset=utf-8',
      [415, 'Unsupported media type "application/xml; charset=utf-8" in request.'],
    ],
    ['', [415, 'Unsupported media type "" in request.']],
  ])('of type %j is refused', async (type, expected) => {
    expect(await failure(proxyEvent({ headers: type ? { 'Content-Type': type } : {}, body: 'x' }))).toEqual(
      expected,
    );
  });

  it.each([
    ['[]', 'list'],
    ['[1,{"a":1}]', 'list'],
    ['"x"', 'str'],
    ['1', 'int'],
    ['-7', 'int'],
    ['1.5', 'float'],
    ['1e3', 'float'],
    ['true', 'bool'],
  ])('%s is not an object but %s', async (body, type) => {
    const message = `Invalid data. Expected a dictionary, but got ${type}.`;
    expect(await failure(jsonEvent(body))).toEqual([400, { non_field_errors: [message] }]);
  });

  it('null is no data', async () => {
    expect(await failure(jsonEvent('null'))).toEqual([400, { non_field_errors: ['No data provided'] }]);
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
    multipart('nonsense'),
    multipart(`${part('a', '1')}--B--\r\n`, 'multipart/form-data'),
    multipart('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
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

  it('of deep nesting or very many members is read or refused, never a fault', async () => {
    expect(await failure(jsonEvent('['.repeat(60_000)))).toEqual([400, 'JSON parse error - Malformed body.']);
    const deep = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(Object.keys(await fieldsOf(jsonEvent(deep)))).toEqual(['a']);
    const many = `{${Array.from({ length: 5000 }, (_, index) => `"f${index}":1`).join()}}`;
    expect(Object.keys(await fieldsOf(jsonEvent(many)))).toHaveLength(5000);
  });
});

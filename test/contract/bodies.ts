/** Body formats: those accepted, and the responses to malformed ones. */

import type { Contract } from './contract';
import {
  BEARS_TOKEN,
  created,
  type ExpectedResponse,
  invalid,
  LOGGED_OUT,
  LOGIN,
  LOGIN_NEEDS,
  LOGOUT,
  REQUIRED,
  SIGNUP,
  SIGNUP_NEEDS,
} from './responses';

const JSON_TYPE = { 'Content-Type': 'application/json' };

type Fields = Readonly<Record<string, string>>;

export function multipart(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

const forms = {
  'application/json': (fields: Fields) => fields,
  'application/x-www-form-urlencoded': (fields: Fields) => new URLSearchParams(fields),
  'multipart/form-data': multipart,
};

const FORM_DATA = 'Content-Disposition: form-data; ';

/** A body with a `username` as a client's library writes it: the type, the part's headers, and what stands before and after the part. */
const multipartOf: Readonly<
  Record<string, { type?: string; part: string[]; before?: string; after?: string }>
> = {
  'as Ktor writes it: names without quotes, a length for each part': {
    part: [`${FORM_DATA}name=username`, 'Content-Length: 3'],
  },
  'as .NET writes it: a type before the name, a quoted boundary': {
    type: 'multipart/form-data; boundary="B"',
    part: ['Content-Type: text/plain; charset=utf-8', `${FORM_DATA}name=username`],
  },
  'as Dart writes it: a transfer encoding for each part': {
    part: [
      'content-type: text/plain; charset=utf-8',
      'content-transfer-encoding: binary',
      'content-disposition: form-data; name="username"',
    ],
  },
  'without spaces, in another case': {
    type: 'Multipart/Form-Data;BOUNDARY=B',
    part: ['CONTENT-DISPOSITION:Form-Data;NAME="username"'],
  },
  'with a preamble and an epilogue': {
    before: 'This is a message in MIME format.\r\n',
    part: [`${FORM_DATA}name="username"`],
    after: '\r\nThe end.\r\n',
  },
};

export function acceptedBodies(api: Contract): void {
  for (const [type, encode] of Object.entries(forms))
    api.row(
      `Bodies: ${type} is accepted by signup and login, with letters of any script and a password over 72 bytes`,
      async () => {
        const account = api.newAccount();
        const username = `${account.username}-Ünï`;
        // Over 72 bytes.
        const password = `pä ss&+=%25${account.password}${'\u{1F512}'.repeat(16)}`;
        const body = encode({ username, email: account.email, password });
        await api.expect(SIGNUP, created({ ...account, username }), { body });
        await api.expect(LOGIN, BEARS_TOKEN, { body: encode({ username, password }) });
      },
    );

  // What is asked for besides shows that the name was read, and costs no attempt.
  const { username: _, ...others } = SIGNUP_NEEDS.body as Record<string, string[]>;
  const expectUsername = async (type: string, body: string) => {
    const call = { body, headers: { 'Content-Type': type } };
    await api.expect(SIGNUP, invalid(others), call);
    await api.expect(LOGIN, invalid({ password: [REQUIRED] }), call);
  };

  for (const [
    title,
    { type = 'multipart/form-data; boundary=B', part, before = '', after = '' },
  ] of Object.entries(multipartOf))
    api.row(`Bodies: multipart/form-data is accepted ${title}`, () =>
      expectUsername(type, `${before}--B\r\n${part.join('\r\n')}\r\n\r\nbob\r\n--B--${after}`),
    );

  api.row('Bodies: the charsets UTF-8 and US-ASCII may be named, in any spelling', async () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'us-ascii', 'US-ASCII']) {
      await expectUsername(`application/json; charset=${charset}`, '{"username":"bob"}');
      await expectUsername(`application/x-www-form-urlencoded;charset=${charset}`, 'username=bob');
    }
  });

  api.row('Refresh and logout never read their body', async () => {
    const token = await api.login(await api.user('ada'));
    const nonsense = { body: '{{{', headers: JSON_TYPE };
    const successor = await api.refresh(token, nonsense);
    await api.expect(LOGOUT, LOGGED_OUT, { ...nonsense, token: successor });
  });
}

const unsupported = (type: string): ExpectedResponse => ({
  status: 415,
  body: { detail: `Unsupported media type "${type}" in request.` },
});
const parseError = invalid({ detail: expect.stringMatching(/^JSON parse error - ./) });
const notObject = (kind: string): ExpectedResponse =>
  invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${kind}.`] });

export function refusedBodies(api: Contract): void {
  const row = (
    title: string,
    expected: ExpectedResponse,
    call: { body: string; headers: Record<string, string> },
  ) =>
    api.row(title, async () => {
      for (const request of [SIGNUP, LOGIN]) await api.expect(request, expected, call);
    });
  const json = (title: string, body: string, expected: ExpectedResponse) =>
    row(title, expected, { body, headers: JSON_TYPE });

  const plain = { body: 'x', headers: { 'Content-Type': 'text/plain' } };
  row('another type of body: 415 Unsupported media type', unsupported('text/plain'), plain);
  for (const type of [
    'application/json; charset=iso-8859-1',
    'application/json;charset="UTF-16"',
    'application/x-www-form-urlencoded; charset=windows-1252',
    'multipart/form-data; boundary=B; charset=latin1',
  ]) {
    row(`${type}: 415 Unsupported media type`, unsupported(type), {
      body: '{}',
      headers: { 'Content-Type': type },
    });
  }
  row('a body of no type: 415 Unsupported media type', unsupported(''), { body: 'x', headers: {} });
  json('malformed JSON: 400 JSON parse error', '{"username"', parseError);
  json('JSON but not an object: a list', '[{"username":"x"}]', notObject('list'));
  json('JSON but not an object: text', '"x"', notObject('str'));
  json('JSON but not an object: a whole number', '1', notObject('int'));
  json('JSON but not an object: another number', '1.5', notObject('float'));
  json('JSON but not an object: true', 'true', notObject('bool'));
  json('JSON but not an object: null', 'null', invalid({ non_field_errors: ['No data provided'] }));
  const tooLarge = { status: 413, body: { detail: 'Request body is too large.' } };
  json('a body over 64 KiB: 413', JSON.stringify({ x: 'x'.repeat(64 * 1024) }), tooLarge);

  api.row('no body at all: 400, every field is required', async () => {
    await api.expect(SIGNUP, SIGNUP_NEEDS);
    await api.expect(LOGIN, LOGIN_NEEDS);
  });
}

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
  SIGNUP,
  SIGNUP_NEEDS,
} from './responses';

const JSON_TYPE = { 'Content-Type': 'application/json' };

type Fields = Readonly<Record<string, string>>;

function multipart(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

const forms = {
  'application/json': (fields: Fields) => fields,
  'application/x-www-form-urlencoded': (fields: Fields) => new URLSearchParams(fields),
  'multipart/form-data': multipart,
};

export function acceptedBodies(api: Contract): void {
  for (const [type, encode] of Object.entries(forms))
    api.row(`Bodies: ${type} is accepted by signup and login, with letters of any script`, async () => {
      const account = api.newAccount();
      const username = `${account.username}-Ünï`;
      const password = `pä ss&+=%25${account.password.slice(0, 50)}`;
      const body = encode({ username, email: account.email, password });
      await api.expect(SIGNUP, created({ ...account, username }), { body });
      await api.expect(LOGIN, BEARS_TOKEN, { body: encode({ username, password }) });
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

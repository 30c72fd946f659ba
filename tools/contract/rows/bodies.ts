/** In which forms a body may come, and what is answered to those that are none. */
import type { Client } from '../client';
import type { Expected } from '../expected';
import { newPassword } from '../ledger';
import { anId, aRole, aText, aToken } from '../pattern';
import type { Row } from '../row';
import { REQUIRED } from './answers';

const section = 'Status and messages';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PUBLIC_PATHS = ['/api/signup/', '/api/api-token-auth/'];

type Fields = Readonly<Record<string, string>>;

const forms: readonly (readonly [name: string, encode: (fields: Fields) => unknown])[] = [
  ['application/json', (fields) => fields],
  ['application/x-www-form-urlencoded', (fields) => new URLSearchParams(fields)],
  ['multipart/form-data', multipart],
];

function multipart(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

const accepted = forms.map(
  ([name, encode]): Row => ({
    section: 'Rules for every response',
    title: `Bodies: ${name} is accepted by signup and login, with letters of any script`,
    play: (client) => playForm(client, encode),
  }),
);

async function playForm(client: Client, encode: (fields: Fields) => unknown): Promise<void> {
  const name = client.ledger.newName();
  const username = `${name}-Ünï`;
  const email = `${name}@example.com`;
  const password = `pä ss&+=%25${newPassword().slice(0, 50)}`;
  await client.expect(
    { method: 'POST', path: '/api/signup/', body: encode({ username, email, password }) },
    { status: 201, body: { user: { id: anId, username, email, role: aRole }, token: aToken } },
  );
  await client.expect(
    { method: 'POST', path: '/api/api-token-auth/', body: encode({ username, password }) },
    { status: 200, body: { token: aToken } },
  );
}

const unsupported = (type: string): Expected => ({
  status: 415,
  body: { detail: `Unsupported media type "${type}" in request.` },
});

const noObject = (message: string): Expected => ({ status: 400, body: { non_field_errors: [message] } });
const expectedDictionary = (kind: string): Expected =>
  noObject(`Invalid data. Expected a dictionary, but got ${kind}.`);

const parseError: Expected = {
  status: 400,
  body: { detail: aText('JSON parse error - …', /^JSON parse error - ./) },
};

/** The same answer to a body from signup and login. */
const toBoth =
  (body: unknown, headers: Readonly<Record<string, string>>, expected: Expected) =>
  async (client: Client) => {
    for (const path of PUBLIC_PATHS) await client.expect({ method: 'POST', path, body, headers }, expected);
  };

const json = (title: string, text: string, expected: Expected): Row => ({
  section,
  title,
  play: toBoth(text, JSON_TYPE, expected),
});

export const acceptedBodies: readonly Row[] = [
  ...accepted,
  {
    section: 'Rules for every response',
    title: 'Refresh and logout never read their body',
    play: playUnreadBodies,
  },
];

export const refusedBodies: readonly Row[] = [
  {
    section,
    title: 'another type of body: 415 Unsupported media type',
    play: toBoth('x', { 'Content-Type': 'text/plain' }, unsupported('text/plain')),
  },
  { section, title: 'a body of no type: 415 Unsupported media type', play: toBoth('x', {}, unsupported('')) },
  json('malformed JSON: 400 JSON parse error', '{"username"', parseError),
  json('JSON but not an object: a list', '[{"username":"x"}]', expectedDictionary('list')),
  json('JSON but not an object: text', '"x"', expectedDictionary('str')),
  json('JSON but not an object: a whole number', '1', expectedDictionary('int')),
  json('JSON but not an object: another number', '1.5', expectedDictionary('float')),
  json('JSON but not an object: true', 'true', expectedDictionary('bool')),
  json('JSON but not an object: null', 'null', noObject('No data provided')),
  json('a body over 64 KiB: 413', JSON.stringify({ x: 'x'.repeat(64 * 1024) }), {
    status: 413,
    body: { detail: 'Request body is too large.' },
  }),
  {
    section,
    title: 'no body at all: 400, every field is required',
    async play(client) {
      await client.expect(
        { method: 'POST', path: '/api/signup/' },
        { status: 400, body: { username: [REQUIRED], email: [REQUIRED], password: [REQUIRED] } },
      );
      await client.expect(
        { method: 'POST', path: '/api/api-token-auth/' },
        { status: 400, body: { username: [REQUIRED], password: [REQUIRED] } },
      );
    },
  },
];

async function playUnreadBodies(client: Client): Promise<void> {
  const token = await client.login(await client.person('ada'));
  const nonsense = { method: 'POST', body: '{{{', headers: JSON_TYPE };
  const refresh = { ...nonsense, path: '/api/refresh-token/', token };
  const { body } = await client.expect(refresh, { status: 200, body: { token: aToken } });
  const successor = (body as { readonly token: string }).token;
  await client.expect(
    { ...nonsense, path: '/api/logout/', token: successor },
    { status: 200, body: { message: 'Successfully logged out.' } },
  );
}

/** Logins that fail, logins that are refused, and in what this API differs from Django REST Framework. */
import type { Client } from '../client';
import { newPassword } from '../ledger';
import { aToken } from '../pattern';
import type { Row } from '../row';
import { LISTED, LOGIN_FAILED, UNKNOWN_TOKEN } from './answers';

const section = 'Status and messages';
const different = 'Different from Django REST Framework';
const LOGIN = { method: 'POST', path: '/api/api-token-auth/' };

const isAlive = (client: Client, token: string) =>
  client.expect({ method: 'GET', path: '/api/sessions/', token }, LISTED);

export const logins: readonly Row[] = [
  {
    section,
    title:
      'login with wrong password or unknown user: 400 Unable to log in with provided credentials., the same body',
    play: playFailures,
  },
  {
    section,
    title: 'text fields are trimmed, passwords never',
    play: playTrimming,
  },
];

async function playFailures(client: Client): Promise<void> {
  const { username, password } = await client.person('ada');
  for (const wrong of [
    { username: client.ledger.newName(), password },
    { username, password: newPassword() },
    { username, password: password.toLowerCase() },
    { username, password: 'x'.repeat(100) },
    { username: 'u'.repeat(5000), password },
  ])
    await client.expect({ ...LOGIN, body: wrong }, LOGIN_FAILED);
  await client.login({ username, password });
}

async function playTrimming(client: Client): Promise<void> {
  const { username, password } = await client.person('bob');
  await client.expect({ ...LOGIN, body: { username, password: password.trim() } }, LOGIN_FAILED);
  await client.login({ username: `\t ${username} `, password });
}

export const differences: readonly Row[] = [
  {
    section: different,
    title: 'login again: a new token for each device, and the others stay valid',
    async play(client) {
      const ada = await client.person('ada');
      const tokens = [await client.login(ada), await client.login(ada)];
      client.must(tokens[0] !== tokens[1], 'two tokens', 'the same token twice');
      for (const token of [...tokens, ada.token]) await isAlive(client, token);
    },
  },
  {
    section: different,
    title: 'username case and normal form: login takes any, and the one typed at signup is shown',
    async play(client) {
      const { username, password } = await client.person('bob');
      for (const typed of [username.toUpperCase(), username.toLowerCase(), username.normalize('NFD')])
        await client.login({ username: typed, password });
    },
  },
  {
    section: different,
    title: 'a dead token on signup or login is ignored',
    async play(client) {
      const { username, password } = await client.person('bob');
      await client.expect(
        { ...LOGIN, token: UNKNOWN_TOKEN, body: { username, password } },
        { status: 200, body: { token: aToken } },
      );
    },
  },
];

/** Failed and throttled logins, and differences from Django REST Framework. */
import { setTimeout as pause } from 'node:timers/promises';
import { newPassword } from '../../cli/contract-target';
import type { Reply } from '../support/client';
import { type Contract, LONGEST_WAIT_SECONDS, UNKNOWN_TOKEN } from './contract';
import { BEARS_TOKEN, expectResponse, LOGIN, LOGIN_FAILED, wholeSeconds } from './responses';
import { expectAlive } from './sessions';

export function failedLogins(api: Contract): void {
  api.row(
    'login with wrong password or unknown user: 400 Unable to log in with provided credentials., the same body',
    async () => {
      const { username, password } = await api.user('ada');
      for (const body of [
        { username: api.newName(), password },
        { username, password: newPassword() },
        { username, password: password.toLowerCase() },
        { username: 'u'.repeat(5000), password },
      ])
        await api.expect(LOGIN, LOGIN_FAILED, { body });
      await api.login({ username, password });
    },
  );

  api.row('text fields are trimmed, passwords never', async () => {
    const { username, password } = await api.user('bob');
    await api.expect(LOGIN, LOGIN_FAILED, { body: { username, password: password.trim() } });
    await api.login({ username: `\t ${username} `, password });
  });
}

export function differences(api: Contract): void {
  api.row('login again: a new token for each device, and the others stay valid', async () => {
    const ada = await api.user('ada');
    const token = await api.login(ada);
    expect(token).not.toBe(ada.token);
    for (const live of [token, ada.token]) await expectAlive(api, live);
  });

  api.row(
    'username case and normal form: login takes any, and the one typed at signup is shown',
    async () => {
      const { username, password } = await api.user('bob');
      for (const typed of [username.toUpperCase(), username.normalize('NFD').toLowerCase()])
        await api.login({ username: typed, password });
    },
  );

  api.row('a dead token on signup or login is ignored', async () => {
    const { username, password } = await api.user('bob'); // Its signup had a dead token too.
    await api.expect(LOGIN, BEARS_TOKEN, { token: UNKNOWN_TOKEN, body: { username, password } });
  });
}

/** Five, and more on a slow target, where the first waits are over before the next attempt. */
const MOST_ATTEMPTS = 12;
const waitOf = ({ headers }: Reply): number => Number(headers.get('Retry-After'));

/** The last row, because the account may have to go on waiting. */
export function waiting(api: Contract): void {
  const failLogin = (username: string) =>
    api.sendOnce(LOGIN, { body: { username, password: newPassword() } });

  api.row(
    'failed logins of one account: 429 with Retry-After; others can log in, and its live session goes on',
    async () => {
      // Who never logged in has no lane of a known network.
      const bob = await api.signUp(api.newAccount());
      let reply = await failLogin(bob.username);
      for (let attempt = 2; attempt <= MOST_ATTEMPTS && reply.status !== 429; attempt += 1) {
        expectResponse(LOGIN, reply, LOGIN_FAILED);
        reply = await failLogin(bob.username);
      }
      const seconds = waitOf(reply);
      const detail = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`;
      expectResponse(LOGIN, reply, {
        status: 429,
        body: { detail },
        headers: { 'Retry-After': wholeSeconds },
      });
      // The limit is that of the account.
      expectResponse(LOGIN, await failLogin(api.newName()), LOGIN_FAILED);
      await expectAlive(api, await api.refresh(bob.token));
      if (seconds > LONGEST_WAIT_SECONDS) return;
      await pause(seconds * 1000);
      await api.login(bob);
    },
    !api.target.limitsLogins && 'rateLimits is off at this target, or loginFailures is high',
  );
}

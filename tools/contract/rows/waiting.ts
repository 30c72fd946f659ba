/** The wait after failed logins. The last of all rows, because the account may have to go on waiting. */
import type { Reply } from '../../../bench/load/connection';
import type { Client } from '../client';
import { headerOf } from '../expected';
import { newPassword } from '../ledger';
import { aText } from '../pattern';
import type { Row } from '../row';
import { NotShownError, ThrottledError } from '../verdict';
import { LISTED, LOGIN_FAILED } from './answers';

const LOGIN = { method: 'POST', path: '/api/api-token-auth/' };
/** Slow targets take longer than the first waits. */
const MOST_ATTEMPTS = 12;
const MAX_WAIT_SECONDS = 5;

export const waiting: readonly Row[] = [
  {
    section: 'Too many attempts',
    title:
      'failed logins of one account: 429 with Retry-After; others can log in, and its live session goes on',
    play: playWaiting,
  },
];

async function playWaiting(client: Client): Promise<void> {
  const bob = await client.person('bob');
  const waitSeconds = await failUntilRefused(client, bob.username);
  await othersAreJudged(client);
  await client.expect({ method: 'GET', path: '/api/sessions/', token: bob.token }, LISTED);
  if (waitSeconds > MAX_WAIT_SECONDS) return;
  await client.pause(waitSeconds * 1000);
  await client.login(bob);
}

/** @returns how long the account has to wait. */
async function failUntilRefused(client: Client, username: string): Promise<number> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const ask = { ...LOGIN, body: { username, password: newPassword() } };
    const reply = await client.sendOnce(ask);
    if (reply.status !== 429) {
      client.compare(reply, ask, LOGIN_FAILED);
      continue;
    }
    const seconds = waitOf(reply);
    client.compare(reply, ask, refusalFor(seconds));
    return seconds;
  }
  throw new NotShownError(
    `${MOST_ATTEMPTS} failed logins in a row were all judged: rateLimits is off at this target, or loginFailures is high`,
  );
}

/** Else it was not the account that had to wait. */
async function othersAreJudged(client: Client): Promise<void> {
  const ask = { ...LOGIN, body: { username: client.ledger.newName(), password: newPassword() } };
  const reply = await client.sendOnce(ask);
  if (reply.status === 429 && waitOf(reply) > 0) throw new ThrottledError(waitOf(reply));
  client.compare(reply, ask, LOGIN_FAILED);
}

const waitOf = (reply: Reply): number => Number(headerOf(reply, 'Retry-After'));

const refusalFor = (seconds: number) => ({
  status: 429,
  body: {
    detail: `Request was throttled. Expected available in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  },
  headers: { 'Retry-After': aText('whole seconds', /^[1-9]\d*$/) },
});

/** The five requests of the flow that the API was asked for, to the byte. */
import type { Reply } from '../../../bench/load/connection';
import type { Client } from '../client';
import { tokenOf } from '../client';
import { anId, aToken } from '../pattern';
import type { Row } from '../row';
import { NotShownError } from '../verdict';
import { greetingOf, INVALID_TOKEN } from './answers';

const PASSWORD = 'password123';

export const flow: readonly Row[] = [
  {
    section: 'The flow',
    title:
      'signup, login, dashboard, refresh, logout, and what is answered to a token that is no longer valid',
    play: playFlow,
  },
];

async function playFlow(client: Client): Promise<void> {
  const first = await signup(client);
  const login = await client.expect(
    { method: 'POST', path: '/api/api-token-auth/', body: first.credentials },
    { status: 200, body: { token: aToken } },
  );
  const token = tokenOf(login);
  client.must(token !== first.token, 'a new token for each device', 'the same token again');
  const dashboard = { method: 'GET', path: '/api/dashboard/' };
  await client.expect({ ...dashboard, token }, greetingOf('CLERK'));
  const refresh = await client.expect(
    { method: 'POST', path: '/api/refresh-token/', token },
    { status: 200, body: { token: aToken } },
  );
  const successor = tokenOf(refresh);
  client.must(successor !== token, 'another token', 'the same token again');
  await client.expect({ ...dashboard, token }, INVALID_TOKEN);
  await client.expect({ ...dashboard, token: successor }, greetingOf('CLERK'));
  await client.expect(
    { method: 'POST', path: '/api/logout/', token: successor },
    { status: 200, body: { message: 'Successfully logged out.' } },
  );
  await client.expect({ ...dashboard, token: successor }, INVALID_TOKEN);
  await client.expect({ ...dashboard, token: first.token }, greetingOf('CLERK'));
}

async function signup(client: Client) {
  const { username, email } = client.ledger.newAccount();
  const user = { username, email, role: 'CLERK' };
  const ask = {
    method: 'POST',
    path: '/api/signup/',
    body: { username, email, password: PASSWORD, role: 'CLERK' },
  };
  const reply = await client.send(ask);
  mustBePossible(reply);
  client.compare(reply, ask, { status: 201, body: { user: { id: anId, ...user }, token: aToken } });
  return { token: tokenOf(reply), credentials: { username, password: PASSWORD } };
}

/** The flow's own values are valid under default settings. */
function mustBePossible({ status, text }: Reply): void {
  if (status !== 400) return;
  if (text === '{"role":["\\"CLERK\\" is not a valid choice."]}')
    throw new NotShownError(
      'the flow signs up a CLERK; the setting signupRoles of this target leaves that role out',
    );
  if (
    /^\{"password":\["This password is too short\. It must contain at least [1-9]\d characters\."\]\}$/.test(
      text,
    )
  )
    throw new NotShownError(
      "the flow's password has 11 characters; the setting passwordMinLength of this target asks for more",
    );
}

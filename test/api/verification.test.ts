/** Signup, login, profile and change of the address where addresses are verified. */
import { setTimeout as pause } from 'node:timers/promises';
import { newName, startApi, type TestApi } from '../support/api';

const PASSWORD = 'password123';
const SIGNUP = '/api/signup/';
const LOGIN = '/api/api-token-auth/';
const ME = '/api/auth/users/me/';
const ACTIVATION = '/api/auth/users/activation/';
const RESEND = '/api/auth/users/resend_activation/';
const NOT_VERIFIED = { status: 400, body: { non_field_errors: ['E-mail is not verified.'] } };
const TAKEN = { status: 400, body: { email: ['user with this email address already exists.'] } };
const WRONG_CODE = { status: 400, body: { code: ['Invalid or expired code.'] } };
const WRONG_LINK = { status: 400, body: { token: ['Invalid token for given user.'] } };

let api: TestApi;
const start = async (emailVerification: string) => {
  api = await startApi({ settings: { emailVerification, messages: 'eventbridge' } });
};
afterAll(() => api.close());

const newAccount = () => {
  const username = newName();
  return { username, email: `${username}@example.com`, password: PASSWORD };
};

async function ask(method: string, path: string, call: { body?: object; token?: string }) {
  const { status, body } = await api.call(method, path, call);
  return { status, body };
}
const post = (path: string, body: object) => ask('POST', path, { body });
const show = (token: string) => ask('GET', ME, { token });
const changeEmail = (token: string, email: string) =>
  ask('PATCH', ME, { token, body: { email, current_password: PASSWORD } });

async function messagesTo(email: string, count: number): Promise<any[]> {
  for (let look = 1; look <= 400; look += 1) {
    const { body } = await api.call('GET', `/_local/outbox/?to=${encodeURIComponent(email)}`);
    if (body.messages.length >= count) return body.messages;
    await pause(50);
  }
  throw new Error(`Fewer than ${count} messages came to ${email}.`);
}
/** An address gets one message a minute. */
const waitAMinute = () => api.call('POST', '/_local/clock/', { body: { advance: '61s' } });
const messageTo = async (email: string) => (await messagesTo(email, 1)).at(-1);

describe('where verification is required', () => {
  beforeAll(() => start('required'), 120_000);

  it('a signup is answered 201 with the user and no token, and no session is there', async () => {
    const account = newAccount();
    const reply = await api.call('POST', SIGNUP, { body: account });
    const { username, email } = account;
    expect([reply.status, reply.body]).toEqual([
      201,
      { user: { id: expect.any(Number), username, email, role: 'CLERK' } },
    ]);
    expect(reply.headers.has('Token-Expires-In')).toBe(false);
  });

  it('a login with the right password is refused until the address is confirmed by code; with a wrong one it says nothing of that', async () => {
    const account = newAccount();
    await post(SIGNUP, account);
    const { username, email } = account;
    expect(await post(LOGIN, { username, password: PASSWORD })).toEqual(NOT_VERIFIED);
    expect((await post(LOGIN, { username, password: 'wrong-word-1' })).body).toEqual({
      non_field_errors: ['Unable to log in with provided credentials.'],
    });
    const { purpose, code, to } = await messageTo(email);
    expect([purpose, to]).toEqual(['activation', email]);
    expect(await post(ACTIVATION, { email, code })).toEqual({ status: 204, body: undefined });
    expect(await post(ACTIVATION, { email, code })).toEqual(WRONG_CODE);
    const { status, body } = await post(LOGIN, { username, password: PASSWORD });
    expect(status).toBe(200);
    expect((await show(body.token)).body).toMatchObject({ email, email_verified: true });
  });

  it('a link confirms too, and is stale when it is used again', async () => {
    const account = newAccount();
    await post(SIGNUP, account);
    const { uid, token } = await messageTo(account.email);
    expect(await post(ACTIVATION, { uid, token: `${'0'.repeat(31)}1` })).toEqual(WRONG_LINK);
    expect((await post(ACTIVATION, { uid, token })).status).toBe(204);
    const stale = { status: 403, body: { detail: 'Stale token for given user.' } };
    expect(await post(ACTIVATION, { uid, token })).toEqual(stale);
    expect((await post(LOGIN, account)).status).toBe(200);
  });

  it('a reset of the password confirms the address as well', async () => {
    const account = newAccount();
    const { username, email } = account;
    const { body } = await post(SIGNUP, account);
    const stored = body.user;
    expect(stored.email).toBe(email);
    await messageTo(email);
    await waitAMinute();
    await post('/api/auth/users/reset_password/', { email });
    const [, { code }] = await messagesTo(email, 2);
    const new_password = 'another-word-1';
    const confirm = { email, code, new_password };
    expect((await post('/api/auth/users/reset_password_confirm/', confirm)).status).toBe(204);
    expect((await post(LOGIN, { username, password: new_password })).status).toBe(200);
  });

  it('the message is sent again on request, but one a minute, and none to who is verified or unknown', async () => {
    const account = newAccount();
    const { email } = account;
    await post(SIGNUP, account);
    const first = await messageTo(email);
    expect((await post(RESEND, { email })).status).toBe(204);
    await waitAMinute();
    expect((await post(RESEND, { email })).status).toBe(204);
    const messages = await messagesTo(email, 2);
    expect(messages).toHaveLength(2);
    // A newer code replaces the older one; the older link stays good.
    expect(await post(ACTIVATION, { email, code: first.code })).toEqual(WRONG_CODE);
    expect((await post(ACTIVATION, { uid: first.uid, token: first.token })).status).toBe(204);
    await waitAMinute();
    expect((await post(RESEND, { email })).status).toBe(204);
    await api.logged({ event: 'message_dropped', reason: 'not_needed' });
    expect((await post(RESEND, { email: `${newName()}@example.com` })).status).toBe(204);
    await api.logged({ event: 'message_dropped', reason: 'user_unknown' });
    expect(await messagesTo(email, 2)).toHaveLength(2);
  });
});

describe('where verification is optional', () => {
  beforeAll(async () => {
    await api.close();
    await start('optional');
  }, 120_000);

  it('a signup brings a token and a message; me and export say that the address is not verified, until it is', async () => {
    const { email, token } = await api.signup();
    expect((await show(token)).body).toMatchObject({ email, email_verified: false });
    expect(Object.keys((await show(token)).body)).toEqual([
      ...['id', 'username', 'email', 'role'],
      'email_verified',
    ]);
    expect((await ask('GET', `${ME}export/`, { token })).body.user.email_verified).toBe(false);
    const { code } = await messageTo(email);
    expect((await post(ACTIVATION, { email, code })).status).toBe(204);
    expect((await show(token)).body).toMatchObject({ email, email_verified: true });
    expect((await ask('GET', `${ME}export/`, { token })).body.user.email_verified).toBe(true);
  });

  it('a login does not wait for it', async () => {
    const { username } = await api.signup();
    expect((await post(LOGIN, { username, password: PASSWORD })).status).toBe(200);
  });

  it('a new address is answered with the old one, holds once it is confirmed, and the old one is told', async () => {
    const { email: old, token } = await api.signup();
    await messageTo(old);
    const email = `${newName()}@example.com`;
    const reply = await changeEmail(token, email);
    expect([reply.status, reply.body.email]).toEqual([200, old]);
    expect((await show(token)).body.email).toBe(old);
    expect((await ask('PATCH', ME, { token, body: {} })).body.email).toBe(old);
    const { purpose, code } = await messageTo(email);
    expect(purpose).toBe('activation');
    expect((await post(ACTIVATION, { email, code })).status).toBe(204);
    expect((await show(token)).body).toMatchObject({ email, email_verified: true });
    expect((await messagesTo(old, 2)).map((message) => message.purpose)).toEqual([
      'activation',
      'email_changed',
    ]);
  });

  it('a taken address is refused at once, and one that was taken meanwhile when it is confirmed', async () => {
    const [one, other] = [await api.signup(), await api.signup()];
    expect(await changeEmail(one.token, other.email.toUpperCase())).toEqual(TAKEN);
    const email = `${newName()}@example.com`;
    expect((await changeEmail(one.token, email)).status).toBe(200);
    const { uid, token } = await messageTo(email);
    await api.signup({ email });
    expect(await post(ACTIVATION, { uid, token })).toEqual(TAKEN);
    expect((await show(one.token)).body.email).toBe(one.email);
  });

  it('a wrong password changes nothing and sends nothing', async () => {
    const { token, email: old } = await api.signup();
    const email = `${newName()}@example.com`;
    const body = { email, current_password: 'wrong-word-1' };
    expect(await ask('PATCH', ME, { token, body })).toEqual({
      status: 400,
      body: { current_password: ['Invalid password.'] },
    });
    await post(RESEND, { email });
    await api.logged({ event: 'message_dropped', reason: 'user_unknown' });
    expect((await show(token)).body.email).toBe(old);
  });
});

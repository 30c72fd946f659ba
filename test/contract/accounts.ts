/** What signed-in users do with their accounts. */
import { newPassword } from '../../cli/contract-target';
import { type Contract, SMUGGLED, type User } from './contract';
import {
  DASHBOARD,
  DELETE_ME,
  DONE,
  type ExpectedResponse,
  expectResponse,
  greeting,
  INVALID_TOKEN,
  invalid,
  LOGIN,
  LOGIN_FAILED,
  REQUIRED,
  wholeSeconds,
} from './responses';
import { aSession, expectAlive } from './sessions';

const SET_PASSWORD = 'POST /api/auth/users/set_password/';
const SET_USERNAME = 'POST /api/auth/users/set_username/';
const ME = '/api/auth/users/me/';
const [SHOW, PATCH, PUT] = [`GET ${ME}`, `PATCH ${ME}`, `PUT ${ME}`];
const EXPORT = `GET ${ME}export/`;

const WRONG_PASSWORD = invalid({ current_password: ['Invalid password.'] });
const NOT_NULL = 'This field may not be null.';
const NOT_BLANK = 'This field may not be blank.';
const NOT_TEXT = 'Not a valid string.';
const expiring = { 'Token-Expires-In': wholeSeconds, 'Session-Expires-In': wholeSeconds };
const done: ExpectedResponse = { ...DONE, headers: expiring };
const profile = ({ id, username, email, role }: Omit<User, 'token' | 'password'>): ExpectedResponse => ({
  status: 200,
  body: { id, username, email, role },
  headers: expiring,
});

export function accounts(api: Contract): void {
  /** The user whom these rows change. Each leaves it with a live token. */
  let eve: User;
  /** Another session of that user. */
  let other: string;
  const current = async (): Promise<User> => {
    eve ??= { ...(await api.user('eve')) };
    return eve;
  };
  const refuse = async (request: string, messages: object, body: object) =>
    api.expect(request, invalid(messages), { token: (await current()).token, body });

  api.row('GET users/me: id, username, email, role', async () => {
    const bob = await api.user('bob');
    await api.expect(SHOW, profile(bob), { token: bob.token });
  });

  api.row('set_password: missing, null, blank and no text: 400, all bad fields at once', async () => {
    for (const [value, message] of [
      [undefined, REQUIRED],
      [null, NOT_NULL],
      ['', NOT_BLANK],
      [[], NOT_TEXT],
    ])
      await refuse(
        SET_PASSWORD,
        { current_password: [message], new_password: [message] },
        { current_password: value, new_password: value },
      );
    const long = { new_password: ['Ensure this field has no more than 128 characters.'] };
    await refuse(SET_PASSWORD, long, { current_password: 'x', new_password: 'Aa1-'.repeat(33) });
  });

  api.row(
    'set_password: a wrong current password is told alone, before the rules for the new one',
    async () => {
      const { token } = await current();
      const body = { current_password: newPassword(), new_password: '1', re_new_password: '2' };
      await api.expect(SET_PASSWORD, WRONG_PASSWORD, { token, body });
    },
  );

  api.row('set_password: a weak new password, then two that differ: 400', async () => {
    const { username, email, password: current_password } = await current();
    const minimum = api.target.passwordMinLength;
    const weak: Record<string, string[]> = {
      '8153729': [
        `This password is too short. It must contain at least ${minimum} characters.`,
        'This password is entirely numeric.',
      ],
      [`${username}`]: ['The password is too similar to the username.'],
      [`${email}`]: ['The password is too similar to the email address.'],
    };
    // Similar to a name are only words of its length.
    for (const [new_password, messages] of Object.entries(weak).slice(0, minimum > 20 ? 1 : 2))
      await refuse(
        SET_PASSWORD,
        { new_password: messages },
        { current_password, new_password, re_new_password: 'x' },
      );
    await refuse(
      SET_PASSWORD,
      { non_field_errors: ["The two password fields didn't match."] },
      { current_password, new_password: newPassword(), re_new_password: newPassword() },
    );
  });

  api.row(
    'set_password: 204; the other sessions end, this one goes on with its token; only the new password logs in, spaces and all',
    async () => {
      const { username, password, token } = await current();
      const ended = await api.login({ username, password });
      const chosen = ` ${newPassword()} `;
      const body = { current_password: password, new_password: chosen, re_new_password: chosen };
      await api.expect(SET_PASSWORD, done, { token, body });
      await api.expect(DASHBOARD, INVALID_TOKEN, { token: ended });
      await api.expect(LOGIN, LOGIN_FAILED, { body: { username, password } });
      await expectAlive(api, token);
      eve = { ...eve, password: chosen, token: await api.refresh(token) };
      await expectAlive(api, await api.login({ username, password: chosen }));
    },
  );

  api.row('set_username: missing, invalid or taken in any case: 400', async () => {
    const [{ password: current_password }, ada] = [await current(), await api.user('ada')];
    await refuse(SET_USERNAME, { new_username: [REQUIRED], current_password: [REQUIRED] }, {});
    const characters =
      'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';
    await refuse(SET_USERNAME, { new_username: [characters] }, { current_password, new_username: 'a b' });
    await refuse(SET_USERNAME, WRONG_PASSWORD.body as object, {
      current_password: newPassword(),
      new_username: ada.username,
    });
    const taken = { new_username: ['A user with that username already exists.'] };
    await refuse(SET_USERNAME, taken, { current_password, new_username: ada.username.toUpperCase() });
  });

  api.row('set_username: 204; the token stays, and the new name logs in; a form is taken too', async () => {
    const { username: old, password, token } = await current();
    // The same name, written otherwise; then another one.
    for (const new_username of [old.toUpperCase(), api.newName()]) {
      const body = new URLSearchParams({ current_password: password, new_username });
      await api.expect(SET_USERNAME, done, { token, body });
      eve = { ...eve, username: new_username };
      await api.expect(SHOW, profile(eve), { token });
    }
    other = await api.login(eve);
    await api.expect(LOGIN, LOGIN_FAILED, { body: { username: old, password } });
  });

  api.row('PATCH users/me without email: 200; PUT: 400', async () => {
    const { token } = await current();
    await api.expect(PATCH, profile(eve), { token });
    await api.expect(PATCH, profile(eve), { token, body: { ...SMUGGLED, username: 'x', role: 'ADMIN' } });
    const required = { email: [REQUIRED], current_password: [REQUIRED] };
    await refuse(PUT, required, {});
    await refuse(PATCH, { current_password: [REQUIRED] }, { email: eve.email });
    await refuse(PATCH, { current_password: [NOT_BLANK] }, { current_password: '' });
  });

  api.row('PATCH and PUT users/me: an invalid or taken email: 400', async () => {
    const [{ password: current_password }, ada] = [await current(), await api.user('ada')];
    const email = ada.email.toUpperCase();
    await refuse(PUT, { email: ['Enter a valid email address.'] }, { email: 'x', current_password });
    await refuse(PATCH, WRONG_PASSWORD.body as object, { email, current_password: newPassword() });
    const taken = { email: ['user with this email address already exists.'] };
    for (const request of [PUT, PATCH]) await refuse(request, taken, { email, current_password });
  });

  api.row('PATCH and PUT users/me: 200 with the new email; all other members are ignored', async () => {
    const { password, token } = await current();
    const { email } = api.newAccount();
    for (const [request, typed] of [
      [PATCH, email],
      [PUT, email.toUpperCase()],
    ] as const) {
      eve = { ...eve, email: typed };
      const body = { ...SMUGGLED, role: 'ADMIN', email: typed, current_password: password };
      await api.expect(request, profile(eve), { token, body });
    }
    await api.expect(SHOW, profile(eve), { token });
  });

  api.row('GET users/me/export: everything that is kept of the user, as a file', async () => {
    const { token, id, username, email, role } = await current();
    const reply = await api.send(EXPORT, { token });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expectResponse(EXPORT, reply, {
      status: 200,
      headers: { ...expiring, 'Content-Disposition': `attachment; filename="account-${id}.json"` },
      body: {
        exported_at: time,
        format: 1,
        user: {
          ...{ id, username, email, role },
          ...{ created_at: time, email_verified: true, is_active: true, imported: {} },
        },
        sessions: reply.body.sessions.map(aSession),
        pending: [],
      },
    });
    expect(reply.body.sessions.length).toBeGreaterThan(1);
  });

  api.row(
    'wrong current passwords: 429 with Retry-After for this session; another session of the user goes on',
    async () => {
      const { password } = await current();
      const guess = () =>
        api.sendOnce(SET_USERNAME, {
          token: eve.token,
          body: { new_username: 'x', current_password: newPassword() },
        });
      let reply = await guess();
      for (let attempt = 2; attempt <= 12 && reply.status !== 429; attempt += 1) {
        expectResponse(SET_USERNAME, reply, WRONG_PASSWORD);
        reply = await guess();
      }
      expect([reply.status, Number(reply.headers.get('Retry-After')) > 0]).toEqual([429, true]);
      const body = { new_username: eve.username, current_password: password };
      // At once: to wait and to try again would show nothing.
      expectResponse(SET_USERNAME, await api.sendOnce(SET_USERNAME, { token: other, body }), done);
      eve = { ...eve, token: other };
    },
    !api.target.limitsLogins && 'rateLimits is off at this target, or loginFailures is high',
  );
}

/** The last rows: nobody stays behind. */
export function leaving(api: Contract): void {
  api.row('DELETE users/me without the password, or with another: 400, and nothing changes', async () => {
    const { token, role } = await api.user('bob');
    await api.expect(DELETE_ME, invalid({ current_password: [REQUIRED] }), { token });
    await api.expect(DELETE_ME, WRONG_PASSWORD, { token, body: { current_password: newPassword() } });
    await api.expect(DASHBOARD, greeting(role), { token });
  });

  api.row(
    'DELETE users/me: 204, its body in JSON or a form; then its token is 401, and name and email are free',
    async () => {
      const { username, email, password, token } = await api.user('bob');
      const body = new URLSearchParams({ current_password: password });
      await api.expect(DELETE_ME, DONE, { token, body });
      for (const request of [DASHBOARD, SHOW, DELETE_ME]) await api.expect(request, INVALID_TOKEN, { token });
      await api.expect(LOGIN, LOGIN_FAILED, { body: { username, password } });
      await api.signUp({ username, email, password });
    },
  );

  api.row('every user of this run leaves', async () => {
    for (const { password, tokens } of api.createdUsers()) {
      const statuses = [];
      for (const token of [...tokens].reverse()) {
        const reply = await api.send(DELETE_ME, { token, body: { current_password: password } });
        statuses.push(reply.status);
        if (reply.status !== 401) break;
      }
      expect(statuses.at(-1)).toBe(204);
    }
  });
}

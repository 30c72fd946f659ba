/** Every method of the client against the running API, and its types against the definitions and the real answers. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  type CodeFields,
  type DeleteMeFields,
  type EmailFields,
  type Export,
  type LinkFields,
  type ListedSession,
  type LoginFields,
  memoryStore,
  type NewPasswordFields,
  type Profile,
  type Result,
  type SetPasswordFields,
  type SetUsernameFields,
  type SignupFields,
  type UpdateEmailFields,
  type User,
} from '../../client/index';
import { type endpoints, listRoutes } from '../../functions/endpoints';
import type * as description from '../../functions/shared/description';
import { newName, startApi, type TestApi } from '../support/api';

type Defined = typeof endpoints;
type BodyOf<Name extends keyof Defined> = Defined[Name] extends { body: infer Body } ? keyof Body : never;
type CodeBodyOf<Name extends keyof Defined> = Defined[Name] extends { codeBody: infer Body }
  ? keyof Body
  : never;
type Same<One, Other> = [One, Other, keyof One, keyof Other] extends [Other, One, keyof Other, keyof One]
  ? true
  : false;

/** Compiles only if the client's fields are those of the definitions. */
const fields: readonly [
  Same<keyof SignupFields, BodyOf<'signup'>>,
  Same<keyof LoginFields, BodyOf<'login'>>,
  Same<keyof SetPasswordFields, BodyOf<'set-password'>>,
  Same<keyof SetUsernameFields, BodyOf<'set-username'>>,
  Same<keyof UpdateEmailFields, BodyOf<'update-me'>>,
  Same<keyof DeleteMeFields, BodyOf<'delete-me'>>,
  Same<keyof EmailFields, BodyOf<'reset-password' | 'resend-activation' | 'request-deletion'>>,
  Same<keyof (LinkFields & NewPasswordFields), BodyOf<'reset-password-confirm'>>,
  Same<keyof (CodeFields & NewPasswordFields), CodeBodyOf<'reset-password-confirm'>>,
  Same<keyof LinkFields, BodyOf<'activation' | 'confirm-deletion'>>,
  Same<keyof CodeFields, CodeBodyOf<'activation'>>,
] = [true, true, true, true, true, true, true, true, true, true, true];

/** The type of what a schema of the API's description allows. */
type Of<Schema> = Schema extends { type: 'array'; items: infer Items }
  ? readonly Of<Items>[]
  : Schema extends { properties: infer Members; required: readonly (infer Required)[] }
    ? { readonly [Name in keyof Members as Name extends Required ? Name : never]: Of<Members[Name]> } & {
        readonly [Name in keyof Members as Name extends Required ? never : Name]?: Of<Members[Name]>;
      }
    : Schema extends { type: infer Type }
      ? Simple<Type>
      : never;
interface Types {
  readonly string: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
  readonly object: Readonly<Record<string, unknown>>;
}
type Simple<Type> = Type extends keyof Types
  ? Types[Type]
  : Type extends readonly (keyof Types)[]
    ? Types[Type[number]]
    : never;

/** Compiles only if the client's answers are those of the description. */
const answers: readonly [
  Same<User, Of<typeof description.user>>,
  Same<Profile, Of<typeof description.profile>>,
  Same<ListedSession, Of<typeof description.session>>,
  Same<Export, Of<typeof description.accountExport>>,
] = [true, true, true, true];

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    settings: {
      messages: 'eventbridge',
      emailVerification: 'optional',
      deletionUrl: 'https://example.com/?{uid}#{token}',
    },
  });
}, 120_000);
afterAll(() => api.close());

/** Method and path of every request. */
const sent = new Set<string>();

const newClient = () =>
  new Client({
    baseUrl: api.url,
    store: memoryStore(),
    fetch: (url, init) => {
      const path = new URL(url).pathname.replace(/\/sessions\/.+/, '/sessions/{id}/');
      sent.add(`${init.method} ${path}`);
      return fetch(url, init);
    },
  });

async function signUp() {
  const client = newClient();
  const username = newName();
  const account = { username, email: `${username}@example.com`, password: 'password123' };
  const { isSignedIn, user } = await succeeded(client.signup(account));
  expect(isSignedIn).toBe(true);
  return { client, user: user!, ...account };
}

async function succeeded<Value>(calling: Promise<Result<Value>>): Promise<Value> {
  const result = await calling;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function messageTo(email: string, purpose: string): Promise<any> {
  for (let look = 1; look <= 400; look += 1) {
    const { body } = await api.call('GET', `/_local/outbox/?to=${encodeURIComponent(email)}`);
    const message = body.messages.find((one: any) => one.purpose === purpose);
    if (message) return message;
    await pause(50);
  }
  throw new Error(`No message came to ${email}.`);
}

/** An address gets one message a minute. */
const waitAMinute = () => api.call('POST', '/_local/clock/', { body: { advance: '61s' } });

it('signs up, in and out', async () => {
  const { client, user, username, password } = await signUp();
  expect(user.username).toBe(username);
  const { ended } = await succeeded(client.logout());
  expect(await ended).toBe(true);
  expect(await client.me()).toEqual({ ok: false, error: { kind: 'signed_out' } });
  await succeeded(client.login({ username, password }));
  expect(await succeeded(client.dashboard())).toEqual({ message: 'Welcome to the Clerk Dashboard!' });
});

it('changes and shows the account', async () => {
  const { client, username, email, password } = await signUp();
  expect(await succeeded(client.me())).toMatchObject({ username, email, email_verified: false });
  const changed = await succeeded(client.updateEmail({ email: `new-${email}`, current_password: password }));
  expect(changed.email).toBe(email);
  await succeeded(client.setUsername({ new_username: newName(), current_password: password }));
  await succeeded(client.setPassword({ current_password: password, new_password: 'another-word-1' }));
  expect((await succeeded(client.exportMe())).user.pending_email).toBe(`new-${email}`);
});

it('lists and ends sessions', async () => {
  const { client, username, password } = await signUp();
  const others = [newClient(), newClient()] as const;
  for (const other of others) await succeeded(other.login({ username, password }));
  const sessions = await succeeded(client.sessions());
  expect(sessions).toHaveLength(3);
  expect(sessions[2]?.current).toBe(true);
  await succeeded(client.endSession(sessions[0]!.id));
  expect(await others[1].me()).toEqual({ ok: false, error: { kind: 'signed_out' } });
  await succeeded(client.logoutAll({ keepCurrent: true }));
  expect(await others[0].isSignedIn()).toEqual({ ok: true, value: true });
  expect(await others[0].me()).toEqual({ ok: false, error: { kind: 'signed_out' } });
  await succeeded(client.logoutAll());
  expect(await client.isSignedIn()).toEqual({ ok: true, value: false });
});

it('answers messages by code and by link', async () => {
  const { client, email } = await signUp();
  const { code } = await messageTo(email, 'activation');
  await succeeded(client.activation({ email, code }));
  await succeeded(client.resendActivation({ email }));
  await waitAMinute();
  await succeeded(client.resetPassword({ email }));
  const { uid, token } = await messageTo(email, 'reset_password');
  await succeeded(client.resetPasswordConfirm({ uid, token, new_password: 'another-word-1' }));
  await waitAMinute();
  await succeeded(client.requestDeletion({ email }));
  const { uid: user, token: secret } = await messageTo(email, 'deletion');
  await succeeded(client.confirmDeletion({ uid: user, token: secret }));
  expect(await client.me()).toEqual({ ok: false, error: { kind: 'signed_out' } });
});

it('refreshes, and forgets a user who is deleted', async () => {
  const { client, password } = await signUp();
  await api.call('POST', '/_local/clock/', { body: { advance: '5d' } });
  await succeeded(client.me());
  while (!sent.has('POST /api/refresh-token/')) await pause(10);
  const wrong = await client.deleteMe({ current_password: 'wrong' });
  expect(wrong).toMatchObject({
    error: { kind: 'rejected', status: 400, fields: { current_password: ['Invalid password.'] } },
  });
  await succeeded(client.deleteMe({ current_password: password }));
  expect(await client.isSignedIn()).toEqual({ ok: true, value: false });
});

it('has a method for every route, at its path, with its fields and answers', () => {
  expect([...fields, ...answers]).not.toContain(false);
  const defined = listRoutes().map(({ methods: [method], path }) => `${method} ${path}/`);
  expect([...sent].sort()).toEqual(defined.sort());
});

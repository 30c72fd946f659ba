/** Sentences about messages and the secrets in them: every function in one process, a mailbox, and a clock that stands still. */
import { compare, hash } from 'bcryptjs';
import { toUid } from '../../functions/shared/domain/challenge';
import { captureLines, type LoggedLines } from '../support/log';
import { type Messaging, startMessaging, type Traced } from '../support/messaging';

jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});

let messaging: Messaging;
let lines: LoggedLines;
beforeAll(async () => {
  // The store's patience with others must not run out on a busy machine.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
  lines = captureLines();
  messaging = await startMessaging({ LOGINS_PER_ADDRESS: '300', MESSAGE_LIFETIME_SECONDS: '3600' });
});
afterEach(() => {
  messaging.mailbox.refuse(() => undefined);
  messaging.decide(() => 'pass');
});
afterAll(async () => {
  await messaging.close();
  lines.release();
});

const USERS = '/api/auth/users';
const RESET = `${USERS}/reset_password/`;
const RESET_CONFIRM = `${USERS}/reset_password_confirm/`;
const ACTIVATION = `${USERS}/activation/`;
const RESEND = `${USERS}/resend_activation/`;
const REQUEST_DELETION = `${USERS}/request_deletion/`;
const DELETION = `${USERS}/confirm_deletion/`;
const requests = [RESET, RESEND, REQUEST_DELETION];
const PASSWORD = 'password123';
const NEW = { new_password: 'another-word-1' };

const locatorOf = ({ token }: { readonly token: string }) => token.slice(0, 10);
const login = (username: string, password = PASSWORD) =>
  messaging.post('/api/api-token-auth/', { username, password });
const deactivate = (user: { readonly token: string }) =>
  messaging.stored.updateUser(locatorOf(user), {
    expression: 'SET isActive = :no',
    values: { ':no': false },
  });
/** What anybody can tell of an answer. */
const shown = ({ status, text, calls, comparisons }: Traced) => ({ status, text, calls, comparisons });
const outcome = ({ status, text }: { readonly status: number; readonly text: string }) => [status, text];
const wrongCode = [400, '{"code":["Invalid or expired code."]}'];
const wrongToken = [400, '{"token":["Invalid token for given user."]}'];
const tally = (replies: readonly { readonly status: number }[]) =>
  Object.fromEntries(
    [...new Set(replies.map(({ status }) => status))].map((status) => [
      status,
      replies.filter((reply) => reply.status === status).length,
    ]),
  );
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const challengeOf = async (user: { readonly token: string }, purpose: string) =>
  (await messaging.stored.all('outbox')).find(({ pk }) => pk === `CHALLENGE#${locatorOf(user)}#${purpose}`);

describe('messages', () => {
  /** What anybody can tell of two requests at once for a message, which is then delivered or not. */
  async function ask(path: string, email: string) {
    const replies = [];
    for (const _ of [1, 2]) {
      replies.push(shown(await messaging.trace(path, { email })));
      await messaging.deliver();
    }
    return replies;
  }

  it.each([
    ['is sent', () => undefined],
    ['cannot be sent', () => 'MessageRejected'],
  ])(
    '37. Password reset answers alike, in body and time, whether or not the account exists. (A message that %s.)',
    async (_, refuse) => {
      const [known, locked] = [await messaging.signup(), await messaging.signup()];
      await deactivate(locked);
      // To a day on which nobody's address had none yet either.
      messaging.advance(86_400);
      messaging.mailbox.refuse(refuse);
      for (const path of requests) {
        messaging.advance(60);
        const [first, ...others] = [
          await ask(path, known.email),
          await ask(path, locked.email),
          await ask(path, 'nobody@example.com'),
        ];
        const all = { status: 204, text: '', comparisons: 0 };
        const calls = ['UpdateItem RateLimits', 'UpdateItem Outbox'];
        expect(first).toEqual([
          { ...all, calls },
          { ...all, calls },
        ]);
        for (const replies of others) expect(replies).toEqual(first);
      }
      messaging.mailbox.refuse(() => undefined);
      await messaging.deliver();
    },
  );

  const codeFor = async ({ email }: { readonly email: string }) =>
    (await messaging.mailFor(RESET, email))!.code!;
  const guess = (email: string, code: string) => messaging.post(RESET_CONFIRM, { email, code, ...NEW });

  it('wrong codes get one answer for one comparison, of those who have a code, had one, cannot have one, or do not exist', async () => {
    const [known, idle, locked] = [
      await messaging.signup(),
      await messaging.signup(),
      await messaging.signup(),
    ];
    const [worn, used, late] = [await messaging.signup(), await messaging.signup(), await messaging.signup()];
    await deactivate(locked);
    const usedCode = await codeFor(used);
    await guess(used.email, usedCode);
    const lateCode = await codeFor(late);
    messaging.advance(600);
    const wornCode = await codeFor(worn);
    for (let count = 0; count < 5; count += 1) await guess(worn.email, other(wornCode));
    const code = await codeFor(known);
    const attempts = [
      [known.email, other(code)],
      [known.email, 'no code'],
      [idle.email, code],
      [locked.email, code],
      [worn.email, wornCode],
      [used.email, usedCode],
      [late.email, lateCode],
      ['nobody@example.com', code],
    ];
    for (const path of [RESET_CONFIRM, ACTIVATION]) {
      const replies = [];
      for (const [email, typed] of attempts)
        replies.push(shown(await messaging.trace(path, { email, code: typed, ...NEW })));
      const [status, text] = wrongCode;
      expect(replies[0]).toMatchObject({ status, text, comparisons: 1 });
      for (const reply of replies) expect(reply).toEqual(replies[0]);
    }
  });

  it('wrong links get one answer for no comparison, of everybody and nobody', async () => {
    const [asked, idle, locked] = [
      await messaging.signup(),
      await messaging.signup(),
      await messaging.signup(),
    ];
    await deactivate(locked);
    await codeFor(asked);
    const token = 'a'.repeat(32);
    for (const path of [RESET_CONFIRM, ACTIVATION, DELETION]) {
      const replies = [];
      for (const locator of [...[asked, idle, locked].map(locatorOf), '0000000000'])
        replies.push(shown(await messaging.trace(path, { uid: toUid(locator), token, ...NEW })));
      const [status, text] = wrongToken;
      expect(replies[0]).toMatchObject({ status, text, comparisons: 0 });
      for (const reply of replies) expect(reply).toEqual(replies[0]);
    }
  });

  it('39. Reset/verification codes are single-use, stored hashed, at most 10 minutes if short codes, attempt-capped.', async () => {
    const user = await messaging.signup();
    const mail = (await messaging.mailFor(RESET, user.email))!;
    const { code = '', uid, token = '' } = mail;
    const stored = await challengeOf(user, 'reset_password');
    expect(stored!['codeHash']).toMatch(/\$2b\$\d\d\$/);
    for (const secret of [code, token]) expect(JSON.stringify(stored)).not.toContain(`"${secret}"`);
    // Two hundred guesses at once: each counts, five are compared.
    const bcrypt = String(stored!['codeHash']).slice('bcrypt_sha256$'.length);
    jest.mocked(compare).mockClear();
    const guesses = await Promise.all(
      Array.from({ length: 200 }, () =>
        messaging.post(RESET_CONFIRM, { email: user.email, code: other(code), ...NEW }),
      ),
    );
    for (const guess of guesses) expect(outcome(guess)).toEqual(wrongCode);
    expect(jest.mocked(compare).mock.calls.filter(([, compared]) => compared === bcrypt)).toHaveLength(5);
    expect(await challengeOf(user, 'reset_password')).toMatchObject({ guesses: 200 });
    expect(outcome(await messaging.post(RESET_CONFIRM, { email: user.email, code, ...NEW }))).toEqual(
      wrongCode,
    );
    // The link is good all the same, once.
    const byLink = await Promise.all(
      Array.from({ length: 50 }, () => messaging.post(RESET_CONFIRM, { uid, token, ...NEW })),
    );
    expect(tally(byLink)).toEqual({ 204: 1, 400: 49 });
    for (const reply of byLink.filter(({ status }) => status !== 204))
      expect(outcome(reply)).toEqual(wrongToken);
    // A code is good once as well.
    const next = (await messaging.mailFor(RESET, user.email))!;
    const byCode = await Promise.all(
      Array.from({ length: 5 }, () =>
        messaging.post(RESET_CONFIRM, { email: user.email, code: next.code, new_password: 'third-word-1' }),
      ),
    );
    expect(tally(byCode)).toEqual({ 204: 1, 400: 4 });
    expect((await login(user.username, 'third-word-1')).status).toBe(200);
  });

  it.each([
    ['code', 600],
    ['link', 3600],
  ])('a %s is good until the second of its end', async (form, seconds) => {
    const confirmAfter = async (wait: number) => {
      const { email } = await messaging.signup();
      const { code, uid, token } = (await messaging.mailFor(RESET, email))!;
      messaging.advance(wait);
      const proof = form === 'code' ? { email, code } : { uid, token };
      return (await messaging.post(RESET_CONFIRM, { ...proof, ...NEW })).status;
    };
    expect([await confirmAfter(seconds - 1), await confirmAfter(seconds)]).toEqual([204, 400]);
  });

  it('a newer code replaces the older one, and older links stay good until one is used', async () => {
    const user = await messaging.signup();
    const first = (await messaging.mailFor(RESET, user.email))!;
    const second = (await messaging.mailFor(RESET, user.email))!;
    const confirm = async (proof: object) =>
      outcome(await messaging.post(RESET_CONFIRM, { ...proof, ...NEW }));
    expect(await confirm({ email: user.email, code: first.code })).toEqual(wrongCode);
    expect(await confirm({ uid: first.uid, token: first.token })).toEqual([204, '']);
    expect(await confirm({ uid: second.uid, token: second.token })).toEqual(wrongToken);
    expect(await confirm({ email: user.email, code: second.code })).toEqual(wrongCode);
  });

  type SignedUp = Awaited<ReturnType<Messaging['signup']>>;
  it.each<[string, number, (user: SignedUp) => Promise<unknown>]>([
    [
      'a change of the password',
      400,
      ({ token }) =>
        messaging.post(
          `${USERS}/set_password/`,
          { current_password: PASSWORD, new_password: 'changed-1' },
          { token },
        ),
    ],
    [
      'a change of the address',
      400,
      async (user) =>
        messaging.stored.updateUser(locatorOf(user), {
          expression: 'SET email = :email',
          values: { ':email': `x${user.email}` },
        }),
    ],
    ['the end of the user’s access', 400, deactivate],
    [
      'another user at the same place',
      400,
      async (user) =>
        messaging.stored.updateUser(locatorOf(user), { expression: 'SET id = :id', values: { ':id': 9999 } }),
    ],
    [
      'a new hash of the same password',
      204,
      async (user) => {
        const item = async () =>
          (await messaging.stored.all('users')).find(({ pk }) => pk === `USER#${locatorOf(user)}`)!;
        const old = await hash(PASSWORD, 4);
        const values = { ':hash': old };
        await messaging.stored.updateUser(locatorOf(user), {
          expression: 'SET passwordHash = :hash',
          values,
        });
        expect((await login(user.username)).status).toBe(200);
        expect((await item())['passwordHash']).not.toBe(old);
      },
    ],
    [
      'another name',
      204,
      ({ token, username }) =>
        messaging.post(
          `${USERS}/set_username/`,
          { current_password: PASSWORD, new_username: `${username}-new` },
          { token },
        ),
    ],
  ])('after %s every proof is answered with %i', async (_, status, change) => {
    const user = await messaging.signup();
    const reset = (await messaging.mailFor(RESET, user.email))!;
    const activation = (await messaging.mailFor(RESEND, user.email))!;
    const deletion = (await messaging.mailFor(REQUEST_DELETION, user.email))!;
    await change(user);
    const { email } = user;
    const proofs: [string, object][] = [
      [ACTIVATION, { email, code: activation.code }],
      [ACTIVATION, { uid: activation.uid, token: activation.token }],
      // The first of these is that which would spend the others, so each is tried alone where it would.
      ...(status === 204
        ? []
        : ([
            [RESET_CONFIRM, { email, code: reset.code }],
            [RESET_CONFIRM, { uid: reset.uid, token: reset.token }],
          ] as [string, object][])),
      [DELETION, { uid: deletion.uid, token: deletion.token }],
    ];
    const statuses = [];
    for (const [path, proof] of proofs)
      statuses.push((await messaging.post(path, { ...proof, ...NEW })).status);
    // The right activation a second time.
    expect(statuses).toEqual(status === 204 ? [204, 403, 204] : proofs.map(() => 400));
  });

  it('a secret opens nothing but what it was sent for, and is not spent by the attempt', async () => {
    const user = await messaging.signup();
    const reset = (await messaging.mailFor(RESET, user.email))!;
    const { uid, token } = reset;
    for (const path of [ACTIVATION, DELETION])
      expect(outcome(await messaging.post(path, { uid, token }))).toEqual(wrongToken);
    expect(outcome(await messaging.post(ACTIVATION, { email: user.email, code: reset.code }))).toEqual(
      wrongCode,
    );
    const stranger = await messaging.signup();
    const foreign = { uid: toUid(locatorOf(stranger)), token, ...NEW };
    expect(outcome(await messaging.post(RESET_CONFIRM, foreign))).toEqual(wrongToken);
    expect((await messaging.post(RESET_CONFIRM, { uid, token, ...NEW })).status).toBe(204);
  });

  it('a reset ends every session, and answers with no token', async () => {
    const user = await messaging.signup();
    const other = (await login(user.username)).body.token;
    const { code } = (await messaging.mailFor(RESET, user.email))!;
    const reply = await messaging.post(RESET_CONFIRM, { email: user.email, code, ...NEW });
    expect(outcome(reply)).toEqual([204, '']);
    for (const token of [user.token, other])
      expect((await messaging.post('/api/refresh-token/', {}, { token })).status).toBe(401);
  });

  it('51. A user can delete the account through the API; the user, sessions, e-mail marker, codes and lock counters are gone at once; what stays is listed.', async () => {
    const user = await messaging.signup();
    for (const path of [RESET, RESEND]) await messaging.mailFor(path, user.email);
    const { uid, token } = (await messaging.mailFor(REQUEST_DELETION, user.email))!;
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => messaging.post(DELETION, { uid, token })),
    );
    expect(tally(replies)).toEqual({ 204: 1, 400: 49 });
    for (const table of ['users', 'tokens'] as const)
      expect(JSON.stringify(await messaging.stored.all(table))).not.toContain(locatorOf(user));
    const left = await messaging.stored.all('outbox');
    expect(left.filter((item) => JSON.stringify(item).includes(user.email))).toEqual([
      expect.objectContaining({ purpose: 'account_deleted', to: user.email }),
    ]);
    expect(JSON.stringify(left)).not.toContain(locatorOf(user));
    await messaging.deliver();
    expect(messaging.mailbox.mails.at(-1)).toMatchObject({ purpose: 'account_deleted', to: user.email });
    expect(JSON.stringify(await messaging.stored.all('outbox'))).not.toContain(user.email);
  });

  /** Two requests in a minute, and how many mails there are then. */
  const mailsAfterTwo = async (email: string, request: number): Promise<number> => {
    const path = requests[request % 3]!;
    const replies = [await messaging.post(path, { email }), await messaging.post(path, { email })];
    expect(replies.map(({ status }) => status)).toEqual([204, 204]);
    await messaging.deliver();
    messaging.advance(60);
    return messaging.mailbox.mails.length;
  };

  it('57. Calls that cost money (bcrypt, mail) sit behind admission control.', async () => {
    const known = await messaging.signup();
    messaging.advance(86_400);
    messaging.mailbox.empty();
    for (const email of [known.email, 'nobody@example.com']) {
      const sent = [];
      for (let request = 0; request < 8; request += 1) sent.push(await mailsAfterTwo(email, request));
      expect(sent).toEqual(email === known.email ? [1, 2, 3, 4, 5, 5, 5, 5] : Array(8).fill(5));
    }
    // The source IP alone is told, before anything is looked up or hashed.
    for (const [path, body] of [
      [RESET, { email: known.email }],
      [RESET_CONFIRM, { email: known.email, code: '123456', ...NEW }],
    ] as const) {
      const from = { sourceIp: path === RESET ? '198.51.100.1' : '198.51.100.2' };
      const replies = await Promise.all(Array.from({ length: 301 }, () => messaging.post(path, body, from)));
      expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
      const { status, calls, comparisons } = await messaging.trace(path, body, from.sourceIp);
      expect({ status, calls, comparisons }).toEqual({
        status: 429,
        calls: ['UpdateItem RateLimits'],
        comparisons: 0,
      });
    }
  });

  it('48. Canary password, token and e-mail never appear in any log line, metric, trace or error body.', async () => {
    lines.release();
    lines = captureLines();
    const user = await messaging.signup({
      email: 'canary.mailbox@example.com',
      password: 'canary-password-1',
    });
    const secrets = ['canary', user.token, 'another-word'];
    const errors: string[] = [];
    const outboxes: object[] = [];
    const post = async (path: string, body: object) => {
      const reply = await messaging.post(path, body);
      if (reply.status >= 400) errors.push(reply.text);
      outboxes.push(...(await messaging.waiting()).map(({ email, to, ...item }) => item));
    };
    for (const [path, confirm] of [
      [RESET, RESET_CONFIRM],
      [RESEND, ACTIVATION],
      [REQUEST_DELETION, DELETION],
    ] as const) {
      messaging.advance(60);
      await post(path, { email: user.email });
      messaging.mailbox.refuse(() => 'AccountSuspendedException');
      await messaging.deliver();
      messaging.mailbox.refuse(() => undefined);
      messaging.decide((operation) => (operation === 'PutItem' ? 'error' : 'pass'));
      await messaging.deliver();
      messaging.decide(() => 'pass');
      await messaging.deliver();
      const { code, uid, token } = messaging.mailbox.mails.findLast((mail) => mail.token)!;
      secrets.push(token!, ...(code ? [code] : []), `${uid}`);
      const proof = { uid, token, ...NEW };
      messaging.decide((operation) => (operation === 'TransactWriteItems' ? 'error' : 'pass'));
      await post(confirm, proof);
      messaging.decide(() => 'pass');
      if (code) await post(confirm, { email: user.email, code: other(code), ...NEW });
      await post(confirm, { uid: 'canary', token, ...NEW });
      await post(confirm, { ...proof, token: [token] });
      await post(confirm, proof);
      await post(confirm, proof);
    }
    await messaging.deliver();
    expect(errors.length).toBeGreaterThan(10);
    const written = [lines.text(), ...errors, ...outboxes.map((item) => JSON.stringify(item))].join('\n');
    const failures = lines.all().filter(({ kind }) => kind === 'failure');
    for (const error of ['AccountSuspendedException', 'StoreUnavailableError'])
      expect(failures.map((failure) => failure['error'])).toContain(error);
    for (const secret of secrets) expect(written).not.toContain(secret);
    expect(written).not.toMatch(/\$2b\$/);
  });
});

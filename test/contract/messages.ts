/** Proof by a message: forgotten passwords, confirmed addresses, deletion without the app. */
import { setTimeout as pause } from 'node:timers/promises';
import { newPassword } from '../../cli/contract-target';
import { toUid } from '../../functions/shared/domain/challenge';
import { multipart } from './bodies';
import { type Account, type Contract, SMUGGLED, UNKNOWN_TOKEN } from './contract';
import {
  CONFIRM_DELETION,
  DASHBOARD,
  DONE,
  type ExpectedResponse,
  INVALID_TOKEN,
  invalid,
  LOGIN,
  LOGIN_FAILED,
  REQUIRED,
} from './responses';

const RESET = 'POST /api/auth/users/reset_password/';
const RESET_CONFIRM = 'POST /api/auth/users/reset_password_confirm/';
const ACTIVATION = 'POST /api/auth/users/activation/';
const RESEND = 'POST /api/auth/users/resend_activation/';
const REQUEST_DELETION = 'POST /api/auth/users/request_deletion/';
/** Of an address alone. */
const REQUESTS = [RESET, RESEND, REQUEST_DELETION];
/** With a link. */
const BY_LINK = [RESET_CONFIRM, ACTIVATION, CONFIRM_DELETION];
/** With an address and a code instead. */
const BY_CODE = [RESET_CONFIRM, ACTIVATION];

const NOT_NULL = 'This field may not be null.';
const NOT_BLANK = 'This field may not be blank.';
const NOT_TEXT = 'Not a valid string.';
const INVALID_EMAIL = 'Enter a valid email address.';
const WRONG_LINK = invalid({ token: ['Invalid token for given user.'] });
const WRONG_UID = invalid({ uid: ["Invalid user id or user doesn't exist."] });
const WRONG_CODE = invalid({ code: ['Invalid or expired code.'] });

/** A link that nobody was sent. */
const UNKNOWN_LINK = { uid: toUid(UNKNOWN_TOKEN.slice(0, 10)), token: UNKNOWN_TOKEN.slice(0, 32) };
const uidOf = ({ token }: { readonly token: string }): string => toUid(token.slice(0, 10));

/** The same message for every field of a body. */
const all = (message: string, ...fields: string[]): ExpectedResponse =>
  invalid(Object.fromEntries(fields.map((field) => [field, [message]])));
const each = (value: unknown, ...fields: string[]): object =>
  Object.fromEntries(fields.map((field) => [field, value]));
/** What a request needs besides its proof. */
const othersOf = (request: string): string[] => (request === RESET_CONFIRM ? ['new_password'] : []);

const types: Record<string, (fields: Record<string, string>) => unknown> = {
  'application/json': (fields) => ({ ...SMUGGLED, role: 'ADMIN', ...fields }),
  'application/x-www-form-urlencoded': (fields) => new URLSearchParams({ role: 'ADMIN', ...fields }),
  'multipart/form-data': (fields) => multipart({ role: 'ADMIN', ...fields }),
};

export function messages(api: Contract): void {
  const texts = [
    [undefined, REQUIRED],
    [null, NOT_NULL],
    ['', NOT_BLANK],
    ['  ', NOT_BLANK],
    [[], NOT_TEXT],
    [true, NOT_TEXT],
  ] as const;

  api.row('reset_password, resend_activation, request_deletion: no valid e-mail: 400', async () => {
    for (const request of REQUESTS) {
      for (const [value, message] of texts) {
        const expected = invalid({ email: [message === NOT_TEXT ? INVALID_EMAIL : message] });
        await api.expect(request, expected, { body: { email: value } });
      }
      await api.expect(request, invalid({ email: [INVALID_EMAIL] }), { body: { email: 'x' } });
    }
  });

  api.row(
    'reset_password, resend_activation, request_deletion: 204 without a body for any address, of each type of body; other members are ignored',
    async () => {
      // An address gets one message a minute, and the next rows need theirs.
      const { email } = await api.user('bob');
      for (const request of REQUESTS)
        for (const [type, encode] of Object.entries(types)) {
          const nobody = `${api.newName()}@example.com`;
          const isFirst = request === RESEND && type === 'application/json';
          for (const address of isFirst ? [nobody, email] : [nobody])
            await api.expect(request, DONE, { body: encode({ email: address }) });
        }
    },
  );

  api.row('neither a link nor a code: 400, uid and token are required', async () => {
    for (const request of BY_LINK) {
      const others = othersOf(request);
      const expected = all(REQUIRED, 'uid', 'token', ...others);
      await api.expect(request, expected, { body: {} });
      await api.expect(request, expected);
      // A part of one is completed; a link, if there are parts of both.
      const body = { uid: UNKNOWN_LINK.uid, code: '123456' };
      await api.expect(request, all(REQUIRED, 'token', ...others), { body });
    }
    for (const request of BY_CODE) {
      const others = othersOf(request);
      const code = { code: '123456' };
      await api.expect(request, all(REQUIRED, 'code', ...others), { body: { email: 'ada@example.com' } });
      await api.expect(request, all(REQUIRED, 'email', ...others), { body: code });
    }
    const email = { email: 'ada@example.com' };
    await api.expect(CONFIRM_DELETION, all(REQUIRED, 'uid', 'token'), { body: { ...email, code: '123456' } });
  });

  api.row('a link with fields null, blank or no text: 400, all bad fields at once', async () => {
    for (const [value, message] of texts.slice(1))
      for (const request of BY_LINK) {
        // Passwords are not trimmed.
        const others = value === '  ' ? [] : othersOf(request);
        const body = { new_password: newPassword(), ...each(value, 'uid', 'token', ...others) };
        await api.expect(request, all(message, 'uid', 'token', ...others), { body });
      }
    const long = 'Ensure this field has no more than 128 characters.';
    const body = { ...UNKNOWN_LINK, new_password: 'Aa1-'.repeat(33), re_new_password: null };
    await api.expect(RESET_CONFIRM, invalid({ new_password: [long], re_new_password: [NOT_NULL] }), { body });
  });

  api.row('a code with fields null, blank or no text: 400, all bad fields at once', async () => {
    for (const [value, message] of texts.slice(1))
      for (const request of BY_CODE) {
        const email = message === NOT_TEXT ? INVALID_EMAIL : message;
        const body = { new_password: newPassword(), ...each(value, 'email', 'code') };
        await api.expect(request, invalid({ email: [email], code: [message] }), { body });
      }
  });

  api.row('another type of body than JSON and forms: 415 Unsupported media type', async () => {
    const expected = { status: 415, body: { detail: 'Unsupported media type "text/plain" in request.' } };
    const call = { body: 'x', headers: { 'Content-Type': 'text/plain' } };
    for (const request of [...REQUESTS, ...BY_LINK]) await api.expect(request, expected, call);
  });

  api.row(
    'a wrong link: 400 Invalid token for given user., for a user as for nobody, of each type of body, with or without the slash',
    async () => {
      const ada = await api.user('ada');
      const new_password = newPassword();
      for (const request of BY_LINK) {
        for (const encode of Object.values(types))
          await api.expect(request, WRONG_LINK, { body: encode({ ...UNKNOWN_LINK, new_password }) });
        const body = { ...UNKNOWN_LINK, uid: uidOf(ada), new_password };
        await api.expect(request.slice(0, -1), WRONG_LINK, { body });
      }
    },
  );

  api.row('a uid that cannot be decoded: 400 Invalid user id', async () => {
    const { token } = UNKNOWN_LINK;
    for (const request of BY_LINK)
      for (const uid of ['x', 'MQ', '€€€€€€€', `${UNKNOWN_LINK.uid}=`])
        await api.expect(request, WRONG_UID, { body: { uid, token, new_password: newPassword() } });
  });

  api.row(
    'a wrong code, or none at all: 400 Invalid or expired code., for a user as for nobody',
    async () => {
      const { email } = await api.user('ada');
      const new_password = newPassword();
      for (const request of BY_CODE)
        for (const body of [
          { email, code: '000000' },
          { email, code: 'abc' },
          { email: `${api.newName()}@example.com`, code: '000000' },
        ])
          await api.expect(request, WRONG_CODE, { body: { ...body, new_password } });
    },
  );

  api.row(
    'reset_password_confirm: a weak new password, then two that differ, are told before the link or the code',
    async () => {
      const { email } = await api.user('ada');
      const minimum = api.target.passwordMinLength;
      const weak = invalid({
        new_password: [
          `This password is too short. It must contain at least ${minimum} characters.`,
          'This password is entirely numeric.',
        ],
      });
      const differ = invalid({ non_field_errors: ["The two password fields didn't match."] });
      for (const proof of [UNKNOWN_LINK, { email, code: '000000' }]) {
        const short = { ...proof, new_password: '8153729', re_new_password: 'x' };
        await api.expect(RESET_CONFIRM, weak, { body: short });
        const body = { ...proof, new_password: newPassword(), re_new_password: newPassword() };
        await api.expect(RESET_CONFIRM, differ, { body });
      }
    },
  );

  const unread = !api.target.readsMessages && 'the messages of this target cannot be read';

  api.row(
    'reset by code: a weak password and a wrong code use up nothing; then 204, the session ends, and only the new password logs in; the code is good once',
    async () => {
      const ida = await api.user('ida');
      const { code } = await requestMessage(api, RESET, ida);
      const new_password = ` ${newPassword()} `;
      const confirm = { email: ida.email.toUpperCase(), code, new_password };
      const numeric = invalid({ new_password: ['This password is entirely numeric.'] });
      const digits = '8153'.repeat(16);
      await api.expect(RESET_CONFIRM, numeric, { body: { ...confirm, new_password: digits } });
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      await api.expect(RESET_CONFIRM, WRONG_CODE, { body: { ...confirm, code: wrong } });
      await api.expect(ACTIVATION, WRONG_CODE, { body: confirm });
      // As people type it.
      const typed = `${code.slice(0, 3)} ${code.slice(3)}`;
      await api.expect(RESET_CONFIRM, DONE, { body: { ...confirm, code: typed } });
      await api.expect(DASHBOARD, INVALID_TOKEN, { token: ida.token });
      await api.expect(LOGIN, LOGIN_FAILED, { body: { username: ida.username, password: ida.password } });
      await api.login({ username: ida.username, password: new_password });
      await api.expect(RESET_CONFIRM, WRONG_CODE, { body: { ...confirm, new_password: newPassword() } });
    },
    unread,
  );

  api.row(
    'reset by link: it opens nothing else, and only once',
    async () => {
      const ada = await api.user('ada');
      const { uid, token } = await requestMessage(api, RESET, ada);
      const { uid: ofNobody } = UNKNOWN_LINK;
      const password = newPassword();
      const body = { uid, token, new_password: password };
      for (const request of [ACTIVATION, CONFIRM_DELETION]) await api.expect(request, WRONG_LINK, { body });
      await api.expect(RESET_CONFIRM, WRONG_LINK, { body: { ...body, uid: ofNobody } });
      const repeated = new URLSearchParams({ ...body, re_new_password: password });
      await api.expect(RESET_CONFIRM, DONE, { body: repeated });
      await api.expect(DASHBOARD, INVALID_TOKEN, { token: ada.token });
      await api.login({ username: ada.username, password });
      await api.expect(RESET_CONFIRM, WRONG_LINK, { body: { ...body, new_password: newPassword() } });
    },
    unread,
  );
}

/** Nobody stays behind: one leaves without the password. */
export function leavingByMessage(api: Contract): void {
  api.row(
    'deletion by link: 204; then the token is 401, and the link opens nothing more; the message has no code',
    async () => {
      const { email, token } = await api.signUp(api.newAccount());
      const message = await requestMessage(api, REQUEST_DELETION, { email });
      expect(message.code).toBeUndefined();
      const body = { uid: message.uid, token: message.token };
      await api.expect(CONFIRM_DELETION, DONE, { body });
      api.noteDeletion(token);
      await api.expect(DASHBOARD, INVALID_TOKEN, { token });
      await api.expect(CONFIRM_DELETION, WRONG_LINK, { body });
    },
    !api.target.readsMessages && 'the messages of this target cannot be read',
  );
}

interface Message {
  readonly uid: string;
  readonly token: string;
  readonly code: string;
}

/** Longer than a database is waited for that is asked for new messages once a second. */
const MOST_LOOKS = 100;

/** The latest message to an address that had none of the kind before. */
async function requestMessage(
  api: Contract,
  request: string,
  { email }: Pick<Account, 'email'>,
): Promise<Message> {
  const purpose = request === RESET ? 'reset_password' : 'deletion';
  await api.expect(request, DONE, { body: { email } });
  for (let look = 1; look <= MOST_LOOKS; look += 1) {
    const query = new URLSearchParams({ to: email, purpose });
    const message = (await api.send(`GET /_local/outbox/?${query}`)).body.messages.at(-1);
    if (message) return message;
    await pause(100);
  }
  throw new Error(`No message to ${email} came.`);
}

/** Invalid fields. Few of these requests cost a hash. */

import type { Contract } from './contract';
import { created, expectResponse, invalid, LOGIN, REQUIRED, SIGNUP } from './responses';

const NOT_NULL = 'This field may not be null.';
const NOT_BLANK = 'This field may not be blank.';
const NOT_TEXT = 'Not a valid string.';
const INVALID_EMAIL = 'Enter a valid email address.';
const INVALID_USERNAME =
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';
const NULS = 'Null characters are not allowed.';
const SURROGATES = 'Surrogate characters are not allowed: U+D800.';
const NUMERIC = 'This password is entirely numeric.';
const TAKEN_USERNAME = 'A user with that username already exists.';
const TAKEN_EMAIL = 'user with this email address already exists.';
const tooLong = (count: number): string => `Ensure this field has no more than ${count} characters.`;
const noChoice = (role: string): string => `"${role}" is not a valid choice.`;

type Messages = Readonly<Record<string, readonly string[]>>;
type Case = readonly [fields: object, messages: Messages];

/** Each value of the one field gets the same message. */
const each = (field: string, message: string, ...values: unknown[]): Case[] =>
  values.map((value) => [{ [field]: value }, { [field]: [message] }]);
const each3 = (message: string, ...values: unknown[]): Case[] =>
  ['username', 'email', 'password'].flatMap((field) => each(field, message, ...values));

/** Signups that are valid but for these fields. */
async function refuse(api: Contract, ...cases: Case[]): Promise<void> {
  for (const [fields, messages] of cases)
    await api.expect(SIGNUP, invalid(messages), { body: { ...api.newAccount(), ...fields } });
}

export function fields(api: Contract): void {
  const signup = (title: string, ...cases: Case[]) => api.row(title, () => refuse(api, ...cases));
  const login = (title: string, value: unknown, message: string) =>
    api.row(`login: ${title}`, () =>
      api.expect(LOGIN, invalid({ username: [message], password: [message] }), {
        body: { username: value, password: value },
      }),
    );

  signup('field missing: 400 This field is required.', ...each3(REQUIRED, undefined));
  signup('field null: 400 This field may not be null.', ...each3(NOT_NULL, null));
  signup(
    'field blank: 400 This field may not be blank.',
    ...each3(NOT_BLANK, ''),
    ...each('username', NOT_BLANK, '  '),
    ...each('email', NOT_BLANK, '  '),
  );
  signup('every bad field is listed at once', [
    { username: null, email: 'x', password: undefined, role: 'BOSS' },
    { username: [NOT_NULL], email: [INVALID_EMAIL], password: [REQUIRED], role: [noChoice('BOSS')] },
  ]);
  login('field missing', undefined, REQUIRED);
  login('field null', null, NOT_NULL);
  login('field blank', '', NOT_BLANK);
  login('a list where text is due', [], NOT_TEXT);
  const notTexts = [['x'], { $ne: '' }, true];
  signup(
    'list, object or boolean where text is due: 400 Not a valid string.; for email the e-mail message',
    ...each('username', NOT_TEXT, ...notTexts),
    ...each('email', INVALID_EMAIL, ...notTexts),
    ...each('password', NOT_TEXT, ...notTexts),
  );
  signup(
    'a number is taken as its text',
    [{ password: 1234567 }, { password: [tooShort(api), NUMERIC] }],
    ...each('email', INVALID_EMAIL, 5),
  );
  signup(
    'bad username: 400 Enter a valid username.',
    ...each('username', INVALID_USERNAME, 'two words', 'smile\u{1F600}', '<b>', 'a/b'),
  );
  signup(
    'too long: 400 (username 150, email 254, password 128)',
    ...each('username', tooLong(150), 'a'.repeat(151)),
    ...each('email', tooLong(254), `${'a'.repeat(243)}@example.com`),
    ...each('password', tooLong(128), 'Aa1-'.repeat(33)),
  );
  signup(
    'bad e-mail: 400 Enter a valid email address.',
    ...each('email', INVALID_EMAIL, 'x', 'a@b', 'a b@example.com', 'a@example..com', '@example.com'),
  );
  signup(
    'NUL in any text: 400 Null characters are not allowed.',
    ...each('username', NULS, 'a\0b'),
    ...each('password', NULS, 'long\0enough-for-a-password'),
  );
  signup(
    'lone surrogate in any text: 400 Surrogate characters are not allowed: U+D800.',
    ...each('username', SURROGATES, 'a\ud800b'),
    ...each('password', SURROGATES, 'long\ud800enough-for-a-password'),
  );
  signup(
    'role unknown, blank, or not open to signup: 400 is not a valid choice.',
    ...['BOSS', '', 'ADMIN'].flatMap((role) => each('role', noChoice(role), role)),
  );
}

const tooShort = ({ target }: Contract): string =>
  `This password is too short. It must contain at least ${target.passwordMinLength} characters.`;

export function passwords(api: Contract): void {
  const password = (title: string, values: readonly string[], ...messages: string[]) =>
    api.row(title, () =>
      refuse(api, ...values.map((value): Case => [{ password: value }, { password: messages }])),
    );

  password('password too short: 400', ['x7-Kq2w'], tooShort(api));
  password('password only digits: 400 This password is entirely numeric.', ['8153'.repeat(16)], NUMERIC);
  password('password too short and only digits: listed together', ['8153729'], tooShort(api), NUMERIC);

  // Long enough for any setting.
  const name = `${api.target.prefix}-`.padEnd(64, 'similar');
  const similar = (what: string) => ({ password: [`The password is too similar to the ${what}.`] });
  api.row('password like the username: 400', () =>
    refuse(api, [{ username: name, password: `${name}1` }, similar('username')]),
  );
  api.row('password like the e-mail: 400', () =>
    refuse(api, [{ email: `${name}@example.com`, password: `${name}1` }, similar('email address')]),
  );
}

export function taken(api: Contract): void {
  api.row('taken e-mail, in any case: 400 user with this email address already exists.', async () => {
    const { email } = await api.user('ada');
    await refuse(api, ...each('email', TAKEN_EMAIL, email.toUpperCase()));
  });

  api.row('taken username, in any case and Unicode form, and taken e-mail: both at once', async () => {
    const { username, email } = await api.user('ada');
    const wide = username.toUpperCase().replace('CONTRACT', 'ＣＯＮＴＲＡＣＴ');
    await refuse(api, [
      { username: wide, email },
      { username: [TAKEN_USERNAME], email: [TAKEN_EMAIL] },
    ]);
  });

  api.row(
    'of parallel signups for one name exactly one gets 201, the other: 400 A user with that username already exists.',
    async () => {
      const one = api.newAccount();
      const accounts = [one, { ...api.newAccount(), username: one.username.toUpperCase() }];
      const replies = await Promise.all(accounts.map((body) => api.sendOnce(SIGNUP, { body })));
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 400]);
      const loser = invalid({ username: [TAKEN_USERNAME] });
      for (const [at, account] of accounts.entries())
        expectResponse(SIGNUP, replies[at]!, replies[at]!.status === 201 ? created(account) : loser);
    },
  );
}

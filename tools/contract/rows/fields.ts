/** What is answered to fields that are not valid. None of these requests is charged or costs a hash. */
import type { Client } from '../client';
import type { Account } from '../ledger';
import { aText, type Pattern } from '../pattern';
import type { Row } from '../row';
import { INVALID_EMAIL, NOT_BLANK, NOT_NULL, NOT_TEXT, REQUIRED } from './answers';

const section = 'Status and messages';
const INVALID_USERNAME =
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';
const NULS = 'Null characters are not allowed.';
const SURROGATES = 'Surrogate characters are not allowed: U+D800.';
const tooLong = (count: number) => `Ensure this field has no more than ${count} characters.`;
const noChoice = (role: string) => `"${role}" is not a valid choice.`;

type Messages = Readonly<Record<string, readonly (string | Pattern)[]>>;

/** A signup that is valid but for these fields. */
async function expectMessages(client: Client, fields: object, messages: Messages): Promise<void> {
  const body = { ...client.ledger.newAccount(), ...fields };
  await client.expect({ method: 'POST', path: '/api/signup/', body }, { status: 400, body: messages });
}

const oneByOne = (title: string, cases: readonly (readonly [object, Messages])[]): Row => ({
  section,
  title,
  async play(client) {
    for (const [fields, messages] of cases) await expectMessages(client, fields, messages);
  },
});

/** For each field, what is answered to the same value. */
const toEach = (value: unknown, messages: Messages) =>
  Object.entries(messages).map(([name, list]) => [{ [name]: value }, { [name]: list }] as const);

const textFields = (message: string): Messages => ({
  username: [message],
  email: [message],
  password: [message],
});
const notText: Messages = { username: [NOT_TEXT], email: [INVALID_EMAIL], password: [NOT_TEXT] };

const login = (title: string, value: unknown, message: string): Row => ({
  section,
  title: `login: ${title}`,
  async play(client) {
    const body = { username: value, password: value };
    const messages = { username: [message], password: [message] };
    await client.expect(
      { method: 'POST', path: '/api/api-token-auth/', body },
      { status: 400, body: messages },
    );
  },
});

export const fields: readonly Row[] = [
  oneByOne('field missing: 400 This field is required.', toEach(undefined, textFields(REQUIRED))),
  oneByOne('field null: 400 This field may not be null.', toEach(null, textFields(NOT_NULL))),
  oneByOne('field blank: 400 This field may not be blank.', [
    ...toEach('', textFields(NOT_BLANK)),
    ...toEach('  ', { username: [NOT_BLANK], email: [NOT_BLANK] }),
  ]),
  oneByOne('every bad field is listed at once', [
    [
      { username: null, email: 'x', password: undefined, role: 'BOSS' },
      { username: [NOT_NULL], email: [INVALID_EMAIL], password: [REQUIRED], role: [noChoice('BOSS')] },
    ],
  ]),
  login('field missing', undefined, REQUIRED),
  login('field null', null, NOT_NULL),
  login('field blank', '', NOT_BLANK),
  login('a list where text is due', [], NOT_TEXT),
  oneByOne(
    'list, object or boolean where text is due: 400 Not a valid string.; for email the e-mail message',
    [...toEach(['x'], notText), ...toEach({ $ne: '' }, notText), ...toEach(true, notText)],
  ),
  {
    section,
    title: 'a number is taken as its text',
    async play(client) {
      await expectMessages(client, { password: 1234567 }, { password: [tooShort, NUMERIC] });
      await expectMessages(client, { email: 5 }, { email: [INVALID_EMAIL] });
    },
  },
  oneByOne(
    'bad username: 400 Enter a valid username.',
    ['two words', 'smile\u{1F600}', '<b>', 'a/b'].map((username) => [
      { username },
      { username: [INVALID_USERNAME] },
    ]),
  ),
  oneByOne('too long: 400 (username 150, email 254, password 128)', [
    [{ username: 'a'.repeat(151) }, { username: [tooLong(150)] }],
    [{ email: `${'a'.repeat(243)}@example.com` }, { email: [tooLong(254)] }],
    [{ password: 'Aa1-'.repeat(33) }, { password: [tooLong(128)] }],
  ]),
  oneByOne(
    'bad e-mail: 400 Enter a valid email address.',
    ['x', 'a@b', 'a b@example.com', 'a@example..com', '@example.com'].map((email) => [
      { email },
      { email: [INVALID_EMAIL] },
    ]),
  ),
  oneByOne('NUL in any text: 400 Null characters are not allowed.', [
    [{ username: 'a\0b' }, { username: [NULS] }],
    [{ password: 'long\0enough-for-a-password' }, { password: [NULS] }],
  ]),
  oneByOne('lone surrogate in any text: 400 Surrogate characters are not allowed: U+D800.', [
    [{ username: 'a\ud800b' }, { username: [SURROGATES] }],
    [{ password: 'long\ud800enough-for-a-password' }, { password: [SURROGATES] }],
  ]),
  oneByOne(
    'role unknown, blank, or not open to signup: 400 is not a valid choice.',
    ['BOSS', '', 'ADMIN'].map((role) => [{ role }, { role: [noChoice(role)] }]),
  ),
];

const NUMERIC = 'This password is entirely numeric.';
const tooShort = aText(
  'This password is too short. It must contain at least 8 characters. (or what passwordMinLength says)',
  /^This password is too short\. It must contain at least ([89]|[1-6]\d) characters\.$/,
);

/** Passwords that say the same as a name have 65 characters, so that they are long enough for any setting. */
const longName = ({ username }: Account): string => `${username}-`.padEnd(64, 'similar');

const similar = (title: string, fieldsOf: (account: Account) => object, message: string): Row => ({
  section,
  title,
  async play(client) {
    const body = fieldsOf(client.ledger.newAccount());
    await client.expect(
      { method: 'POST', path: '/api/signup/', body },
      { status: 400, body: { password: [message] } },
    );
  },
});

export const passwords: readonly Row[] = [
  oneByOne('password too short: 400', [[{ password: 'x7-Kq2w' }, { password: [tooShort] }]]),
  oneByOne('password only digits: 400 This password is entirely numeric.', [
    [{ password: '8153'.repeat(16) }, { password: [NUMERIC] }],
  ]),
  oneByOne('password too short and only digits: listed together', [
    [{ password: '8153729' }, { password: [tooShort, NUMERIC] }],
  ]),
  similar(
    'password like the username: 400',
    (account) => ({ ...account, username: longName(account), password: `${longName(account)}1` }),
    'The password is too similar to the username.',
  ),
  similar(
    'password like the e-mail: 400',
    (account) => ({
      ...account,
      email: `${longName(account)}@example.com`,
      password: `${longName(account)}1`,
    }),
    'The password is too similar to the email address.',
  ),
  oneByOne('password over 72 bytes of UTF-8: 400, it is never cut silently', [
    [
      { password: 'Aa1-'.repeat(18).concat('!') },
      { password: ['Ensure this password has no more than 72 bytes.'] },
    ],
    [{ password: '\u{1F512}'.repeat(19) }, { password: ['Ensure this password has no more than 72 bytes.'] }],
  ]),
];

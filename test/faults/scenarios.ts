/** Every way in which a request calls the database: what there is before it, its right answer, and what there is after it. */
import { type EndpointName, routes } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { digestToken } from '../../functions/shared/domain/token';
import type { Reply, Request } from '../support/backend';
import { type Account, PASSWORD, type Setting, sessionName } from './accounts';

/** `issued` is the token that the right answer brought, or a login afterwards. */
export type TokenName = keyof Account['tokens'] | 'issued';
type Expected = Pick<Reply, 'status' | 'body'>;

export interface Scenario {
  readonly endpoint: EndpointName;
  readonly when?: string;
  readonly setting?: Setting;
  readonly token?: keyof Account['tokens'];
  readonly body?: (account: Account) => object;
  readonly query?: string;
  /** The right answer, which any request gets whose calls all succeed in the end. */
  readonly right: (account: Account) => Expected;
  /** The write that does what is asked for. */
  readonly deed?: string;
  /** The right answer to a repetition of a request that was done although its answer was lost; absent: the same. */
  readonly repeated?: (account: Account) => Expected;
  /** Calls without which the answer is still right. */
  readonly dispensable?: readonly string[];
  /** Calls that take no time of their own in the function's: made at the same time as others, or in time that a decision has anyway. */
  readonly beside?: readonly string[];
  /** Whether the account may have to wait after an attempt that came to nothing. */
  readonly mayWait?: boolean;
  /** Whether what it is answered counts as an attempt to guess a password. */
  readonly isCounted?: boolean;
  /** The tokens that open their sessions before the request and after it. */
  readonly live: { readonly before: readonly TokenName[]; readonly after: readonly TokenName[] };
}

export function requestOf({ endpoint, token, body, query = '' }: Scenario, account: Account): Request {
  const {
    methods: [method],
    path,
  }: Route = routes[endpoint];
  return {
    method,
    path: `${path.replace('{id}', sessionName(account.tokens.other.session))}/${query}`,
    token: token && account.tokens[token].text,
    body: body?.(account),
  };
}

const hex = (digits: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const always = (status: number, body?: object) => (): Expected => ({ status, body });
const invalidToken = always(401, { detail: 'Invalid token.' });
const greeting = always(200, { message: 'Welcome to the Clerk Dashboard!' });
const both = { before: ['original', 'other'], after: ['original', 'other'] } as const;
const refreshedOnce = ({ tokens }: Account) => ({
  tokenDigest: digestToken(tokens.successor),
  refreshCount: 1,
});

/** Of a logout of all sessions, once they are over: there is time for them only if the calls before were quick. */
const deletion = ['Query Tokens', 'DeleteItem Tokens', 'DeleteItem Tokens 2'].map(
  (call) => `logout-all: ${call}`,
);

/** Of a login, beside its rate limits and its write of the session. */
const reads = ['login: GetItem Users', 'login: GetItem Users 2', 'login: Query Tokens'];

/** Of a login whose session is stored. */
const tidying = ['login: UpdateItem Users', 'login: Query Tokens', 'login: DeleteItem Tokens'];

/** Made at the same time as the first attempt is counted. */
const besideAttempt = (endpoint: string) => [
  `${endpoint}: UpdateItem RateLimits 2`,
  `${endpoint}: GetItem Users`,
];
const wrongPassword = always(400, { current_password: ['Invalid password.'] });
const profile =
  (prefix = '') =>
  ({ username, email, userId }: Account): Expected => ({
    status: 200,
    body: { id: userId, username, email: prefix + email, role: 'CLERK' },
  });

const NEW_PASSWORD = 'another horse 8';
const wrongLink = always(400, { token: ['Invalid token for given user.'] });
const wrongCode = always(400, { code: ['Invalid or expired code.'] });
const byLink = ({ secrets: { uid, token } }: Account) => ({ uid, token });
const byCode = ({ email, secrets: { code } }: Account) => ({ email, code });

/** Of a request for a message. */
const messageRequest = (endpoint: EndpointName): Scenario => ({
  endpoint,
  body: ({ email }) => ({ email }),
  right: always(204),
  deed: `${endpoint}: UpdateItem Outbox`,
  live: both,
});

/** Of a deletion, once the user is gone. */
const removalBy = (endpoint: EndpointName, firstCounter: number): string[] =>
  [
    'Query Tokens',
    'DeleteItem Tokens',
    'DeleteItem Tokens 2',
    `DeleteItem RateLimits ${firstCounter}`,
    `DeleteItem RateLimits ${firstCounter + 1}`,
  ].map((call) => `${endpoint}: ${call}`);
const removal = removalBy('delete-me', 3);

export const scenarios: readonly Scenario[] = [
  {
    endpoint: 'signup',
    setting: { isSignedUp: false },
    body: ({ username, email }) => ({ username, email, password: PASSWORD }),
    right: ({ username, email }) => ({
      status: 201,
      body: { user: { id: expect.any(Number), username, email, role: 'CLERK' }, token: hex(40) },
    }),
    deed: 'signup: TransactWriteItems Users',
    repeated: always(400, {
      username: ['A user with that username already exists.'],
      email: ['user with this email address already exists.'],
    }),
    live: { before: [], after: ['issued'] },
  },
  {
    endpoint: 'login',
    when: 'after failures, with one session too many, and a weak hash',
    setting: { olderSessions: 3, failedLogins: 5 },
    body: ({ username }) => ({ username, password: PASSWORD }),
    right: () => ({ status: 200, body: { token: hex(40) } }),
    deed: 'login: PutItem Tokens',
    // The last call of the rate limits is the reset.
    dispensable: ['login: UpdateItem RateLimits 4', ...tidying],
    beside: ['login: UpdateItem RateLimits 4', 'login: UpdateItem Users', ...reads],
    mayWait: true,
    live: { before: ['original', 'other'], after: ['original', 'other', 'issued'] },
  },
  {
    endpoint: 'login',
    when: 'in the lane of its network, after failures there',
    setting: { failedInLane: 5 },
    body: ({ username }) => ({ username, password: PASSWORD }),
    right: () => ({ status: 200, body: { token: hex(40) } }),
    deed: 'login: PutItem Tokens',
    // The last two are the resets of account and lane.
    dispensable: ['login: UpdateItem RateLimits 5', 'login: UpdateItem RateLimits 6', ...tidying],
    // The account is asked in an earlier attempt at the decision, whose time is in its patience.
    beside: [
      'login: UpdateItem RateLimits 2',
      'login: UpdateItem RateLimits 5',
      'login: UpdateItem RateLimits 6',
      'login: UpdateItem Users',
      ...reads,
    ],
    mayWait: true,
    live: { before: ['original', 'other'], after: ['original', 'other', 'issued'] },
  },
  {
    endpoint: 'login',
    when: 'with a wrong password',
    body: ({ username }) => ({ username, password: 'wrong horse 7' }),
    beside: reads,
    right: always(400, { non_field_errors: ['Unable to log in with provided credentials.'] }),
    isCounted: true,
    live: { before: both.before, after: ['original', 'other', 'issued'] },
  },
  { endpoint: 'dashboard', token: 'original', right: greeting, live: both },
  {
    endpoint: 'dashboard',
    when: 'with a refreshed token for the first time',
    setting: { session: refreshedOnce },
    token: 'successor',
    right: greeting,
    dispensable: ['authorizer: UpdateItem Tokens'],
    live: { before: ['successor', 'other'], after: ['successor', 'other'] },
  },
  {
    endpoint: 'dashboard',
    when: 'with the token of a session that was ended with all others',
    setting: { sessionGeneration: 1, session: () => ({ sessionGeneration: 0 }) },
    token: 'original',
    right: invalidToken,
    live: { before: ['other'], after: ['other'] },
  },
  {
    endpoint: 'refresh',
    token: 'original',
    right: ({ tokens }) => ({ status: 200, body: { token: tokens.successor.text } }),
    deed: 'refresh: UpdateItem Tokens',
    live: { before: ['original', 'other'], after: ['successor', 'issued', 'other'] },
  },
  {
    endpoint: 'refresh',
    when: 'with a token that was refreshed away long ago',
    setting: {
      session: (account, now) => ({
        ...refreshedOnce(account),
        refreshedAt: now - 200,
        successorUsedAt: now - 100,
      }),
    },
    token: 'original',
    right: invalidToken,
    deed: 'authorizer: DeleteItem Tokens',
    live: { before: ['successor', 'other'], after: ['other'] },
  },
  {
    endpoint: 'logout',
    token: 'original',
    right: always(200, { message: 'Successfully logged out.' }),
    deed: 'logout: DeleteItem Tokens',
    repeated: invalidToken,
    live: { before: ['original', 'other'], after: ['other'] },
  },
  {
    endpoint: 'logout-all',
    token: 'original',
    right: always(204),
    deed: 'logout-all: UpdateItem Users',
    dispensable: deletion,
    beside: deletion,
    repeated: invalidToken,
    live: { before: ['original', 'other'], after: [] },
  },
  {
    endpoint: 'logout-all',
    when: 'of all others',
    token: 'original',
    query: '?keep=current',
    right: always(204),
    deed: 'logout-all: TransactWriteItems Users',
    dispensable: deletion,
    beside: deletion,
    live: { before: ['original', 'other'], after: ['original'] },
  },
  {
    endpoint: 'sessions',
    token: 'original',
    right: ({ tokens }) => ({
      status: 200,
      body: [
        expect.objectContaining({ id: sessionName(tokens.other.session), current: false }),
        expect.objectContaining({ id: sessionName(tokens.original.session), current: true }),
      ],
    }),
    live: both,
  },
  {
    endpoint: 'end-session',
    token: 'original',
    right: always(204),
    deed: 'end-session: DeleteItem Tokens',
    repeated: always(404, { detail: 'Not found.' }),
    live: { before: ['original', 'other'], after: ['original'] },
  },
  {
    endpoint: 'set-password',
    token: 'original',
    body: () => ({ current_password: PASSWORD, new_password: 'another horse 8' }),
    right: always(204),
    deed: 'set-password: TransactWriteItems Users',
    dispensable: ['set-password: DeleteItem RateLimits'],
    beside: [...besideAttempt('set-password'), 'set-password: DeleteItem RateLimits'],
    repeated: wrongPassword,
    mayWait: true,
    live: { before: ['original', 'other'], after: ['original'] },
  },
  {
    endpoint: 'set-username',
    token: 'original',
    body: ({ username }) => ({ current_password: PASSWORD, new_username: `${username}-new` }),
    right: always(204),
    deed: 'set-username: TransactWriteItems Users',
    dispensable: ['set-username: DeleteItem RateLimits', 'set-username: DeleteItem RateLimits 2'],
    beside: [
      ...besideAttempt('set-username'),
      'set-username: DeleteItem RateLimits',
      'set-username: DeleteItem RateLimits 2',
    ],
    mayWait: true,
    live: both,
  },
  { endpoint: 'me', token: 'original', right: profile(), live: both },
  {
    endpoint: 'update-me',
    token: 'original',
    body: ({ email }) => ({ current_password: PASSWORD, email: `new-${email}` }),
    right: profile('new-'),
    deed: 'update-me: TransactWriteItems Users',
    dispensable: ['update-me: DeleteItem RateLimits'],
    beside: [...besideAttempt('update-me'), 'update-me: DeleteItem RateLimits'],
    mayWait: true,
    live: both,
  },
  {
    endpoint: 'delete-me',
    token: 'original',
    body: () => ({ current_password: PASSWORD }),
    right: always(204),
    deed: 'delete-me: TransactWriteItems Users',
    // The counter of the account goes first: without that, nobody is deleted.
    dispensable: ['delete-me: DeleteItem RateLimits 2', ...removal],
    beside: [...besideAttempt('delete-me'), 'delete-me: DeleteItem RateLimits 2', ...removal],
    repeated: always(401, { detail: 'User inactive or deleted.' }),
    mayWait: true,
    live: { before: ['original', 'other'], after: [] },
  },
  {
    endpoint: 'export-me',
    token: 'original',
    right: ({ username, email, userId }) => ({
      status: 200,
      body: expect.objectContaining({
        user: expect.objectContaining({ id: userId, username, email }),
        sessions: [expect.any(Object), expect.any(Object)],
      }),
    }),
    // Where challenges may be is read at once.
    beside: ['export-me: GetItem Users', 'export-me: GetItem Outbox 2', 'export-me: GetItem Outbox 3'],
    live: both,
  },
  messageRequest('reset-password'),
  {
    endpoint: 'reset-password-confirm',
    when: 'by code, after failures',
    setting: { challenge: 'reset_password', failedLogins: 5 },
    body: (account) => ({ ...byCode(account), new_password: NEW_PASSWORD }),
    right: always(204),
    deed: 'reset-password-confirm: TransactWriteItems Users',
    dispensable: ['reset-password-confirm: DeleteItem RateLimits'],
    beside: ['reset-password-confirm: DeleteItem RateLimits'],
    repeated: wrongCode,
    live: { before: ['original', 'other'], after: [] },
  },
  {
    endpoint: 'reset-password-confirm',
    when: 'by link',
    setting: { challenge: 'reset_password' },
    body: (account) => ({ ...byLink(account), new_password: NEW_PASSWORD }),
    right: always(204),
    deed: 'reset-password-confirm: TransactWriteItems Users',
    dispensable: ['reset-password-confirm: DeleteItem RateLimits'],
    beside: ['reset-password-confirm: DeleteItem RateLimits'],
    repeated: wrongLink,
    live: { before: ['original', 'other'], after: [] },
  },
  {
    endpoint: 'activation',
    when: 'by code',
    setting: { challenge: 'activation', isUnverified: true },
    body: byCode,
    right: always(204),
    deed: 'activation: TransactWriteItems Users',
    repeated: wrongCode,
    live: both,
  },
  {
    endpoint: 'activation',
    when: 'of a new address, by link',
    setting: { challenge: 'activation', pendingEmail: ({ email }) => `new-${email}` },
    body: byLink,
    right: always(204),
    deed: 'activation: TransactWriteItems Users',
    repeated: always(403, { detail: 'Stale token for given user.' }),
    live: both,
  },
  messageRequest('resend-activation'),
  messageRequest('request-deletion'),
  {
    endpoint: 'confirm-deletion',
    setting: { challenge: 'deletion' },
    body: byLink,
    right: always(204),
    deed: 'confirm-deletion: TransactWriteItems Users',
    // The counter of the account goes first: without that, nobody is deleted.
    dispensable: removalBy('confirm-deletion', 2),
    beside: removalBy('confirm-deletion', 2),
    repeated: wrongLink,
    live: { before: ['original', 'other'], after: [] },
  },
];

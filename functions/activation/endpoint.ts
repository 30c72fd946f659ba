import type { EndpointDefinition, Route } from '../shared/definition';
import { detail, type EndpointDescription } from '../shared/description';
import { code, email, linkToken, uid } from '../shared/http/fields';
import {
  ANY_EMAIL,
  ANY_USER,
  announceChange,
  answerChallenge,
  countAttempts,
  readAccount,
  readChallenge,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/activation',
  access: 'public',
  passwordHashes: 1,
  summary: 'Confirms an e-mail address',
} as const satisfies Route;

export const endpoint = {
  body: { uid, token: linkToken },
  codeBody: { email, code },
  settings: [
    'CORS_ORIGINS',
    'METRICS_NAMESPACE',
    'ADDRESS_WINDOW_SECONDS',
    'LOGINS_PER_ADDRESS',
    'BCRYPT_COST',
    'NOTICES',
    'EVENTS',
  ],
  tables: {
    users: [
      readAccount,
      {
        write: ['UpdateItem'],
        attributes: [
          ...['id', 'username', 'email', 'ownsEmail', 'emailVerified', 'pendingEmail'],
          'passwordVersion',
        ],
        partitionKeys: [ANY_USER],
      },
      { write: ['PutItem', 'DeleteItem'], attributes: ['locator'], partitionKeys: [ANY_EMAIL] },
    ],
    rateLimits: [countAttempts],
    outbox: [readChallenge, answerChallenge, announceChange, answerChallenge],
  },
  // After a signup.
  steps: [
    ['UpdateItem rateLimits'],
    ['UpdateItem outbox'],
    ['GetItem users'],
    ['TransactWriteItems users 2'],
  ],
  events: 1,
  // The transaction, and the read of what stopped it.
  slowest: { calls: 5, decisions: 1 },
  memory: 1024,
  cpuSeconds: 3,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Messages',
  responses: {
    204: { description: 'The address is confirmed.' },
    403: {
      description: 'The link was used before.',
      schema: detail,
      example: { detail: 'Stale token for given user.' },
    },
  },
} as const satisfies EndpointDescription;

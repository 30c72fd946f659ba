import type { EndpointDefinition, Route } from '../shared/definition';
import type { EndpointDescription } from '../shared/description';
import { code, email, linkToken, password, repeatedPassword, uid } from '../shared/http/fields';
import {
  ANY_USER,
  announceChange,
  answerChallenge,
  countAttempts,
  readAccount,
  readChallenge,
  removeAccountCounters,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/reset_password_confirm',
  access: 'public',
  passwordHashes: 2,
  summary: 'Sets a new password',
} as const satisfies Route;

export const endpoint = {
  body: { uid, token: linkToken, new_password: password, re_new_password: repeatedPassword },
  codeBody: { email, code, new_password: password, re_new_password: repeatedPassword },
  settings: [
    'CORS_ORIGINS',
    'METRICS_NAMESPACE',
    'ADDRESS_WINDOW_SECONDS',
    'LOGINS_PER_ADDRESS',
    'PASSWORD_BLOCKLIST',
    'PASSWORD_MIN_LENGTH',
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
          ...['id', 'email', 'isActive', 'emailVerified'],
          ...['passwordHash', 'passwordVersion', 'sessionGeneration'],
        ],
        partitionKeys: [ANY_USER],
      },
    ],
    rateLimits: [countAttempts, removeAccountCounters],
    outbox: [readChallenge, answerChallenge, announceChange, answerChallenge],
  },
  // By code; by link it is a call less. Of a user who signed in from one network.
  steps: [
    ['UpdateItem rateLimits'],
    ['GetItem users'],
    ['UpdateItem outbox'],
    ['GetItem users'],
    ['TransactWriteItems users 2'],
    ['DeleteItem rateLimits'],
    ['DeleteItem rateLimits'],
  ],
  events: 1,
  // The transaction is tried again. What takes long is not followed by forgetting.
  slowest: { calls: 5, decisions: 1 },
  // Two hashes at the highest cost: one compared, one made.
  memory: 1024,
  cpuSeconds: 6,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Messages',
  responses: {
    204: { description: 'The new password holds, and all sessions have ended.' },
  },
} as const satisfies EndpointDescription;

import type { EndpointDefinition, Route } from '../shared/definition';
import { tablesToDelete } from '../shared/deletion-definition';
import type { EndpointDescription } from '../shared/description';
import { linkToken, uid } from '../shared/http/fields';
import { readAccount, readChallenge } from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/confirm_deletion',
  access: 'public',
  summary: 'Deletes the user whom the message was for',
} as const satisfies Route;

export const endpoint = {
  body: { uid, token: linkToken },
  settings: [
    'CORS_ORIGINS',
    'METRICS_NAMESPACE',
    'ADDRESS_WINDOW_SECONDS',
    'LOGINS_PER_ADDRESS',
    'NOTICES',
    'EVENTS',
  ],
  tables: /* @__PURE__ */ tablesToDelete(readAccount, readChallenge),
  // Of a user with one session.
  steps: [
    ['UpdateItem rateLimits'],
    ['GetItem users'],
    ['GetItem outbox'],
    ['DeleteItem rateLimits'],
    ['TransactWriteItems users 9'],
    ['Query tokens'],
    ['DeleteItem tokens', 'DeleteItem rateLimits'],
  ],
  events: 1,
  // To the end of a counter; the transaction and the read of what stopped it, within a decision. What takes long is not followed by tidying.
  slowest: { calls: 6, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Messages',
  responses: {
    204: { description: 'The user and all sessions are gone.' },
  },
} as const satisfies EndpointDescription;

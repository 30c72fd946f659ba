import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, exampleToken, token } from '../shared/description';
import { existingPassword, existingUsername } from '../shared/http/fields';
import { settingsToCheckPassword } from '../shared/password-check-definition';
import { ANY_USER, countAttempts, sessionAttributes } from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/api-token-auth',
  access: 'public',
  passwordHashes: 1,
  summary: 'Signs in on one more device',
} as const satisfies Route;

export const endpoint = {
  body: { username: existingUsername, password: existingPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword(
    'TOKEN_LIFETIME_SECONDS',
    'SESSION_LIFETIME_SECONDS',
    'SESSIONS_PER_USER',
    'EMAIL_VERIFICATION',
  ),
  tables: {
    users: [
      { read: ['GetItem'] },
      { write: ['UpdateItem'], attributes: ['passwordHash'], partitionKeys: [ANY_USER] },
    ],
    tokens: [
      { read: ['Query'] },
      { write: ['PutItem'], attributes: sessionAttributes },
      { write: ['DeleteItem'], attributes: ['id'] },
    ],
    rateLimits: [countAttempts],
  },
  steps: [
    ['UpdateItem rateLimits', 'GetItem users'],
    ['UpdateItem rateLimits', 'GetItem users'],
    ['PutItem tokens', 'UpdateItem rateLimits', 'Query tokens'],
  ],
  events: 1,
  // Source IP; account, twice if its wait is over; the sessions; one that is deleted.
  slowest: { calls: 5, decisions: 3 },
  // A hash from Django at the limits compared, argon2 in 256 MiB and 3.3 seconds, and one of ours made at the highest cost.
  memory: 1769,
  cpuSeconds: 6,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  responses: {
    200: {
      description: 'The token of a new session.',
      schema: token,
      example: { token: exampleToken },
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

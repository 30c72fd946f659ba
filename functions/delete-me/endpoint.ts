import type { EndpointDefinition, Route } from '../shared/definition';
import { existingPassword } from '../shared/http/fields';
import {
  readUser,
  settingsToCheckPassword,
  stepsToReauthenticate,
} from '../shared/password-check-definition';
import {
  ANY_DELETED_USER,
  ANY_EMAIL,
  ANY_ID,
  ANY_USER,
  ANY_USERNAME,
  countAttempts,
  removeAccountCounters,
} from '../shared/store/schema';

export const route = {
  methods: ['DELETE'],
  path: '/api/auth/users/me',
  access: 'authenticated',
  passwordHashes: 1,
  summary: 'Deletes the user',
} as const satisfies Route;

export const endpoint = {
  body: { current_password: existingPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword(),
  tables: {
    users: [
      readUser,
      // One grant, in case IAM looks at all deletions of a transaction together.
      {
        write: ['DeleteItem'],
        attributes: ['id', 'username', 'email', 'passwordVersion', 'locator'],
        partitionKeys: [ANY_USER, ANY_USERNAME, ANY_EMAIL, ANY_ID],
      },
    ],
    tokens: [{ read: ['Query'] }, { write: ['DeleteItem'], attributes: ['id'] }],
    rateLimits: [countAttempts, removeAccountCounters],
    outbox: [{ write: ['PutItem'], attributes: ['expiresAt'], partitionKeys: [ANY_DELETED_USER] }],
  },
  statuses: [204],
  // Of a user with one session, who never waited for a password.
  steps: /* @__PURE__ */ stepsToReauthenticate(
    ['DeleteItem rateLimits'],
    ['TransactWriteItems users 5'],
    ['Query tokens'],
    ['DeleteItem tokens', 'DeleteItem rateLimits'],
  ),
  events: 1,
  // The attempt, within a decision; the end of a counter; the transaction and the read of what stopped it, within another. What takes long
  // is not followed by tidying.
  slowest: { calls: 4, decisions: 2 },
  memory: 1769,
  cpuSeconds: 2,
} as const satisfies EndpointDefinition;

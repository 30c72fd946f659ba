import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY } from '../shared/description';
import { existingPassword, username } from '../shared/http/fields';
import {
  readUser,
  settingsToCheckPassword,
  stepsToReauthenticate,
} from '../shared/password-check-definition';
import {
  ANY_USER,
  ANY_USERNAME,
  announceChange,
  countAttempts,
  removeAccountCounters,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/set_username',
  access: 'authenticated',
  passwordHashes: 1,
  summary: 'Changes the username',
} as const satisfies Route;

export const endpoint = {
  body: { new_username: username, current_password: existingPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword('NOTICES', 'EVENTS'),
  tables: {
    users: [
      readUser,
      {
        write: ['UpdateItem'],
        attributes: ['id', 'username', 'email', 'pendingEmail', 'passwordVersion'],
        partitionKeys: [ANY_USER],
      },
      { write: ['PutItem', 'DeleteItem'], attributes: ['locator'], partitionKeys: [ANY_USERNAME] },
    ],
    rateLimits: [countAttempts, removeAccountCounters],
    outbox: [announceChange],
  },
  // Of a user who signed in from one network.
  steps: /* @__PURE__ */ stepsToReauthenticate(
    ['TransactWriteItems users 3'],
    ['DeleteItem rateLimits'],
    ['DeleteItem rateLimits'],
  ),
  events: 1,
  // The attempt, within a decision; the transaction and the read of what stopped it, within another. What takes long is not followed by
  // forgetting.
  slowest: { calls: 3, decisions: 2 },
  memory: 1769,
  cpuSeconds: 5,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  responses: {
    204: { description: 'The new username holds, and all sessions go on.', headers: EXPIRY },
  },
} as const satisfies EndpointDescription;

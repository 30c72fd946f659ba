import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY } from '../shared/description';
import { existingPassword, password, repeatedPassword } from '../shared/http/fields';
import {
  readUser,
  settingsToCheckPassword,
  stepsToReauthenticate,
} from '../shared/password-check-definition';
import {
  ANY_USER,
  announceChange,
  authenticationAttributes,
  countAttempts,
  removeCounters,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/set_password',
  access: 'authenticated',
  passwordHashes: 2,
  summary: 'Changes the password and ends all other sessions',
} as const satisfies Route;

export const endpoint = {
  body: { current_password: existingPassword, new_password: password, re_new_password: repeatedPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword(
    'PASSWORD_BLOCKLIST',
    'PASSWORD_MIN_LENGTH',
    'NOTICES',
    'EVENTS',
  ),
  tables: {
    users: [
      readUser,
      { read: ['BatchGetItem'], attributes: authenticationAttributes },
      {
        write: ['UpdateItem'],
        attributes: ['id', 'sessionGeneration', 'passwordHash', 'passwordVersion'],
        partitionKeys: [ANY_USER],
      },
    ],
    tokens: [{ read: ['BatchGetItem'] }, { write: ['UpdateItem'], attributes: ['id', 'sessionGeneration'] }],
    rateLimits: [countAttempts, removeCounters],
    outbox: [announceChange],
  },
  steps: /* @__PURE__ */ stepsToReauthenticate(['TransactWriteItems users 2']),
  events: 1,
  // The attempt, within a decision; the transaction and the read of what stopped it, within another.
  slowest: { calls: 3, decisions: 2 },
  // As at login: the hash may be one from Django.
  memory: 1769,
  cpuSeconds: 5,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  responses: {
    204: { description: 'The new password holds, and this session goes on.', headers: EXPIRY },
  },
} as const satisfies EndpointDescription;

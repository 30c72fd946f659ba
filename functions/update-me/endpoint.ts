import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, exampleUser, profile } from '../shared/description';
import { email, existingPassword } from '../shared/http/fields';
import {
  readUser,
  settingsToCheckPassword,
  stepsToReauthenticate,
} from '../shared/password-check-definition';
import { ANY_EMAIL, ANY_USER, announceChange, countAttempts, removeCounters } from '../shared/store/schema';

export const route = {
  methods: ['PUT', 'PATCH'],
  path: '/api/auth/users/me',
  access: 'authenticated',
  passwordHashes: 1,
  summary: 'Changes the e-mail address',
} as const satisfies Route;

export const endpoint = {
  body: { email, current_password: existingPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword('EMAIL_VERIFICATION', 'NOTICES', 'EVENTS'),
  tables: {
    users: [
      readUser,
      {
        write: ['UpdateItem'],
        attributes: ['id', 'username', 'email', 'ownsEmail', 'pendingEmail', 'passwordVersion'],
        partitionKeys: [ANY_USER],
      },
      { write: ['PutItem', 'DeleteItem'], attributes: ['locator'], partitionKeys: [ANY_EMAIL] },
    ],
    rateLimits: [countAttempts, removeCounters],
    outbox: [announceChange],
  },
  steps: /* @__PURE__ */ stepsToReauthenticate(['TransactWriteItems users 3']),
  events: 1,
  // The attempt, within a decision; whether the address is taken; the transaction and the read of what stopped it, within another.
  slowest: { calls: 4, decisions: 2 },
  memory: 1769,
  cpuSeconds: 3,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  notes:
    '`PATCH` without `email` changes nothing. Where the deployment verifies addresses, the present one holds until the new one is confirmed.',
  responses: {
    200: { description: 'The user.', schema: profile, example: exampleUser, headers: EXPIRY },
  },
} as const satisfies EndpointDescription;

import type { EndpointDefinition, Route } from '../shared/definition';
import { tablesToDelete } from '../shared/deletion-definition';
import type { EndpointDescription } from '../shared/description';
import { existingPassword } from '../shared/http/fields';
import {
  readUser,
  settingsToCheckPassword,
  stepsToReauthenticate,
} from '../shared/password-check-definition';

export const route = {
  methods: ['DELETE'],
  path: '/api/auth/users/me',
  access: 'authenticated',
  passwordHashes: 1,
  summary: 'Deletes the user',
} as const satisfies Route;

export const endpoint = {
  body: { current_password: existingPassword },
  settings: /* @__PURE__ */ settingsToCheckPassword('NOTICES', 'EVENTS'),
  tables: /* @__PURE__ */ tablesToDelete(readUser),
  // Of a user with one session, who never waited for a password.
  steps: /* @__PURE__ */ stepsToReauthenticate(
    ['DeleteItem rateLimits'],
    ['TransactWriteItems users 9'],
    ['Query tokens'],
    ['DeleteItem tokens', 'DeleteItem rateLimits'],
  ),
  events: 1,
  // The attempt, within a decision; the end of a counter; the transaction and the read of what stopped it, within another. What takes long
  // is not followed by tidying.
  slowest: { calls: 4, decisions: 2 },
  memory: 1769,
  cpuSeconds: 3,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  responses: {
    204: { description: 'The user and all sessions are gone.' },
  },
} as const satisfies EndpointDescription;

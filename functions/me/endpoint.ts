import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, exampleUser, profile } from '../shared/description';
import { profileAttributes } from '../shared/store/schema';

export const route = {
  methods: ['GET'],
  path: '/api/auth/users/me',
  access: 'authenticated',
  summary: 'Shows the user',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE', 'EMAIL_VERIFICATION'],
  tables: { users: [{ read: ['GetItem'], attributes: profileAttributes }] },
  steps: [['GetItem users']],
  events: 0,
  slowest: { calls: 1, decisions: 0 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  responses: {
    200: { description: 'The user.', schema: profile, example: exampleUser, headers: EXPIRY },
  },
} as const satisfies EndpointDescription;

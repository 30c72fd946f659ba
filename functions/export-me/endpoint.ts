import type { EndpointDefinition, Route } from '../shared/definition';
import {
  ANY_CHALLENGE,
  ANY_MESSAGE,
  allExportedAttributes,
  countAttempts,
  messageAttributes,
  pendingAttributes,
} from '../shared/store/schema';

export const route = {
  methods: ['GET'],
  path: '/api/auth/users/me/export',
  access: 'authenticated',
  summary: 'Hands out all that is kept of the user',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE', 'EVENTS'],
  tables: {
    users: [{ read: ['GetItem'], attributes: allExportedAttributes }],
    tokens: [{ read: ['Query'] }],
    rateLimits: [countAttempts],
    outbox: [
      { read: ['GetItem'], attributes: pendingAttributes, partitionKeys: [ANY_CHALLENGE] },
      { write: ['UpdateItem'], attributes: messageAttributes, partitionKeys: [ANY_MESSAGE] },
    ],
  },
  statuses: [200],
  steps: [
    ['UpdateItem rateLimits'],
    ['GetItem users', 'GetItem users', 'Query tokens'],
    ['GetItem outbox', 'GetItem outbox', 'GetItem outbox'],
  ],
  events: 1,
  slowest: { calls: 4, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

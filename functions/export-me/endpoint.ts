import type { EndpointDefinition, Route } from '../shared/definition';
import { countAttempts, exportedAttributes } from '../shared/store/schema';

export const route = {
  methods: ['GET'],
  path: '/api/auth/users/me/export',
  access: 'authenticated',
  summary: 'Hands out all that is kept of the user',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: {
    users: [{ read: ['GetItem'], attributes: exportedAttributes }],
    tokens: [{ read: ['Query'] }],
    rateLimits: [countAttempts],
  },
  statuses: [200],
  steps: [['UpdateItem rateLimits'], ['GetItem users', 'Query tokens']],
  events: 1,
  slowest: { calls: 2, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, message } from '../shared/description';

export const route = {
  methods: ['GET'],
  path: '/api/dashboard',
  access: 'authenticated',
  summary: "Greets by the user's role",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: {},
  steps: [],
  events: 0,
  slowest: { calls: 0, decisions: 0 },
  memory: 256,
  cpuSeconds: 2,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  responses: {
    200: {
      description: 'A greeting.',
      schema: message,
      example: { message: 'Welcome to the Clerk Dashboard!' },
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

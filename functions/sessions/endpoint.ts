import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, exampleSession, session } from '../shared/description';

export const route = {
  methods: ['GET'],
  path: '/api/sessions',
  access: 'authenticated',
  summary: "Lists the user's sessions",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: { tokens: [{ read: ['Query'] }] },
  steps: [['Query tokens']],
  events: 0,
  slowest: { calls: 1, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  responses: {
    200: {
      description: 'The sessions, the newest first.',
      schema: { type: 'array', items: session },
      example: [exampleSession],
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, message } from '../shared/description';

export const route = {
  methods: ['POST'],
  path: '/api/logout',
  access: 'authenticated',
  acceptsSuperseded: true,
  summary: "Ends the token's session",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: { tokens: [{ write: ['DeleteItem'], attributes: ['id'] }] },
  steps: [['DeleteItem tokens']],
  events: 1,
  slowest: { calls: 1, decisions: 0 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  responses: {
    200: {
      description: 'The session has ended.',
      schema: message,
      example: { message: 'Successfully logged out.' },
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

import type { EndpointDefinition, Route } from '../shared/definition';
import { detail, type EndpointDescription, sessionId } from '../shared/description';

export const route = {
  methods: ['DELETE'],
  path: '/api/sessions/{id}',
  access: 'authenticated',
  summary: "Ends one of the user's sessions",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: { tokens: [{ read: ['Query'] }, { write: ['DeleteItem'], attributes: ['id'] }] },
  steps: [['Query tokens'], ['DeleteItem tokens']],
  events: 1,
  slowest: { calls: 2, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  parameters: { id: { description: '`id` of the session in the list.', schema: sessionId } },
  responses: {
    204: { description: 'The session has ended.' },
    404: {
      description: 'The user has no such session.',
      schema: detail,
      example: { detail: 'Not found.' },
    },
  },
} as const satisfies EndpointDescription;

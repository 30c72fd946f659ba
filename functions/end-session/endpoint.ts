import type { EndpointDefinition, Route } from '../shared/definition';

export const route = {
  methods: ['DELETE'],
  path: '/api/sessions/{id}',
  access: 'authenticated',
  summary: "Ends one of the user's sessions",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: { tokens: [{ read: ['Query'] }, { write: ['DeleteItem'], attributes: ['id'] }] },
  statuses: [204, 404],
  steps: [['Query tokens'], ['DeleteItem tokens']],
  events: 1,
  slowest: { calls: 2, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

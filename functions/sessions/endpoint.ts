import type { EndpointDefinition, Route } from '../shared/definition';

export const route = {
  methods: ['GET'],
  path: '/api/sessions',
  access: 'authenticated',
  summary: "Lists the user's sessions",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: { tokens: [{ read: ['Query'] }] },
  statuses: [200],
  steps: [['Query tokens']],
  events: 0,
  slowest: { calls: 1, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

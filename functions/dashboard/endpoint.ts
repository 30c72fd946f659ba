import type { EndpointDefinition, Route } from '../shared/definition';

export const route = {
  methods: ['GET'],
  path: '/api/dashboard',
  access: 'authenticated',
  summary: "Greets by the user's role",
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: {},
  statuses: [200],
  steps: [],
  events: 0,
  slowest: { calls: 0, decisions: 0 },
  memory: 256,
  cpuSeconds: 2,
} as const satisfies EndpointDefinition;

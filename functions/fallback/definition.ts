import type { FunctionDefinition } from '../shared/definition';

export const definition = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: {},
  steps: [],
  slowest: { calls: 0, decisions: 0 },
  memory: 256,
  cpuSeconds: 2,
} as const satisfies FunctionDefinition;

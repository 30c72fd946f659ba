import type { EndpointDefinition, Route } from '../shared/definition';

export const route = {
  methods: ['POST'],
  path: '/api/refresh-token',
  access: 'authenticated',
  acceptsSuperseded: true,
  summary: 'Trades the token for its successor',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE', 'TOKEN_LIFETIME_SECONDS'],
  tables: {
    tokens: [
      { read: ['GetItem'] },
      {
        write: ['UpdateItem'],
        attributes: ['userId', 'tokenDigest', 'refreshCount', 'refreshedAt', 'expiresAt', 'successorUsedAt'],
      },
    ],
  },
  statuses: [200],
  steps: [['UpdateItem tokens']],
  // The authorizer marks the successor as used.
  later: ['UpdateItem tokens'],
  events: 1,
  // The write, then read and write, twice, when something else came between.
  slowest: { calls: 5, decisions: 0 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

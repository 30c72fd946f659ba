import type { EndpointDefinition, Route } from '../shared/definition';
import { type EndpointDescription, EXPIRY, token } from '../shared/description';

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
  steps: [['UpdateItem tokens']],
  // The authorizer marks the successor as used.
  later: ['UpdateItem tokens'],
  events: 1,
  // The write, then read and write, twice, when something else came between.
  slowest: { calls: 5, decisions: 0 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  notes:
    'The same token may be sent again if the answer was lost: until its successor is used, and for 30 seconds after that.',
  responses: {
    200: {
      description: 'The successor of the token.',
      schema: token,
      example: { token: 'd3f627a3cc840774077dc3a3dea69d5fbd43fe26' },
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

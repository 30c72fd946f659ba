import type { EndpointDefinition, Route } from '../shared/definition';
import type { EndpointDescription } from '../shared/description';
import { ANY_USER, authenticationAttributes } from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/logoutall',
  access: 'authenticated',
  summary: 'Ends all sessions of the user; with ?keep=current all others',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE'],
  tables: {
    users: [
      { read: ['BatchGetItem'], attributes: authenticationAttributes },
      {
        write: ['UpdateItem'],
        attributes: ['id', 'sessionGeneration'],
        partitionKeys: [ANY_USER],
        returnValues: ['NONE', 'UPDATED_NEW'],
      },
    ],
    tokens: [
      { read: ['BatchGetItem', 'Query'] },
      { write: ['UpdateItem'], attributes: ['id', 'sessionGeneration'] },
      { write: ['DeleteItem'], attributes: ['id'] },
    ],
  },
  // Of a user with one session, whose item goes.
  steps: [['UpdateItem users'], ['Query tokens'], ['DeleteItem tokens']],
  variants: {
    '?keep=current': [['TransactWriteItems users 2'], ['Query tokens']],
  },
  events: 1,
  // The transaction and the read of what stopped it. What takes long is not followed by tidying.
  slowest: { calls: 2, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  parameters: {
    keep: {
      description: 'Spares the session of the request.',
      schema: { type: 'string', enum: ['current'] },
    },
  },
  responses: {
    204: { description: 'The sessions have ended.' },
  },
} as const satisfies EndpointDescription;

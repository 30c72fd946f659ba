import type { EndpointDefinition, Route } from '../shared/definition';
import { accountExport, type EndpointDescription, exampleSession } from '../shared/description';
import {
  ANY_CHALLENGE,
  ANY_MESSAGE,
  allExportedAttributes,
  countAttempts,
  messageAttributes,
  pendingAttributes,
} from '../shared/store/schema';

export const route = {
  methods: ['GET'],
  path: '/api/auth/users/me/export',
  access: 'authenticated',
  summary: 'Hands out all that is kept of the user',
} as const satisfies Route;

export const endpoint = {
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE', 'EVENTS'],
  tables: {
    users: [{ read: ['GetItem'], attributes: allExportedAttributes }],
    tokens: [{ read: ['Query'] }],
    rateLimits: [countAttempts],
    outbox: [
      { read: ['GetItem'], attributes: pendingAttributes, partitionKeys: [ANY_CHALLENGE] },
      { write: ['UpdateItem'], attributes: messageAttributes, partitionKeys: [ANY_MESSAGE] },
    ],
  },
  steps: [
    ['UpdateItem rateLimits'],
    ['GetItem users', 'GetItem users', 'Query tokens'],
    ['GetItem outbox', 'GetItem outbox', 'GetItem outbox'],
  ],
  events: 1,
  slowest: { calls: 4, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Account',
  notes: 'At most five times an hour.',
  responses: {
    200: {
      description: 'The file.',
      schema: accountExport,
      example: {
        exported_at: '2026-01-01T12:34:56Z',
        format: 1,
        user: {
          id: 1,
          username: 'newuser',
          email: 'newuser@example.com',
          role: 'CLERK',
          created_at: '2026-01-01T12:00:00Z',
          email_verified: true,
          is_active: true,
          imported: {},
        },
        sessions: [exampleSession],
        pending: [],
      },
      headers: ['Token-Expires-In', 'Session-Expires-In', 'Content-Disposition'],
    },
  },
} as const satisfies EndpointDescription;

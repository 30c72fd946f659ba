/** What an endpoint needs that requests a message; see `http/request-message.ts`. */
import type { EndpointDefinition } from './definition';
import type { EndpointDescription } from './description';
import { email } from './http/fields';
import { ANY_MESSAGE, countAttempts, messageAttributes } from './store/schema';

export const messageRequestEndpoint = {
  body: { email },
  settings: ['CORS_ORIGINS', 'METRICS_NAMESPACE', 'ADDRESS_WINDOW_SECONDS', 'LOGINS_PER_ADDRESS'],
  tables: {
    rateLimits: [countAttempts],
    outbox: [{ write: ['UpdateItem'], attributes: messageAttributes, partitionKeys: [ANY_MESSAGE] }],
  },
  steps: [['UpdateItem rateLimits'], ['UpdateItem outbox']],
  events: 1,
  slowest: { calls: 2, decisions: 0 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies EndpointDefinition;

export const messageRequestDescription = {
  tag: 'Messages',
  notes:
    'The response is the same whether or not a user has the address. An address gets a message a minute, and five a day.',
  responses: { 204: { description: 'The message is sent, if there is whom to send it to.' } },
} as const satisfies EndpointDescription;

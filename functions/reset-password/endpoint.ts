import type { EndpointDefinition, Route } from '../shared/definition';
import type { EndpointDescription } from '../shared/description';
import { messageRequestDescription, messageRequestEndpoint } from '../shared/message-request-definition';

export const route = {
  methods: ['POST'],
  path: '/api/auth/users/reset_password',
  access: 'public',
  summary: 'Sends a message to choose a new password',
} as const satisfies Route;

export const endpoint = messageRequestEndpoint satisfies EndpointDefinition;

export const description = messageRequestDescription satisfies EndpointDescription;

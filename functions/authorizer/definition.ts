import { authorizerDefinition } from '../shared/authorizer-definition';
import type { FunctionDefinition } from '../shared/definition';
import { ANY_MESSAGE, messageAttributes } from '../shared/store/schema';

const { settings, tables } = authorizerDefinition;

export const definition = {
  ...authorizerDefinition,
  settings: [...settings, 'EVENTS'],
  tables: {
    ...tables,
    tokens: [...tables.tokens, { write: ['DeleteItem'], attributes: ['id'] }],
    outbox: [{ write: ['UpdateItem'], attributes: messageAttributes, partitionKeys: [ANY_MESSAGE] }],
  },
} as const satisfies FunctionDefinition;

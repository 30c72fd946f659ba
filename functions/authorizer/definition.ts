import { authorizerDefinition } from '../shared/authorizer-definition';
import type { FunctionDefinition } from '../shared/definition';

const { tables } = authorizerDefinition;

export const definition = {
  ...authorizerDefinition,
  tables: { ...tables, tokens: [...tables.tokens, { write: ['DeleteItem'], attributes: ['id'] }] },
} as const satisfies FunctionDefinition;

import { definition as authorizer } from '../authorizer/definition';
import type { FunctionDefinition } from '../shared/definition';

/** As the authorizer, but it ends no session. */
const {
  tables: {
    users,
    tokens: [read, markTokenUsed],
  },
} = authorizer;

export const definition = {
  ...authorizer,
  tables: { users, tokens: [read, markTokenUsed] },
} as const satisfies FunctionDefinition;

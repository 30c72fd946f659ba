import type { FunctionDefinition } from './definition';
import { authenticationAttributes } from './store/schema';

/** What every authorizer needs. */
export const authorizerDefinition = {
  settings: ['METRICS_NAMESPACE', 'ADMITTED_ROLES'],
  tables: {
    users: [{ read: ['BatchGetItem'], attributes: authenticationAttributes }],
    tokens: [
      { read: ['BatchGetItem'] },
      { write: ['UpdateItem'], attributes: ['tokenDigest', 'successorUsedAt'] },
    ],
  },
  steps: [['BatchGetItem users 2']],
  // The read, twice if it may be torn, and what is marked or ended.
  slowest: { calls: 3, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies FunctionDefinition;

import type { FunctionDefinition } from '../shared/definition';
import { authenticationAttributes } from '../shared/store/schema';

export const definition = {
  settings: ['METRICS_NAMESPACE', 'ADMITTED_ROLES'],
  tables: {
    users: [{ read: ['BatchGetItem'], attributes: authenticationAttributes }],
    tokens: [
      { read: ['BatchGetItem'] },
      { write: ['UpdateItem'], attributes: ['tokenDigest', 'successorUsedAt'] },
    ],
  },
  steps: [['BatchGetItem users 2']],
  // The read, twice if it may be torn, and what is marked.
  slowest: { calls: 3, decisions: 1 },
  memory: 512,
  cpuSeconds: 1,
} as const satisfies FunctionDefinition;

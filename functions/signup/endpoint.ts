import type { EndpointDefinition, Route } from '../shared/definition';
import { email, password, signupRole, username } from '../shared/http/fields';
import {
  ANY_EMAIL,
  ANY_USER,
  ANY_USERNAME,
  rateLimitAttributes,
  sessionAttributes,
  signupAttributes,
  USER_COUNTER,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/signup',
  access: 'public',
  hashesPassword: true,
  summary: 'Makes a user and signs in',
} as const satisfies Route;

export const endpoint = {
  body: { username, email, password, role: signupRole },
  settings: [
    'CORS_ORIGINS',
    'METRICS_NAMESPACE',
    'ADDRESS_WINDOW_SECONDS',
    'SIGNUPS_PER_ADDRESS',
    'SIGNUP_ROLES',
    'PASSWORD_MIN_LENGTH',
    'BCRYPT_COST',
    'TOKEN_LIFETIME_SECONDS',
    'SESSION_LIFETIME_SECONDS',
  ],
  tables: {
    users: [
      {
        write: ['UpdateItem'],
        attributes: ['lastId'],
        partitionKeys: [USER_COUNTER],
        returnValues: ['UPDATED_NEW'],
      },
      {
        write: ['PutItem'],
        attributes: signupAttributes,
        partitionKeys: [ANY_USER, ANY_USERNAME, ANY_EMAIL],
      },
    ],
    tokens: [{ write: ['PutItem'], attributes: sessionAttributes }],
    rateLimits: [
      { write: ['UpdateItem'], attributes: rateLimitAttributes, returnValues: ['NONE', 'ALL_NEW'] },
    ],
  },
  statuses: [201],
  steps: [['UpdateItem rateLimits'], ['UpdateItem users'], ['TransactWriteItems users 4']],
  events: 1,
  slowest: { calls: 3, decisions: 1 },
  // Two hashes at the highest cost: one compared, one made.
  memory: 1024,
  cpuSeconds: 6,
} as const satisfies EndpointDefinition;

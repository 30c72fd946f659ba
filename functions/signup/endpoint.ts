import type { EndpointDefinition, Route } from '../shared/definition';
import {
  type EndpointDescription,
  EXPIRY,
  exampleToken,
  exampleUser,
  tokenText,
  user,
} from '../shared/description';
import { email, password, signupRole, username } from '../shared/http/fields';
import {
  ANY_EMAIL,
  ANY_ID,
  ANY_USER,
  ANY_USERNAME,
  announceChange,
  countAttempts,
  sessionAttributes,
  signupAttributes,
  USER_COUNTER,
} from '../shared/store/schema';

export const route = {
  methods: ['POST'],
  path: '/api/signup',
  access: 'public',
  passwordHashes: 1,
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
    'PASSWORD_BLOCKLIST',
    'PASSWORD_MIN_LENGTH',
    'BCRYPT_COST',
    'TOKEN_LIFETIME_SECONDS',
    'SESSION_LIFETIME_SECONDS',
    'EMAIL_VERIFICATION',
    'EVENTS',
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
        partitionKeys: [ANY_USER, ANY_USERNAME, ANY_EMAIL, ANY_ID],
      },
    ],
    tokens: [{ write: ['PutItem'], attributes: sessionAttributes }],
    rateLimits: [countAttempts],
    outbox: [announceChange],
  },
  steps: [['UpdateItem rateLimits'], ['UpdateItem users'], ['TransactWriteItems users 5']],
  events: 1,
  slowest: { calls: 3, decisions: 1 },
  // Two hashes at the highest cost: one compared, one made.
  memory: 1024,
  cpuSeconds: 6,
} as const satisfies EndpointDefinition;

export const description = {
  tag: 'Sessions',
  responses: {
    201: {
      description: 'The user, signed in.',
      schema: {
        title: 'SignedUp',
        type: 'object',
        required: ['user', 'token'],
        properties: { user, token: tokenText },
      },
      example: { user: exampleUser, token: exampleToken },
      headers: EXPIRY,
    },
  },
} as const satisfies EndpointDescription;

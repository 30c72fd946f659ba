import type { FunctionDefinition } from '../shared/definition';
import {
  ANY_CHALLENGE,
  ANY_MESSAGE,
  challengeAttributes,
  countAttempts,
  messageAttributes,
  readAccount,
  readChallenge,
} from '../shared/store/schema';

export const definition = {
  settings: [
    'METRICS_NAMESPACE',
    'BCRYPT_COST',
    'EMAIL_VERIFICATION',
    'MESSAGE_CHANNEL',
    'MESSAGE_LIFETIME_SECONDS',
    'EMAIL_FROM',
    'EVENT_BUS_NAME',
    'RESET_URL',
    'ACTIVATION_URL',
    'DELETION_URL',
  ],
  tables: {
    users: [readAccount],
    rateLimits: [countAttempts],
    outbox: [
      readChallenge,
      {
        write: ['UpdateItem', 'DeleteItem'],
        attributes: messageAttributes,
        partitionKeys: [ANY_MESSAGE],
        returnValues: ['NONE', 'ALL_NEW'],
      },
      { write: ['PutItem'], attributes: challengeAttributes, partitionKeys: [ANY_CHALLENGE] },
    ],
  },
  // Of a message with a secret, to an address that somebody asked for.
  steps: [
    ['UpdateItem outbox'],
    ['GetItem users'],
    ['GetItem users'],
    ['GetItem outbox'],
    ['PutItem outbox'],
    ['DeleteItem outbox'],
  ],
  // To an address that somebody claims: it is looked for as anybody's own, and then as claimed.
  slowest: { calls: 8, decisions: 1 },
  memory: 512,
  // Waiting for an earlier run to give up its claim (60 s), a hash, and the channel.
  cpuSeconds: 100,
} as const satisfies FunctionDefinition;

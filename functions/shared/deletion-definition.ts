/** What an endpoint needs that deletes a user; see `http/delete-account.ts`. A function, as in `password-check-definition.ts`. */
import type { Grant } from './definition';
import {
  ANY_CHALLENGE,
  ANY_DELETED_USER,
  ANY_EMAIL,
  ANY_ID,
  ANY_IMPORT,
  ANY_MESSAGE,
  ANY_USER,
  ANY_USERNAME,
  countAttempts,
  messageAttributes,
  removeAccountCounters,
} from './store/schema';

/** One grant for each table and action, in case IAM looks at all of a transaction together. */
export const tablesToDelete = (ofUsers: Grant, ...ofOutbox: readonly Grant[]) =>
  ({
    users: [
      ofUsers,
      {
        write: ['DeleteItem'],
        attributes: ['id', 'username', 'email', 'pendingEmail', 'passwordVersion', 'locator'],
        partitionKeys: [ANY_USER, ANY_USERNAME, ANY_EMAIL, ANY_ID, ANY_IMPORT],
      },
    ],
    tokens: [{ read: ['Query'] }, { write: ['DeleteItem'], attributes: ['id'] }],
    rateLimits: [countAttempts, removeAccountCounters],
    outbox: [
      ...ofOutbox,
      { write: ['PutItem'], attributes: messageAttributes, partitionKeys: [ANY_DELETED_USER, ANY_MESSAGE] },
      { write: ['DeleteItem'], attributes: ['usedAt'], partitionKeys: [ANY_CHALLENGE] },
    ],
  }) as const;

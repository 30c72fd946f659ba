/** Users that are signed in, by the store's own writes: without a password, and so without the time that a hash takes. */
import { createSession } from '../../functions/shared/domain/session';
import { issueToken, newLocator, newSessionDigits } from '../../functions/shared/domain/token';
import type { Database } from '../../functions/shared/store/database';
import { newName } from '../support/api';
import { userStore } from '../support/stores';

const DAY = 86_400;

/** The token of a new user. */
export async function newLiveToken(database: Database): Promise<string> {
  const nowMs = Date.now();
  const users = userStore(database);
  const id = await users.nextId();
  const key = issueToken(newLocator(), newSessionDigits());
  const lifetimes = { tokenLifetimeSeconds: DAY, sessionLifetimeSeconds: DAY };
  const session = createSession(key, { userId: id, sessionGeneration: 0, device: '', nowMs, lifetimes });
  const username = newName();
  const user = {
    id,
    username,
    email: `${username}@example.com`,
    role: 'CLERK',
    passwordHash: '',
    isActive: true,
    createdAt: 0,
    sessionGeneration: 0,
  };
  await users.create({ user, key, session });
  return key.text;
}

import type { Session } from '../../functions/shared/domain/session';
import {
  digestOf,
  issueToken,
  newLocator,
  newSessionName,
  successorOf,
} from '../../functions/shared/domain/token';
import { readSessionAndOwner } from '../../functions/shared/store/authentication';
import { endAllSessions, endOtherSessions } from '../../functions/shared/store/session-generation';
import {
  addSession,
  endSession,
  listSessions,
  noteFirstUse,
  readSession,
  replaceToken,
  trimSessions,
} from '../../functions/shared/store/sessions';
import { startDatabase, type TestDatabase } from '../support/database';
import { NOW, SALT, sessionWith } from '../support/sessions';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

async function liveSession(locator = newLocator(), session = 'cd22', overrides: Partial<Session> = {}) {
  const token = issueToken(locator, session);
  const stored = sessionWith(token, { id: newSessionName(), refreshedAt: NOW, ...overrides });
  expect(await addSession(database, token, stored)).toBe(true);
  return { token, id: stored.id };
}

const refreshOf = (token: ReturnType<typeof issueToken>, now = NOW, salt = SALT) => ({
  userId: 1,
  presentedDigest: digestOf(token),
  successorDigest: digestOf(successorOf(token, salt)),
  refreshedAt: now,
  expiresAt: now + 100,
});

describe('a new session', () => {
  it('takes a free address, and again when the same call is repeated after a lost answer', async () => {
    const token = issueToken(newLocator(), 'cd22');
    expect(await addSession(database, token, sessionWith(token))).toBe(true);
    expect(await addSession(database, token, sessionWith(token))).toBe(true);
    expect(await readSession(database, token)).toMatchObject(sessionWith(token));
  });

  it('never takes the address of a live one, but that of one that has expired', async () => {
    const { token: old } = await liveSession();
    const token = issueToken(old.locator, old.session);
    expect(await addSession(database, token, sessionWith(token, { refreshedAt: NOW + 99 }))).toBe(false);
    expect(await addSession(database, token, sessionWith(token, { refreshedAt: NOW + 100 }))).toBe(true);
    expect((await readSession(database, token))?.tokenDigest).toBe(digestOf(token));
  });
});

describe('a refresh', () => {
  it('puts the successor in the place of the token and leaves the rest of the session as it was', async () => {
    const { token } = await liveSession();
    const before = await readSession(database, token);
    expect(await replaceToken(database, token, refreshOf(token, NOW + 5))).toBe(true);
    expect(await readSession(database, token)).toEqual({
      ...before,
      tokenDigest: digestOf(successorOf(token, SALT)),
      refreshCount: 1,
      refreshedAt: NOW + 5,
      expiresAt: NOW + 105,
    });
  });

  it('of one token happens once, however many come at once', async () => {
    const { token } = await liveSession();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        replaceToken(database, token, refreshOf(token, NOW, `salt${index}`)),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const successor = successorOf(token, `salt${outcomes.indexOf(true)}`);
    expect(await readSession(database, token)).toMatchObject({
      tokenDigest: digestOf(successor),
      refreshCount: 1,
    });
  });

  it('is refused for an expired token, another user, and a session that is gone', async () => {
    const { token } = await liveSession();
    expect(await replaceToken(database, token, refreshOf(token, NOW + 100))).toBe(false);
    expect(await replaceToken(database, token, { ...refreshOf(token), userId: 2 })).toBe(false);
    const gone = issueToken(newLocator(), 'cd22');
    expect(await replaceToken(database, gone, refreshOf(gone))).toBe(false);
    expect(await readSession(database, gone)).toBeUndefined();
  });

  it('forgets when the token before it was first used', async () => {
    const { token } = await liveSession();
    await replaceToken(database, token, refreshOf(token));
    const second = successorOf(token, SALT);
    await noteFirstUse(database, token, { tokenDigest: digestOf(second), usedAt: NOW + 1 });
    await replaceToken(database, second, refreshOf(second));
    expect(await readSession(database, token)).not.toHaveProperty('successorUsedAt');
  });
});

describe('the first use of a successor', () => {
  it('is noted once, and only for the current token', async () => {
    const { token } = await liveSession();
    await replaceToken(database, token, refreshOf(token));
    const current = { tokenDigest: digestOf(successorOf(token, SALT)), usedAt: NOW + 7 };
    await noteFirstUse(database, token, { tokenDigest: digestOf(token), usedAt: NOW + 1 });
    expect(await readSession(database, token)).not.toHaveProperty('successorUsedAt');
    await noteFirstUse(database, token, current);
    await noteFirstUse(database, token, { ...current, usedAt: NOW + 50 });
    expect(await readSession(database, token)).toMatchObject({ successorUsedAt: NOW + 7 });
  });

  it('never brings back a session that was ended', async () => {
    const { token, id } = await liveSession();
    await endSession(database, token, id);
    await noteFirstUse(database, token, { tokenDigest: digestOf(token), usedAt: NOW });
    expect(await readSession(database, token)).toBeUndefined();
  });
});

describe('ending a session', () => {
  it('takes that very session, whatever its token is by now, and no other at its address', async () => {
    const { token, id } = await liveSession();
    await endSession(database, token, newSessionName());
    expect(await readSession(database, token)).toBeDefined();
    await replaceToken(database, token, refreshOf(token));
    await endSession(database, token, id);
    expect(await readSession(database, token)).toBeUndefined();
    await endSession(database, token, id);
  });

  it('and refreshing it at once never leave a live token behind', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { token, id } = await liveSession();
      await Promise.all([replaceToken(database, token, refreshOf(token)), endSession(database, token, id)]);
      expect(await readSession(database, token)).toBeUndefined();
    }
  });
});

describe('the list of sessions', () => {
  it('is of that user alone, newest first', async () => {
    const locator = newLocator();
    await liveSession();
    const { id: older } = await liveSession(locator, '0001', { createdAtMs: NOW * 1000 + 1 });
    const { id: newer } = await liveSession(locator, '0002', { createdAtMs: NOW * 1000 + 2 });
    const listed = await listSessions(database, locator);
    expect(listed.map(({ session }) => session.id)).toEqual([newer, older]);
    expect(listed.map(({ address }) => address.session)).toEqual(['0002', '0001']);
  });

  it('is complete also when DynamoDB hands it over in pages', async () => {
    const locator = newLocator();
    const device = 'x'.repeat(300_000);
    for (const session of ['0001', '0002', '0003', '0004', '0005'])
      await liveSession(locator, session, { device });
    expect(await listSessions(database, locator)).toHaveLength(5);
  });
});

describe('the limit of sessions', () => {
  const holder = { userId: 1, sessionGeneration: 0 };
  const remaining = async (locator: string) =>
    (await listSessions(database, locator)).map(({ address }) => address.session).sort();

  it('ends the oldest, to the millisecond, and counts no expired one', async () => {
    const locator = newLocator();
    await liveSession(locator, '0001', { createdAtMs: NOW * 1000 + 2 });
    await liveSession(locator, '0002', { createdAtMs: NOW * 1000 + 1 });
    await liveSession(locator, '0003', { createdAtMs: NOW * 1000 + 3 });
    await liveSession(locator, '0004', { createdAtMs: NOW * 1000 + 9, expiresAt: NOW });
    await trimSessions(database, locator, { ...holder, limit: 2, now: NOW });
    expect(await remaining(locator)).toEqual(['0001', '0003', '0004']);
  });

  it('is not used up by sessions that are dead with their generation or belong to a user who is gone', async () => {
    const locator = newLocator();
    await liveSession(locator, '0001', { createdAtMs: NOW * 1000, sessionGeneration: 1 });
    await liveSession(locator, '0002', { createdAtMs: NOW * 1000 + 1 });
    await liveSession(locator, '0003', { createdAtMs: NOW * 1000 + 2, userId: 2 });
    await liveSession(locator, '0004', { createdAtMs: NOW * 1000 + 3, sessionGeneration: 1 });
    await trimSessions(database, locator, { userId: 1, sessionGeneration: 1, limit: 2, now: NOW });
    expect(await remaining(locator)).toEqual(['0001', '0002', '0003', '0004']);
  });

  it('holds when many trim at once, and touches no other user', async () => {
    const [locator, neighbour] = [newLocator(), newLocator()];
    await liveSession(neighbour, '0001');
    for (let index = 0; index < 10; index += 1)
      await liveSession(locator, `000${index}`, { createdAtMs: NOW * 1000 });
    await Promise.all(
      Array.from({ length: 5 }, () => trimSessions(database, locator, { ...holder, limit: 3, now: NOW })),
    );
    expect(await remaining(locator)).toHaveLength(3);
    expect(await remaining(neighbour)).toEqual(['0001']);
  });
});

describe('the one read of every authenticated request', () => {
  const storeUser = (locator: string, overrides = {}) =>
    database.put('users', {
      pk: `USER#${locator}`,
      id: 1,
      role: 'CLERK',
      isActive: true,
      sessionGeneration: 0,
      passwordHash: 'secret',
      ...overrides,
    });

  it('brings the session and its user, without the password hash', async () => {
    const { token } = await liveSession();
    await storeUser(token.locator);
    const { session, owner } = await readSessionAndOwner(database, token);
    expect(session).toMatchObject({ tokenDigest: digestOf(token) });
    expect(owner).toEqual({
      pk: `USER#${token.locator}`,
      id: 1,
      role: 'CLERK',
      isActive: true,
      sessionGeneration: 0,
    });
  });

  it('brings what there is', async () => {
    const { token } = await liveSession();
    expect(await readSessionAndOwner(database, token)).toMatchObject({
      owner: undefined,
      session: { userId: 1 },
    });
    const nowhere = issueToken(newLocator(), '0000');
    expect(await readSessionAndOwner(database, nowhere)).toEqual({ session: undefined, owner: undefined });
  });

  describe('after all sessions were ended', () => {
    const generations = async (token: ReturnType<typeof issueToken>) => {
      const { session, owner } = await readSessionAndOwner(database, token);
      return [session?.sessionGeneration, owner?.sessionGeneration];
    };

    it('shows them all behind the user, or all but the kept one', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const [one, two] = [await liveSession(locator, '0001'), await liveSession(locator, '0002')];
      expect(await endOtherSessions(database, one.token, { userId: 1, sessionId: one.id })).toBe(true);
      expect(await generations(one.token)).toEqual([1, 1]);
      expect(await generations(two.token)).toEqual([0, 1]);
      await endAllSessions(database, locator, 1);
      expect(await generations(one.token)).toEqual([1, 2]);
    });

    it('keeps nothing for a session that was itself ended, and ends nothing then', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const [one, two] = [await liveSession(locator, '0001'), await liveSession(locator, '0002')];
      await endOtherSessions(database, one.token, { userId: 1, sessionId: one.id });
      expect(await endOtherSessions(database, two.token, { userId: 1, sessionId: two.id })).toBe(false);
      await endSession(database, one.token, one.id);
      expect(await endOtherSessions(database, one.token, { userId: 1, sessionId: one.id })).toBe(false);
      expect(await generations(two.token)).toEqual([0, 1]);
    });

    it('happens for one session at a time: of many that each want to be kept, one is', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const rivals = await Promise.all(
        ['0001', '0002', '0003', '0004'].map((session) => liveSession(locator, session)),
      );
      const outcomes = await Promise.all(
        rivals.map(({ token, id }) => endOtherSessions(database, token, { userId: 1, sessionId: id })),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });

    it('of one session twice at once succeeds twice', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const { token, id } = await liveSession(locator);
      const twice = [1, 2].map(() => endOtherSessions(database, token, { userId: 1, sessionId: id }));
      expect(await Promise.all(twice)).toEqual([true, true]);
      const [session, owner] = await generations(token);
      expect(session).toBe(owner);
    });

    it('makes no user who is not there', async () => {
      const locator = newLocator();
      await endAllSessions(database, locator, 1);
      expect((await database.items('users')).filter(({ pk }) => pk === `USER#${locator}`)).toEqual([]);
    });
  });
});

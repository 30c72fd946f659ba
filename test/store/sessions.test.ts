import { SESSIONS_TO_TIDY } from '../../functions/shared/domain/limits';
import type { Session } from '../../functions/shared/domain/session';
import {
  deriveSuccessor,
  digestToken,
  issueToken,
  newLocator,
  newSessionId,
  type Token,
} from '../../functions/shared/domain/token';
import { readSessionAndOwner } from '../../functions/shared/store/authentication';
import type { SessionStore } from '../../functions/shared/store/sessions';
import { startDatabase, type TestDatabase } from '../support/database';
import { NOW, SALT, sessionWith } from '../support/sessions';
import type { UserStore } from '../support/stores';
import { sessionStore, userStore } from '../support/stores';

let database: TestDatabase;
let sessions: SessionStore;
let users: UserStore;
beforeAll(async () => {
  database = await startDatabase();
  sessions = sessionStore(database);
  users = userStore(database);
});
afterAll(() => database.close());

async function liveSession(locator = newLocator(), session = 'cd22', overrides: Partial<Session> = {}) {
  const token = issueToken(locator, session);
  const stored = sessionWith(token, { id: newSessionId(), refreshedAt: NOW, ...overrides });
  expect(await sessions.add(token, stored)).toBe(true);
  return { token, id: stored.id };
}

const refreshOf = (token: ReturnType<typeof issueToken>, now = NOW, salt = SALT) => ({
  userId: 1,
  presentedDigest: digestToken(token),
  successorDigest: digestToken(deriveSuccessor(token, salt)),
  refreshedAt: now,
  expiresAt: now + 100,
});

describe('a new session', () => {
  it('takes a free address, and again when the same call is repeated after a lost answer', async () => {
    const token = issueToken(newLocator(), 'cd22');
    expect(await sessions.add(token, sessionWith(token))).toBe(true);
    expect(await sessions.add(token, sessionWith(token))).toBe(true);
    expect(await sessions.find(token)).toMatchObject(sessionWith(token));
  });

  it('never takes the address of a live one, but that of one that has expired', async () => {
    const { token: old } = await liveSession();
    const token = issueToken(old.locator, old.session);
    expect(await sessions.add(token, sessionWith(token, { refreshedAt: NOW + 99 }))).toBe(false);
    expect(await sessions.add(token, sessionWith(token, { refreshedAt: NOW + 100 }))).toBe(true);
    expect((await sessions.find(token))?.tokenDigest).toBe(digestToken(token));
  });
});

describe('a refresh', () => {
  it('puts the successor in the place of the token and leaves the rest of the session as it was', async () => {
    const { token } = await liveSession();
    const before = await sessions.find(token);
    expect(await sessions.replaceToken(token, refreshOf(token, NOW + 5))).toBe(true);
    expect(await sessions.find(token)).toEqual({
      ...before,
      tokenDigest: digestToken(deriveSuccessor(token, SALT)),
      refreshCount: 1,
      refreshedAt: NOW + 5,
      expiresAt: NOW + 105,
    });
  });

  it('is refused for an expired token, another user, and a session that is gone', async () => {
    const { token } = await liveSession();
    expect(await sessions.replaceToken(token, refreshOf(token, NOW + 100))).toBe(false);
    expect(await sessions.replaceToken(token, { ...refreshOf(token), userId: 2 })).toBe(false);
    const gone = issueToken(newLocator(), 'cd22');
    expect(await sessions.replaceToken(gone, refreshOf(gone))).toBe(false);
    expect(await sessions.find(gone)).toBeUndefined();
  });

  it('forgets when the token before it was first used', async () => {
    const { token } = await liveSession();
    await sessions.replaceToken(token, refreshOf(token));
    const second = deriveSuccessor(token, SALT);
    await sessions.markTokenUsed(token, { tokenDigest: digestToken(second), usedAt: NOW + 1 });
    await sessions.replaceToken(second, refreshOf(second));
    expect(await sessions.find(token)).not.toHaveProperty('successorUsedAt');
  });
});

describe('the first use of a successor', () => {
  it('is noted once, and only for the current token', async () => {
    const { token } = await liveSession();
    await sessions.replaceToken(token, refreshOf(token));
    const current = { tokenDigest: digestToken(deriveSuccessor(token, SALT)), usedAt: NOW + 7 };
    await sessions.markTokenUsed(token, { tokenDigest: digestToken(token), usedAt: NOW + 1 });
    expect(await sessions.find(token)).not.toHaveProperty('successorUsedAt');
    await sessions.markTokenUsed(token, current);
    await sessions.markTokenUsed(token, { ...current, usedAt: NOW + 50 });
    expect(await sessions.find(token)).toMatchObject({ successorUsedAt: NOW + 7 });
  });

  it('never brings back a session that was ended', async () => {
    const { token, id } = await liveSession();
    await sessions.remove(token, id);
    await sessions.markTokenUsed(token, { tokenDigest: digestToken(token), usedAt: NOW });
    expect(await sessions.find(token)).toBeUndefined();
  });
});

describe('ending a session', () => {
  it('takes that very session, whatever its token is by now, and no other at its address', async () => {
    const { token, id } = await liveSession();
    await sessions.remove(token, newSessionId());
    expect(await sessions.find(token)).toBeDefined();
    await sessions.replaceToken(token, refreshOf(token));
    await sessions.remove(token, id);
    expect(await sessions.find(token)).toBeUndefined();
    await sessions.remove(token, id);
  });
});

describe('the list of sessions', () => {
  it('is of that user alone, newest first', async () => {
    const locator = newLocator();
    await liveSession();
    const { id: older } = await liveSession(locator, '0001', { createdAtMs: NOW * 1000 + 1 });
    const { id: newer } = await liveSession(locator, '0002', { createdAtMs: NOW * 1000 + 2 });
    const listed = await sessions.list(locator);
    expect(listed.isComplete).toBe(true);
    expect(listed.sessions.map(({ session }) => session.id)).toEqual([newer, older]);
    expect(listed.sessions.map(({ key }) => key.session)).toEqual(['0002', '0001']);
  });

  it('is complete also when DynamoDB hands it over in pages, and stops after four', async () => {
    const locator = newLocator();
    const device = 'x'.repeat(300_000);
    const store = async (from: number, to: number) => {
      for (let number = from; number <= to; number += 1)
        await liveSession(locator, String(number).padStart(4, '0'), { device });
    };
    await store(1, 5);
    expect(await sessions.list(locator)).toMatchObject({ sessions: { length: 5 }, isComplete: true });
    await store(6, 20);
    const pile = await sessions.list(locator);
    expect(pile.isComplete).toBe(false);
    expect(pile.sessions.length).toBeLessThan(20);
  });

  it('is read on only until enough of it was read, if that is said', async () => {
    const locator = newLocator();
    for (let number = 1; number <= 2 * SESSIONS_TO_TIDY; number += 1)
      await liveSession(locator, String(number).padStart(4, '0'));
    const listUntil = async (enough: number) =>
      (await sessions.list(locator, ({ length }) => length >= enough)).sessions.length;
    expect(await listUntil(1)).toBe(SESSIONS_TO_TIDY);
    expect(await listUntil(SESSIONS_TO_TIDY + 1)).toBe(2 * SESSIONS_TO_TIDY);
    expect((await sessions.list(locator)).isComplete).toBe(true);
  });

  it('names what can be removed, one after the other, each only while it is that very session', async () => {
    const locator = newLocator();
    for (const session of ['0001', '0002', '0003']) await liveSession(locator, session);
    const [one, two, three] = (await sessions.list(locator)).sessions;
    await sessions.removeAll([one!, { ...two!, session: { ...two!.session, id: newSessionId() } }]);
    expect((await sessions.list(locator)).sessions.map(({ key }) => key.session).sort()).toEqual(
      [two!, three!].map(({ key }) => key.session).sort(),
    );
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
    expect(session).toMatchObject({ tokenDigest: digestToken(token) });
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

  describe('that a transaction comes into', () => {
    /** A database whose pairs of reads bring these generations of user and session, one pair after the other. */
    const torn = (...pairs: [user: number, session: number][]) => {
      const { users, tokens } = database.tables;
      const send = jest.fn(async () => {
        const [user, session] = pairs.length > 1 ? pairs.shift()! : pairs[0]!;
        const owner = { id: 1, role: 'CLERK', isActive: true, sessionGeneration: user };
        return {
          Responses: { [users]: [owner], [tokens]: [sessionWith(undefined, { sessionGeneration: session })] },
        };
      });
      return {
        ...database,
        send: send as unknown as typeof database.send,
        close: () => undefined,
        calls: send,
      };
    };
    const key = { locator: newLocator(), session: 'cd22' };
    const read = async (...pairs: [number, number][]) => {
      const source = torn(...pairs);
      const { session, owner } = await readSessionAndOwner(source, key);
      return [owner?.sessionGeneration, session?.sessionGeneration, source.calls.mock.calls.length];
    };

    it('is made again until both are of one moment', async () => {
      expect(await read([1, 0], [1, 1])).toEqual([1, 1, 2]);
      expect(await read([0, 1], [1, 1])).toEqual([1, 1, 2]);
      expect(await read([1, 0], [2, 1], [2, 2])).toEqual([2, 2, 3]);
      expect(await read([0, 1], [2, 1], [2, 2])).toEqual([2, 2, 3]);
    });

    it('says that a session has ended once it is certain, which takes two', async () => {
      expect(await read([3, 2])).toEqual([3, 2, 2]);
      expect(await read([3, 2], [4, 2])).toEqual([4, 2, 2]);
    });

    it('says so too of a session that is ahead of its user, as after a restore', async () => {
      expect(await read([2, 3])).toEqual([2, 3, 2]);
    });
  });

  describe('after all sessions were ended', () => {
    /** As the authorizer saw it when both were new. */
    const keep = ({ token, id }: { token: Token; id: string }) => ({
      key: token,
      userId: 1,
      sessionId: id,
      sessionGeneration: 0,
    });
    const generations = async (token: ReturnType<typeof issueToken>) => {
      const { session, owner } = await readSessionAndOwner(database, token);
      return [session?.sessionGeneration, owner?.sessionGeneration];
    };

    it('shows them all behind the user, or all but the kept one', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const [one, two] = [await liveSession(locator, '0001'), await liveSession(locator, '0002')];
      expect(await users.endOtherSessions(keep(one))).toBe(1);
      expect(await generations(one.token)).toEqual([1, 1]);
      expect(await generations(two.token)).toEqual([0, 1]);
      expect(await users.endAllSessions(locator, 1)).toBe(2);
      expect(await generations(one.token)).toEqual([1, 2]);
    });

    it('keeps nothing for a session that was itself ended, and ends nothing then', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const [one, two] = [await liveSession(locator, '0001'), await liveSession(locator, '0002')];
      await users.endOtherSessions(keep(one));
      expect(await users.endOtherSessions(keep(two))).toBeUndefined();
      await sessions.remove(one.token, one.id);
      expect(await users.endOtherSessions(keep(one))).toBeUndefined();
      expect(await generations(two.token)).toEqual([0, 1]);
    });

    it('happens for one session at a time: of many that each want to be kept, one is', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const rivals = await Promise.all(
        ['0001', '0002', '0003', '0004'].map((session) => liveSession(locator, session)),
      );
      const outcomes = await Promise.all(rivals.map((rival) => users.endOtherSessions(keep(rival))));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });

    it('of one session twice at once succeeds twice', async () => {
      const locator = newLocator();
      await storeUser(locator);
      const one = await liveSession(locator);
      const twice = [1, 2].map(() => users.endOtherSessions(keep(one)));
      expect(await Promise.all(twice)).toEqual(expect.arrayContaining([1, 2]));
      const [session, owner] = await generations(one.token);
      expect(session).toBe(owner);
    });

    it('makes no user who is not there', async () => {
      const locator = newLocator();
      expect(await users.endAllSessions(locator, 1)).toBeUndefined();
      expect(await users.raiseGeneration({ locator, id: 1 }, 9)).toBe(false);
      expect((await database.items('users')).filter(({ pk }) => pk === `USER#${locator}`)).toEqual([]);
    });
  });
});

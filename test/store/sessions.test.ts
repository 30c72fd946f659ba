import type { Session } from '../../functions/shared/domain/session';
import { digestOf, issueToken, newLocator, successorOf } from '../../functions/shared/domain/token';
import { readSessionAndOwner } from '../../functions/shared/store/authentication';
import {
  addSession,
  endSessionOf,
  noteFirstUse,
  readSession,
  replaceToken,
  trimSessions,
} from '../../functions/shared/store/sessions';
import { startDatabase, type TestDatabase } from '../support/database';

const NOW = 1_800_000_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

const sessionFor = (digest: string, times: Partial<Session> = {}): Session => ({
  userId: 1,
  sessionGeneration: 0,
  tokenDigest: digest,
  createdAtMs: NOW * 1000,
  refreshedAt: NOW,
  expiresAt: NOW + 100,
  sessionExpiresAt: NOW + 1000,
  ...times,
});

async function liveSession() {
  const token = issueToken(newLocator(), 'cd22');
  await addSession(database, token, sessionFor(digestOf(token)));
  return token;
}

const refreshOf = (token: ReturnType<typeof issueToken>, salt: string, now = NOW) => ({
  userId: 1,
  presentedDigest: digestOf(token),
  successorDigest: digestOf(successorOf(token, salt)),
  successorSalt: salt,
  refreshedAt: now,
  expiresAt: now + 100,
});

describe('a new session', () => {
  it('takes a free address, and again when the same call is repeated after a lost answer', async () => {
    const token = issueToken(newLocator(), 'cd22');
    const session = sessionFor(digestOf(token));
    expect(await addSession(database, token, session)).toBe(true);
    expect(await addSession(database, token, session)).toBe(true);
    expect(await readSession(database, token)).toMatchObject(session);
  });

  it('never takes the address of a live one, but that of one that has expired', async () => {
    const old = await liveSession();
    const token = issueToken(old.locator, old.session);
    expect(await addSession(database, token, sessionFor(digestOf(token), { refreshedAt: NOW + 99 }))).toBe(
      false,
    );
    expect(await addSession(database, token, sessionFor(digestOf(token), { refreshedAt: NOW + 100 }))).toBe(
      true,
    );
    expect((await readSession(database, token))?.tokenDigest).toBe(digestOf(token));
  });
});

describe('a refresh', () => {
  it('puts the successor in the place of the token and keeps what a retry needs', async () => {
    const token = await liveSession();
    expect(await replaceToken(database, token, refreshOf(token, 'salt', NOW + 5))).toBe(true);
    expect(await readSession(database, token)).toMatchObject({
      tokenDigest: digestOf(successorOf(token, 'salt')),
      previousDigest: digestOf(token),
      successorSalt: 'salt',
      refreshedAt: NOW + 5,
      expiresAt: NOW + 105,
      sessionExpiresAt: NOW + 1000,
      createdAtMs: NOW * 1000,
    });
  });

  it('of one token happens once, however many come at once', async () => {
    const token = await liveSession();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        replaceToken(database, token, refreshOf(token, `salt${index}`)),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const winner = outcomes.indexOf(true);
    expect((await readSession(database, token))?.successorSalt).toBe(`salt${winner}`);
  });

  it('is refused for an expired token, another user, and a session that is gone', async () => {
    const token = await liveSession();
    expect(await replaceToken(database, token, refreshOf(token, 'salt', NOW + 100))).toBe(false);
    expect(await replaceToken(database, token, { ...refreshOf(token, 'salt'), userId: 2 })).toBe(false);
    const gone = issueToken(newLocator(), 'cd22');
    expect(await replaceToken(database, gone, refreshOf(gone, 'salt'))).toBe(false);
    expect(await readSession(database, gone)).toBeUndefined();
  });

  it('forgets when the token before it was first used', async () => {
    const token = await liveSession();
    await replaceToken(database, token, refreshOf(token, 'one'));
    const second = successorOf(token, 'one');
    await noteFirstUse(database, token, { tokenDigest: digestOf(second), usedAt: NOW + 1 });
    await replaceToken(database, second, refreshOf(second, 'two'));
    expect(await readSession(database, token)).not.toHaveProperty('successorUsedAt');
  });
});

describe('the first use of a successor', () => {
  it('is noted once, and only for the current token', async () => {
    const token = await liveSession();
    await replaceToken(database, token, refreshOf(token, 'salt'));
    const current = { tokenDigest: digestOf(successorOf(token, 'salt')), usedAt: NOW + 7 };
    await noteFirstUse(database, token, { tokenDigest: digestOf(token), usedAt: NOW + 1 });
    expect(await readSession(database, token)).not.toHaveProperty('successorUsedAt');
    await noteFirstUse(database, token, current);
    await noteFirstUse(database, token, { ...current, usedAt: NOW + 50 });
    expect(await readSession(database, token)).toMatchObject({ successorUsedAt: NOW + 7 });
  });

  it('never brings back a session that was ended', async () => {
    const token = await liveSession();
    await endSessionOf(database, token, digestOf(token));
    await noteFirstUse(database, token, { tokenDigest: digestOf(token), usedAt: NOW });
    expect(await readSession(database, token)).toBeUndefined();
  });
});

describe('ending a session', () => {
  it('takes the current token or the one before it, and no other', async () => {
    const token = await liveSession();
    await endSessionOf(database, token, digestOf(issueToken(token.locator, token.session)));
    expect(await readSession(database, token)).toBeDefined();
    await replaceToken(database, token, refreshOf(token, 'salt'));
    await endSessionOf(database, token, digestOf(token));
    expect(await readSession(database, token)).toBeUndefined();
    await endSessionOf(database, token, digestOf(token));
  });

  it('and refreshing it at once never leave a live token behind', async () => {
    for (let round = 0; round < 20; round += 1) {
      const token = await liveSession();
      await Promise.all([
        replaceToken(database, token, refreshOf(token, 'salt')),
        endSessionOf(database, token, digestOf(token)),
      ]);
      expect(await readSession(database, token)).toBeUndefined();
    }
  });
});

describe('the limit of sessions', () => {
  const add = async (locator: string, session: string, times: Partial<Session>) => {
    const token = issueToken(locator, session);
    await addSession(database, token, sessionFor(digestOf(token), times));
  };
  const remaining = async (locator: string) =>
    (await database.items('tokens'))
      .filter((item) => item['user'] === locator)
      .map((item) => item['session'])
      .sort();

  it('ends the oldest, to the millisecond, and counts no expired one', async () => {
    const locator = newLocator();
    await add(locator, '0001', { createdAtMs: NOW * 1000 + 2 });
    await add(locator, '0002', { createdAtMs: NOW * 1000 + 1 });
    await add(locator, '0003', { createdAtMs: NOW * 1000 + 3 });
    await add(locator, '0004', { createdAtMs: NOW * 1000 + 9, expiresAt: NOW });
    await trimSessions(database, locator, { limit: 2, now: NOW });
    expect(await remaining(locator)).toEqual(['0001', '0003', '0004']);
  });

  it('holds when many trim at once, and touches no other user', async () => {
    const [locator, neighbour] = [newLocator(), newLocator()];
    await add(neighbour, '0001', {});
    for (let index = 0; index < 10; index += 1)
      await add(locator, `000${index}`, { createdAtMs: NOW * 1000 });
    await Promise.all(
      Array.from({ length: 5 }, () => trimSessions(database, locator, { limit: 3, now: NOW })),
    );
    expect(await remaining(locator)).toHaveLength(3);
    expect(await remaining(neighbour)).toEqual(['0001']);
  });
});

describe('the one read of every authenticated request', () => {
  it('brings the session and its user, without the password hash', async () => {
    const token = await liveSession();
    await database.put('users', {
      pk: `USER#${token.locator}`,
      id: 1,
      role: 'CLERK',
      isActive: true,
      sessionGeneration: 0,
      passwordHash: 'secret',
      email: 'x@example.com',
    });
    const { session, owner } = await readSessionAndOwner(database, token);
    expect(session).toMatchObject(sessionFor(digestOf(token)));
    expect(owner).toEqual({
      pk: `USER#${token.locator}`,
      id: 1,
      role: 'CLERK',
      isActive: true,
      sessionGeneration: 0,
    });
  });

  it('brings what there is', async () => {
    const token = await liveSession();
    expect(await readSessionAndOwner(database, token)).toMatchObject({
      owner: undefined,
      session: { userId: 1 },
    });
    const nowhere = issueToken(newLocator(), '0000');
    expect(await readSessionAndOwner(database, nowhere)).toEqual({ session: undefined, owner: undefined });
  });
});

/** What the operator's commands write and read, each for itself. The commands are in test/cli/users.test.ts. */
import { newLocator } from '../../functions/shared/domain/token';
import type { User } from '../../functions/shared/domain/user';
import { startDatabase, type TestDatabase } from '../support/database';
import { NOW } from '../support/sessions';
import { outboxStore, rateLimitStore, sessionStore, type UserStore, userStore } from '../support/stores';

let database: TestDatabase;
let users: UserStore;
beforeAll(async () => {
  database = await startDatabase();
  users = userStore(database);
});
afterAll(() => database.close());

let count = 0;
async function newUser(overrides: Partial<User> = {}) {
  count += 1;
  const user: User = {
    id: count,
    username: `user${count}`,
    email: `user${count}@example.com`,
    role: 'CLERK',
    passwordHash: 'hash',
    isActive: true,
    createdAt: NOW,
    sessionGeneration: 3,
    ...overrides,
  };
  const key = { locator: newLocator(), session: 'cd22' };
  expect(await users.create({ user, key })).toBe('created');
  return { ...user, locator: key.locator };
}

const outgoing = (event: 'role.changed' | 'user.deactivated' | 'user.activated', userId: number) => ({
  entries: [{ purpose: 'event' as const, event, userId }],
  now: NOW,
});
const eventsOf = async (userId: number) =>
  (await database.items('outbox')).filter((item) => item['userId'] === userId).map(({ event }) => event);
const collect = async <Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const page of pages) found.push(...page);
  return found;
};

describe('a user', () => {
  it('gets a role, is locked out and let in again, each once and with its event', async () => {
    const user = await newUser();
    const change = { role: 'ADMIN', outgoing: outgoing('role.changed', user.id) };
    expect(await users.setRole(user, change)).toMatchObject({
      before: user,
      isChanged: true,
    });
    expect(await users.setRole(user, change)).toMatchObject({ isChanged: false });
    const out = outgoing('user.deactivated', user.id);
    expect(await users.deactivate(user, out)).toMatchObject({ isChanged: true });
    expect(await users.deactivate(user, out)).toMatchObject({ isChanged: false });
    const locked = { ...user, role: 'ADMIN', isActive: false, sessionGeneration: 4 };
    expect(await users.findById(user.id)).toMatchObject(locked);
    expect(await users.activate(user, outgoing('user.activated', user.id))).toMatchObject({
      isChanged: true,
    });
    expect(await users.findById(user.id)).toMatchObject({ ...locked, isActive: true });
    expect((await eventsOf(user.id)).sort()).toEqual(['role.changed', 'user.activated', 'user.deactivated']);
  });

  it('who gets two roles at the same time has the later one, and each change was from what was there', async () => {
    const user = await newUser();
    const outcomes = await Promise.all(
      ['MANAGER', 'ADMIN'].map((role) =>
        users.setRole(user, { role, outgoing: outgoing('role.changed', user.id) }),
      ),
    );
    const role = (await users.findById(user.id))!.role;
    const other = role === 'ADMIN' ? 'MANAGER' : 'ADMIN';
    const before = outcomes.map((outcome) => (outcome === 'gone' ? outcome : outcome.before.role));
    expect(before.sort()).toEqual(['CLERK', other].sort());
    expect(await eventsOf(user.id)).toHaveLength(2);
  });

  it('who is gone, or whose locator is somebody else’s by now, is changed by nothing', async () => {
    const { locator, id } = await newUser();
    const gone = { locator, id: id + 1000 };
    expect([
      await users.setRole(gone, { role: 'ADMIN', outgoing: outgoing('role.changed', id) }),
      await users.deactivate(gone, outgoing('user.deactivated', id)),
      await users.activate(gone, outgoing('user.activated', id)),
      await users.raiseGeneration(gone, 9),
      await users.findById(gone.id),
    ]).toEqual(['gone', 'gone', 'gone', false, undefined]);
    expect(await eventsOf(id)).toEqual([]);
  });

  it('has a generation that is only ever raised', async () => {
    const user = await newUser();
    expect(await users.raiseGeneration(user, 2)).toBe(false);
    expect(await users.raiseGeneration(user, 7)).toBe(true);
    expect((await users.findById(user.id))?.sessionGeneration).toBe(7);
  });

  it('without an address claims none', async () => {
    await newUser({ email: '' });
    await newUser({ email: '' });
    const keys = (await database.items('users')).map(({ pk }) => pk);
    expect(keys.filter((pk) => pk.startsWith('EMAIL#') && pk.length < 8)).toEqual([]);
  });
});

describe('all users', () => {
  it('are scanned by role and state, and from any of them on, without hashes', async () => {
    const made = [await newUser({ role: 'AUDITOR' }), await newUser({ role: 'AUDITOR', isActive: false })];
    const all = await collect(users.scanUsers({}));
    expect(all).toHaveLength(count);
    expect(JSON.stringify(all)).not.toContain('hash');
    const auditors = await collect(users.scanUsers({ role: 'AUDITOR' }));
    expect(auditors.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id));
    expect(await collect(users.scanUsers({ role: 'AUDITOR', isActive: false }))).toMatchObject([
      { id: made[1]!.id, isActive: false },
    ]);
    const after = all[2]!.locator;
    expect(await collect(users.scanUsers({ after }))).toEqual(all.slice(3));
  });

  it('have a counter that is only ever raised', async () => {
    expect(await users.lastId()).toBe(0);
    expect([await users.raiseLastId(500), await users.raiseLastId(500), await users.raiseLastId(4)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([await users.lastId(), await users.nextId()]).toEqual([500, 501]);
  });

  it('who were deleted are listed, and so are the owners of sessions', async () => {
    const user = await newUser();
    await users.deleteUser(user, { listedUntil: NOW });
    expect(await collect(users.scanDeletedIds())).toEqual([user.id]);
    await database.put('tokens', { user: user.locator, session: '0001', userId: user.id });
    expect(await collect(users.scanSessionOwners())).toEqual([user.id]);
    expect((await sessionStore(database).list(user.locator)).sessions).toHaveLength(1);
  });
});

describe('the outbox', () => {
  it('lists what waits; an entry that is tried again is a new one, unless it is being sent or gone', async () => {
    const outbox = outboxStore(database);
    const entry = { purpose: 'event', event: 'user.created', userId: 77 } as const;
    await outbox.enqueue(entry, { now: NOW, id: 'aa' });
    const find = async () =>
      (await collect(outbox.scanMessages())).filter((item) => 'userId' in item && item.userId === 77);
    await outbox.claim('MESSAGE#aa', NOW);
    expect(await find()).toMatchObject([{ ...entry, id: 'aa', attempts: 1, claimedUntil: NOW + 60 }]);
    expect(await outbox.retryMessage('aa', NOW + 59)).toBe('claimed');
    const retried = (await outbox.retryMessage('aa', NOW + 60)) as { readonly id: string };
    expect(await find()).toEqual([
      { ...entry, id: retried.id, createdAt: NOW, expiresAt: NOW + 60 + 7 * 86_400 },
    ]);
    expect(await outbox.retryMessage('aa', NOW + 60)).toBe('gone');
  });
});

describe('the failures of an account', () => {
  it('and of its lanes are forgotten, but not its networks', async () => {
    const limits = rateLimitStore(database);
    await database.put('rateLimits', {
      limitKey: 'ACCOUNT#d',
      attempts: 8,
      lastAttemptAtMs: 1,
      'network#n': 9,
      expiresAt: 9,
    });
    await database.put('rateLimits', { limitKey: 'LANE#d#n', attempts: 5, lastAttemptAtMs: 1, expiresAt: 9 });
    expect([await limits.forgetFailures('d'), await limits.forgetFailures('d')]).toEqual([8, 0]);
    expect(await database.items('rateLimits')).toEqual([
      { limitKey: 'ACCOUNT#d', 'network#n': 9, expiresAt: 9 },
    ]);
    expect(await limits.forgetFailures('nobody')).toBe(0);
  });
});

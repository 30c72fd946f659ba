/** What changes and ends accounts, each in one transaction. Making them is in users.test.ts. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalEmail, canonicalUsername } from '../../functions/shared/domain/text';
import { issueToken, newLocator } from '../../functions/shared/domain/token';
import type { User } from '../../functions/shared/domain/user';
import { readSessionAndOwner } from '../../functions/shared/store/authentication';
import type { FoundUser } from '../../functions/shared/store/users';
import { startDatabase, type TestDatabase } from '../support/database';
import { NOW, sessionWith } from '../support/sessions';
import { sessionStore, type UserStore, userStore } from '../support/stores';

let database: TestDatabase;
let users: UserStore;
beforeAll(async () => {
  // The store's patience with others must not run out on a busy machine.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
  database = await startDatabase();
  users = userStore(database);
});
afterAll(() => database.close());

let count = 0;
/** A stored user with a session; what of the user is not as at signup is written afterwards. */
async function newUser(overrides: Partial<User> = {}) {
  count += 1;
  const locator = newLocator();
  const user: User = {
    id: count,
    username: `user${count}`,
    email: `user${count}@example.com`,
    role: 'CLERK',
    passwordHash: 'old-hash',
    isActive: true,
    createdAt: NOW,
    sessionGeneration: 0,
    ...overrides,
  };
  const key = issueToken(locator, 'cd22');
  const session = sessionWith(key, { userId: user.id, id: `session-${count}` });
  expect(await users.create({ user, key, session })).toBe('created');
  const kept = { key, userId: user.id, sessionId: session.id, sessionGeneration: 0 };
  return { user: { ...user, locator }, kept };
}

const itemsAt = async (locator: string) =>
  (await database.items('users')).filter(
    (item) => item['locator'] === locator || item['pk'].includes(locator),
  );
const keysAt = async (locator: string) => (await itemsAt(locator)).map(({ pk }) => pk).sort();
const read = async ({ locator, id }: FoundUser) => (await users.find(locator, id))!;
const keysOf = ({ locator, username, email, id }: FoundUser) =>
  [
    `EMAIL#${canonicalEmail(email)}`,
    `ID#${id}`,
    `USER#${locator}`,
    `USERNAME#${canonicalUsername(username)}`,
  ].sort();

describe('an id', () => {
  it('says whose it is, and is never given to a second user', async () => {
    const { user } = await newUser();
    expect(await database.items('users')).toContainEqual({ pk: `ID#${user.id}`, locator: user.locator });
    const key = issueToken(newLocator(), 'cd22');
    const other = { ...user, username: 'other-name', email: 'other-name@example.com' };
    expect(await users.create({ user: other, key, session: sessionWith(key) })).toBe('id_taken');
  });
});

describe('another name', () => {
  it('takes the place of the old one, which is free at once', async () => {
    const { user } = await newUser();
    const renamed = await users.changeUsername(user, { to: `renamed${user.id}` });
    expect(renamed).toEqual({ ...user, username: `renamed${user.id}` });
    expect(await keysAt(user.locator)).toEqual(keysOf(renamed as FoundUser));
    await newUser({ username: user.username });
  });

  it('that is the same in canonical form changes how it is written, and nothing else', async () => {
    const { user } = await newUser();
    const written = user.username.toUpperCase();
    expect(await users.changeUsername(user, { to: written })).toMatchObject({ username: written });
    expect(await read(user)).toMatchObject({ username: written });
    expect(await keysAt(user.locator)).toEqual(keysOf(user));
  });

  it('of somebody else is refused, and changes nothing', async () => {
    const [{ user }, { user: other }] = [await newUser(), await newUser()];
    const before = await database.dump();
    expect(await users.changeUsername(user, { to: other.username.toUpperCase() })).toBe('taken');
    expect(await database.dump()).toBe(before);
  });

  it('goes to one of fifty users who want it at once', async () => {
    const rivals = await Promise.all(Array.from({ length: 50 }, () => newUser()));
    const outcomes = await Promise.all(
      rivals.map(({ user }) => users.changeUsername(user, { to: 'the-one' })),
    );
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(49);
    for (const { user } of rivals) expect(await keysAt(user.locator)).toEqual(keysOf(await read(user)));
  });

  it('asked for five times at once leaves the user with one name, and the others free', async () => {
    const { user } = await newUser();
    const names = Array.from({ length: 5 }, (_, index) => `five${index}`);
    // One that is overtaken again and again gives up, and has changed nothing.
    await Promise.allSettled(names.map((name) => users.changeUsername(user, { to: name })));
    expect(names).toContain((await read(user)).username);
    expect(await keysAt(user.locator)).toEqual(keysOf(await read(user)));
  });
});

describe('another address', () => {
  it('takes the place of the old one', async () => {
    const { user } = await newUser();
    const changed = await users.changeEmail(user, { to: `New${user.id}@Example.com` });
    expect(changed).toMatchObject({ email: `New${user.id}@Example.com` });
    expect(await keysAt(user.locator)).toEqual(keysOf(changed as FoundUser));
  });

  it('is written otherwise, is taken, or stays as it is', async () => {
    const [{ user }, { user: other }] = [await newUser(), await newUser()];
    expect(await users.changeEmail(user, { to: other.email.toUpperCase() })).toBe('taken');
    const written = user.email.toUpperCase();
    expect(await users.changeEmail(user, { to: written })).toMatchObject({ email: written });
    const before = await database.dump();
    expect(await users.changeEmail({ ...user, email: written }, { to: written })).toMatchObject({
      email: written,
    });
    expect(await database.dump()).toBe(before);
  });

  it.each([
    ['of a user whose address leads to another one leaves that other alone', { ownsEmail: false }],
    ['of a user who had none', { email: '' }],
  ])('%s', async (_, overrides) => {
    const { user } = await newUser();
    const marker = { pk: `EMAIL#${canonicalEmail(user.email)}`, locator: 'of-another' };
    await database.put('users', marker);
    const { locator, ...item } = { ...user, ...overrides };
    await database.put('users', { pk: `USER#${locator}`, ...item });
    const changed = await users.changeEmail({ ...item, locator }, { to: `own${user.id}@example.com` });
    expect(changed).toMatchObject({ email: `own${user.id}@example.com` });
    expect(await read(user)).not.toHaveProperty('ownsEmail');
    expect(await database.items('users')).toContainEqual(marker);
    expect(await keysAt(locator)).toEqual(keysOf(changed as FoundUser));
  });
});

describe('the end of an account', () => {
  it('takes every item of it, and lists the id', async () => {
    const { user } = await newUser();
    expect(await users.deleteUser(user, { listedUntil: NOW + 100 })).toBe('deleted');
    expect(await keysAt(user.locator)).toEqual([]);
    expect(await database.items('outbox')).toContainEqual({
      pk: `DELETED#${user.id}`,
      expiresAt: NOW + 100,
    });
    // Somebody else may have the name and the address.
    await newUser({ username: user.username, email: user.email });
  });

  it('leaves the address to whom it leads', async () => {
    const { user } = await newUser();
    const marker = { pk: `EMAIL#${canonicalEmail(user.email)}`, locator: 'of-another' };
    await database.put('users', marker);
    const { locator, ...item } = { ...user, ownsEmail: false };
    await database.put('users', { pk: `USER#${locator}`, ...item });
    expect(await users.deleteUser({ ...item, locator }, { listedUntil: NOW })).toBe('deleted');
    expect(await database.items('users')).toContainEqual(marker);
    expect(await keysAt(locator)).toEqual([]);
  });

  it('never takes an item of somebody else with it', async () => {
    const { user } = await newUser();
    const foreign = { pk: `EMAIL#${canonicalEmail(user.email)}`, locator: 'of-another' };
    await database.put('users', foreign);
    const before = await database.dump();
    let seen = '';
    // The item is the user's again when the store looks for what was in the way.
    const send = jest.fn(async (command: Parameters<typeof database.send>[0]) => {
      if (command instanceof GetCommand) {
        seen = await database.dump();
        await database.put('users', { ...foreign, locator: user.locator });
      }
      return database.send(command);
    });
    const watched = userStore({ ...database, send: send as unknown as typeof database.send });
    expect(await watched.deleteUser(user, { listedUntil: NOW })).toBe('deleted');
    expect(seen).toBe(before);
  });

  it('comes once, also when it is asked for fifty times at once, and between changes', async () => {
    const { user } = await newUser();
    const others = [
      users.changeUsername(user, { to: 'on-the-way-out' }),
      users.changeEmail(user, { to: 'out@example.com' }),
    ];
    const ends = await Promise.all(
      Array.from({ length: 50 }, () => users.deleteUser(user, { listedUntil: NOW })),
    );
    await Promise.all(others);
    expect(ends.filter((outcome) => outcome === 'deleted')).toHaveLength(1);
    expect(ends.filter((outcome) => outcome === 'gone')).toHaveLength(49);
    expect(await keysAt(user.locator)).toEqual([]);
  });

  it('is not that of the next user at the same place', async () => {
    const { user } = await newUser();
    expect(await users.deleteUser({ ...user, id: user.id + 1000 }, { listedUntil: NOW })).toBe('gone');
    expect(await keysAt(user.locator)).toEqual(keysOf(user));
  });
});

describe('another password', () => {
  const change = ({ user, kept }: Awaited<ReturnType<typeof newUser>>, passwordHash: string) =>
    users.changePassword(kept, { passwordVersion: user.passwordVersion, passwordHash });
  const generations = async ({ kept }: Awaited<ReturnType<typeof newUser>>) => {
    const { session, owner } = await readSessionAndOwner(database, kept.key);
    return [session?.sessionGeneration, owner?.sessionGeneration];
  };

  it('is stored together with the end of every session but one', async () => {
    const one = await newUser();
    expect(await change(one, 'new-hash')).toBe('changed');
    expect(await read(one.user)).toMatchObject({ passwordHash: 'new-hash', passwordVersion: 1 });
    expect(await generations(one)).toEqual([1, 1]);
    const again = { ...one, user: await read(one.user) };
    expect(await change(again, 'newer-hash')).toBe('changed');
    expect(await read(one.user)).toMatchObject({ passwordHash: 'newer-hash', passwordVersion: 2 });
    expect(await generations(one)).toEqual([2, 2]);
  });

  it('of one session is set by one of fifty changes at once, and the session lives', async () => {
    const one = await newUser();
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, at) => change(one, `hash-${at}`)));
    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'overtaken')).toHaveLength(49);
    const { passwordHash } = await read(one.user);
    expect(passwordHash).toBe(`hash-${outcomes.indexOf('changed')}`);
    expect(await generations(one)).toEqual([1, 1]);
  });

  it('of two sessions at once is set by one of them, and ends the other', async () => {
    const one = await newUser();
    const key = issueToken(one.user.locator, 'ef01');
    await sessionStore(database).add(key, sessionWith(key, { userId: one.user.id, id: 'other' }));
    const other = { ...one, kept: { ...one.kept, key, sessionId: 'other' } };
    const outcomes = await Promise.all([change(one, 'one'), change(other, 'other')]);
    expect([...outcomes].sort()).toEqual(['changed', 'ended']);
    const [winner, loser] = outcomes[0] === 'changed' ? [one, other] : [other, one];
    expect(await generations(winner)).toEqual([1, 1]);
    expect(await generations(loser)).toEqual([0, 1]);
  });

  it('stands whatever hash of the old one a login stores at the same time', async () => {
    const one = await newUser();
    const rehash = { from: 'old-hash', to: 'old-hash-again' };
    const [outcome] = await Promise.all([
      change(one, 'new-hash'),
      users.replacePasswordHash(one.user.locator, rehash),
    ]);
    expect(outcome).toBe('changed');
    expect(await read(one.user)).toMatchObject({ passwordHash: 'new-hash' });
    expect(await users.replacePasswordHash(one.user.locator, rehash)).toBe(false);
  });

  it('is set although the session went on to another generation since it was authorised', async () => {
    const one = await newUser();
    expect(await users.endOtherSessions(one.kept)).toBe(1);
    expect(await change(one, 'new-hash')).toBe('changed');
    expect(await generations(one)).toEqual([2, 2]);
  });

  it.each([
    [
      'was ended',
      async ({ user }: Awaited<ReturnType<typeof newUser>>) => users.endAllSessions(user.locator, user.id),
    ],
    [
      'is gone',
      async ({ kept }: Awaited<ReturnType<typeof newUser>>) =>
        sessionStore(database).remove(kept.key, kept.sessionId),
    ],
    [
      'has no user any more',
      async ({ user }: Awaited<ReturnType<typeof newUser>>) => users.deleteUser(user, { listedUntil: NOW }),
    ],
  ])('is not set for a session that %s', async (_, end) => {
    const one = await newUser();
    await end(one);
    const before = await database.dump();
    expect(await change(one, 'new-hash')).toBe('ended');
    expect(await database.dump()).toBe(before);
  });
});

describe('a change that the password no longer allows', () => {
  it('is not made', async () => {
    const one = await newUser();
    await users.changePassword(one.kept, { passwordVersion: undefined, passwordHash: 'new-hash' });
    const before = await database.dump();
    expect(await users.changeUsername(one.user, { to: 'too-late' })).toBe('overtaken');
    expect(await users.changeEmail(one.user, { to: 'too-late@example.com' })).toBe('overtaken');
    expect(await users.deleteUser(one.user, { listedUntil: NOW })).toBe('overtaken');
    expect(await database.dump()).toBe(before);
  });
});

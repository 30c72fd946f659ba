import { issueToken, newLocator } from '../../functions/shared/domain/token';
import type { NewUser } from '../../functions/shared/store/accounts';
import { startDatabase, type TestDatabase } from '../support/database';
import { sessionWith } from '../support/sessions';
import { type UserStore, userStore } from '../support/stores';

let database: TestDatabase;
let users: UserStore;
beforeAll(async () => {
  database = await startDatabase();
  users = userStore(database);
});
afterAll(() => database.close());

/** As a login does. */
const findByName = async (store: UserStore, username: string) =>
  store.findNamed(await store.findLocator(username), username);

let count = 0;
const newUser = (
  overrides: { username?: string; email?: string; locator?: string; session?: string } = {},
): NewUser => {
  count += 1;
  const {
    username = `user${count}`,
    email = `user${count}@example.com`,
    locator = newLocator(),
    session = 'cd22',
  } = overrides;
  return {
    user: {
      id: count,
      username,
      email,
      role: 'CLERK',
      passwordHash: '$2b$10$hash',
      isActive: true,
      createdAt: 1_800_000_000,
      sessionGeneration: 0,
    },
    key: { locator, session },
    session: sessionWith(issueToken(locator, session), { userId: count }),
  };
};

describe('ids', () => {
  it('count from 1 and are never given twice, also at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => users.nextId()));
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});

describe('a new user', () => {
  it.each(['\u1e9e', '\u0390', '\u1fb3', '\u{10400}', '\u{20000}'])(
    'is found by the longest name there is, of %j',
    async (letter) => {
      const creation = newUser({ username: letter.normalize('NFKC').repeat(150) });
      expect(await users.create(creation)).toBe('created');
      expect(await findByName(users, creation.user.username)).toMatchObject(creation.user);
    },
  );

  it('comes with both markers and a session, and is found by name in any case and form', async () => {
    const creation = newUser({ username: 'Ångström', email: 'Angstrom@Example.com' });
    expect(await users.create(creation)).toBe('created');
    for (const name of ['Ångström', 'ÅNGSTRÖM', 'A\u030angstro\u0308m']) {
      expect(await findByName(users, name)).toMatchObject({
        ...creation.user,
        locator: creation.key.locator,
      });
    }
    expect(await database.items('tokens')).toContainEqual(
      expect.objectContaining({ user: creation.key.locator, session: 'cd22', ...creation.session }),
    );
  });

  it.each([
    ['the username in another case', { username: 'TAKEN' }, ['username']],
    ['both', { username: 'taken', email: 'taken@example.com' }, ['username', 'email']],
  ])('is refused when another has %s, and leaves nothing behind', async (_, overrides, taken) => {
    await users.create(newUser({ username: 'taken', email: 'taken@example.com' }));
    const before = await database.dump();
    expect(await users.create(newUser(overrides))).toEqual(taken);
    expect(await database.dump()).toBe(before);
  });

  it.each(['locator', 'session'] as const)('asks for another locator when its %s is taken', async (what) => {
    const { key } = newUser();
    const occupied =
      what === 'locator' ? { pk: `USER#${key.locator}` } : { user: key.locator, session: key.session };
    await database.put(what === 'locator' ? 'users' : 'tokens', occupied);
    const before = await database.dump();
    expect(await users.create(newUser(key))).toBe('locator_taken');
    expect(await database.dump()).toBe(before);
  });

  it('of one name among a hundred at once is made exactly once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        users.create(newUser({ username: 'wanted', email: `wanted${index}@example.com` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'created')).toEqual(Array(99).fill(['username']));
    const wanted = (await database.items('users')).filter((item) => item['username'] === 'wanted');
    expect(wanted).toHaveLength(1);
  });

  it('costs two reads whether anyone has it, nobody has it, or nobody can have it', async () => {
    const creation = newUser();
    await users.create(creation);
    const names = [
      'someone-else',
      'u'.repeat(151),
      'u'.repeat(60_000),
      '\ufdfa'.repeat(150),
      '\u0130'.repeat(150),
    ];
    for (const username of [creation.user.username, ...names]) {
      const send = jest.fn(database.send);
      const watched = { ...database, send: send as unknown as typeof database.send, close: () => undefined };
      const found = await findByName(userStore(watched), username);
      expect(found?.username).toBe(names.includes(username) ? undefined : username);
      expect(send.mock.calls.map(([command]) => command.constructor.name)).toEqual([
        'GetCommand',
        'GetCommand',
      ]);
    }
  });

  it('is not found under a name that was given up between the two reads, by whoever has its locator then', async () => {
    const [before, after] = [newUser({ username: 'given-up' }), newUser({ username: 'moved-in' })];
    await users.create(before);
    let reads = 0;
    const send = jest.fn(async (command: Parameters<typeof database.send>[0]) => {
      reads += 1;
      if (reads === 2) await database.put('users', { ...after.user, pk: `USER#${before.key.locator}` });
      return database.send(command);
    });
    const overtaken = { ...database, send: send as unknown as typeof database.send, close: () => undefined };
    expect(await findByName(userStore(overtaken), 'given-up')).toBeUndefined();
    expect(reads).toBe(2);
  });
});

describe('a password hash', () => {
  const hashOf = async (username: string) => (await findByName(users, username))?.passwordHash;

  it('is replaced over the one it was made from, and never over a newer one', async () => {
    const creation = newUser();
    await users.create(creation);
    const { locator } = creation.key;
    expect(await users.replacePasswordHash(locator, { from: '$2b$10$hash', to: '$2b$11$hash' })).toBe(true);
    expect(await users.replacePasswordHash(locator, { from: '$2b$10$hash', to: '$2b$12$late' })).toBe(false);
    expect(await hashOf(creation.user.username)).toBe('$2b$11$hash');
  });

  it('is not made for a user who is gone', async () => {
    const gone = newLocator();
    expect(await users.replacePasswordHash(gone, { from: '$2b$10$hash', to: '$2b$11$hash' })).toBe(false);
    expect((await database.items('users')).filter(({ pk }) => pk === `USER#${gone}`)).toEqual([]);
  });
});

import { issueToken, newLocator } from '../../functions/shared/domain/token';
import {
  createUser,
  findUserByName,
  type NewUser,
  nextUserId,
  replacePasswordHash,
} from '../../functions/shared/store/users';
import { startDatabase, type TestDatabase } from '../support/database';
import { sessionWith } from '../support/sessions';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

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
    address: { locator, session },
    session: sessionWith(issueToken(locator, session), { userId: count }),
  };
};

describe('ids', () => {
  it('count from 1 and are never given twice, also at once', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => nextUserId(database)));
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });
});

describe('a new user', () => {
  it.each(['\u1e9e', '\u0390', '\u1fb3', '\u{10400}', '\u{20000}'])(
    'is found by the longest name there is, of %j',
    async (letter) => {
      const creation = newUser({ username: letter.normalize('NFKC').repeat(150) });
      expect(await createUser(database, creation)).toBe('created');
      expect(await findUserByName(database, creation.user.username)).toMatchObject(creation.user);
    },
  );

  it('comes with both markers and a session, and is found by name in any case and form', async () => {
    const creation = newUser({ username: 'Ångström', email: 'Angstrom@Example.com' });
    expect(await createUser(database, creation)).toBe('created');
    for (const name of ['Ångström', 'ÅNGSTRÖM', 'A\u030angstro\u0308m']) {
      expect(await findUserByName(database, name)).toMatchObject({
        ...creation.user,
        locator: creation.address.locator,
      });
    }
    expect(await database.items('tokens')).toContainEqual(
      expect.objectContaining({ user: creation.address.locator, session: 'cd22', ...creation.session }),
    );
  });

  it.each([
    ['the username in another case', { username: 'TAKEN' }, ['username']],
    ['the username in another script of the same letters', { username: 'ＴＡＫＥＮ' }, ['username']],
    ['the e-mail address in another case', { email: 'Taken@Example.COM' }, ['email']],
    ['both', { username: 'taken', email: 'taken@example.com' }, ['username', 'email']],
  ])('is refused when another has %s, and leaves nothing behind', async (_, overrides, taken) => {
    await createUser(database, newUser({ username: 'taken', email: 'taken@example.com' }));
    const before = await database.dump();
    expect(await createUser(database, newUser(overrides))).toEqual(taken);
    expect(await database.dump()).toBe(before);
  });

  it.each(['locator', 'session'] as const)('asks for another address when its %s is taken', async (what) => {
    const { address } = newUser();
    const occupied =
      what === 'locator'
        ? { pk: `USER#${address.locator}` }
        : { user: address.locator, session: address.session };
    await database.put(what === 'locator' ? 'users' : 'tokens', occupied);
    const before = await database.dump();
    expect(await createUser(database, newUser(address))).toBe('address_taken');
    expect(await database.dump()).toBe(before);
  });

  it('of one name among a hundred at once is made exactly once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        createUser(database, newUser({ username: 'wanted', email: `wanted${index}@example.com` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'created')).toEqual(Array(99).fill(['username']));
    const wanted = (await database.items('users')).filter((item) => item['username'] === 'wanted');
    expect(wanted).toHaveLength(1);
  });

  it('costs two reads whether anyone has it, nobody has it, or nobody can have it', async () => {
    const creation = newUser();
    await createUser(database, creation);
    const names = [
      'someone-else',
      'u'.repeat(151),
      'u'.repeat(60_000),
      '\ufdfa'.repeat(150),
      '\u0130'.repeat(150),
    ];
    for (const username of [creation.user.username, ...names]) {
      const send = jest.fn(database.send);
      const found = await findUserByName(
        { ...database, send: send as unknown as typeof database.send, close: () => undefined },
        username,
      );
      expect(found?.username).toBe(names.includes(username) ? undefined : username);
      expect(send.mock.calls.map(([command]) => command.constructor.name)).toEqual([
        'GetCommand',
        'GetCommand',
      ]);
    }
  });

  it('that nobody made is not found', async () => {
    expect(await findUserByName(database, 'nobody')).toBeUndefined();
  });
});

describe('a password hash', () => {
  const hashOf = async (username: string) => (await findUserByName(database, username))?.passwordHash;

  it('is replaced over the one it was made from, and never over a newer one', async () => {
    const creation = newUser();
    await createUser(database, creation);
    const { locator } = creation.address;
    expect(await replacePasswordHash(database, locator, { from: '$2b$10$hash', to: '$2b$11$hash' })).toBe(
      true,
    );
    expect(await replacePasswordHash(database, locator, { from: '$2b$10$hash', to: '$2b$12$late' })).toBe(
      false,
    );
    expect(await hashOf(creation.user.username)).toBe('$2b$11$hash');
  });

  it('is not made for a user who is gone', async () => {
    const gone = newLocator();
    expect(await replacePasswordHash(database, gone, { from: '$2b$10$hash', to: '$2b$11$hash' })).toBe(false);
    expect((await database.items('users')).filter(({ pk }) => pk === `USER#${gone}`)).toEqual([]);
  });
});

/** `import` and `export` on the embedded engine, without Python: the dump is written here, in the form of Django's. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportCommand } from '../../cli/users/export';
import { importCommand } from '../../cli/users/import';
import * as accounts from '../../functions/shared/store/accounts';
import * as administration from '../../functions/shared/store/administration';
import { bind } from '../../functions/shared/store/bind';
import * as imports from '../../functions/shared/store/imports';
import * as sessions from '../../functions/shared/store/sessions';
import * as users from '../../functions/shared/store/users';
import { startDatabase, type TestDatabase } from '../support/database';

const HASH = 'pbkdf2_sha256$1$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const digits = (n: number) => n.toString(16).padStart(10, '0');
const tokenOf = (n: number) => `${digits(n)}${'ab'.repeat(15)}`;

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await startDatabase();
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

const user = (pk: number | string | undefined, fields: object = {}, model = 'auth.user') => ({
  model,
  ...(pk !== undefined && { pk }),
  fields: {
    password: HASH,
    last_login: null,
    is_superuser: false,
    username: `user${pk}`,
    email: `${pk}@example.com`,
    is_staff: false,
    is_active: true,
    date_joined: '2025-10-23T22:22:56.255Z',
    groups: [],
    ...fields,
  },
});
const token = (key: string, of: unknown) => ({
  model: 'authtoken.token',
  pk: key,
  fields: { user: of, created: '2026-11-27T22:23:09.968Z' },
});

function write(objects: readonly object[] | string): string {
  const file = join(folder, 'dump.json');
  writeFileSync(file, typeof objects === 'string' ? objects : JSON.stringify(objects, undefined, 1));
  return file;
}

function backend(send = database.send) {
  const connected = { ...database, send, close: () => undefined };
  const stores = {
    administration: bind(connected, administration),
    accounts: bind(connected, accounts),
    imports: bind(connected, imports),
    sessions: bind(connected, sessions),
    users: bind(connected, users),
  };
  return {
    ...{ database: connected, stores, isLocal: true, roles: ['CLERK', 'MANAGER', 'ADMIN'] },
    ...{ defaultRole: 'CLERK', sessionLifetimeSeconds: 90 * 86_400 },
  } as any;
}

async function run(file: string, values: Record<string, unknown> = {}, send = database.send): Promise<any> {
  const terminal = { note: () => undefined } as any;
  const args = { positionals: [file], values, terminal, confirm: async () => undefined };
  return (await importCommand.run(backend(send), args))!.json;
}

const item = async (pk: string) => (await database.items('users')).find((each) => each['pk'] === pk);
const ofName = async (name: string) => {
  const { locator } = (await item(`USERNAME#${name}`)) ?? {};
  return item(`USER#${locator}`);
};

describe('an import', () => {
  it('takes a user with the live token, at the locator that the token names, and raises the counter', async () => {
    const file = write([user(7, { first_name: 'Ádá', telegram: 1 }), token(tokenOf(7), 7)]);
    expect(await run(file)).toMatchObject({ written: false, created: 1, tokens: 1 });
    expect(await database.items('users')).toEqual([]);
    expect(await run(file, { write: true })).toMatchObject({ written: true, created: 1, remarks: [] });
    const stored = await item(`USER#${digits(7)}`);
    expect(stored).toMatchObject({
      id: 7,
      username: 'user7',
      passwordHash: HASH,
      role: 'CLERK',
      isActive: true,
    });
    expect(stored).toMatchObject({ createdAt: Math.floor(Date.parse('2025-10-23T22:22:56Z') / 1000) });
    const [session] = await database.items('tokens');
    expect(session).toMatchObject({ user: digits(7), session: 'abab', userId: 7, device: 'imported' });
    expect(session!['expiresAt']).toBe(session!['sessionExpiresAt']);
    const days = (session!['expiresAt'] - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(80.9);
    expect(days).toBeLessThan(90.1);
    expect(await item('COUNTER#user')).toMatchObject({ lastId: 7 });
    expect(JSON.parse((await item(`IMPORT#${digits(7)}`))!['django'])).toMatchObject({ first_name: 'Ádá' });
    expect(await database.dump()).not.toContain(tokenOf(7).slice(14));
  });

  it('stops at names that are one here, and leaves the later one out if told to', async () => {
    const file = write([user(1, { username: 'Bob' }), user(2, { username: 'bob' })]);
    await expect(run(file, { write: true })).rejects.toThrow('Nothing was written: 1 conflict.');
    expect(await database.items('users')).toEqual([]);
    const done = await run(file, { write: true, 'on-conflict': 'skip' });
    expect(done).toMatchObject({ created: 1, skipped: 1, remarks: [{ username: 'bob', conflict: true }] });
    expect(await ofName('bob')).toMatchObject({ username: 'Bob' });
  });

  it('gives an address to the one who was there last, and the other none', async () => {
    const file = write([
      user(1, { email: 'Twin@example.com', last_login: '2026-01-01T00:00:00Z' }),
      user(2, { email: 'twin@example.com' }),
      token(tokenOf(2), 2),
      user(3, { email: '' }),
      user(4, { email: '' }),
    ]);
    expect(await run(file, { write: true })).toMatchObject({ created: 4, remarks: [{ username: 'user1' }] });
    expect(await item('EMAIL#twin@example.com')).toMatchObject({ locator: digits(2) });
    expect(await ofName('user1')).toMatchObject({ email: 'Twin@example.com', ownsEmail: false });
    expect(await ofName('user3')).toMatchObject({ email: '' });
  });

  it('takes a token only in its form, and of two with one locator the first', async () => {
    const file = write([
      token(tokenOf(1), 1),
      token(`${digits(1)}${'cd'.repeat(15)}`, 2),
      token('X'.repeat(40), 3),
      token(tokenOf(9), 99),
      ...[1, 2, 3].map((pk) => user(pk)),
    ]);
    const done = await run(file, { write: true });
    expect(done).toMatchObject({ created: 3, tokens: 1, tokens_of_nobody: 1 });
    expect(done.remarks.map(({ username }: any) => username)).toEqual(['user2', 'user3']);
  });

  it('lets an inactive user’s token open nothing, also once the user is let in again', async () => {
    await run(write([user(1, { is_active: false }), token(tokenOf(1), 1)]), { write: true });
    const [session] = await database.items('tokens');
    expect((await ofName('user1'))!['sessionGeneration']).toBeGreaterThan(session!['sessionGeneration']);
  });

  it('30. Imported hash parameters above a cap are refused at import.', async () => {
    const hashes = [HASH.replace('$1$', '$4000001$'), '', 'sha1$a$b', 'not-a-hash', '!x', 'md5$$x', 7];
    const done = await run(write(hashes.map((password, pk) => user(pk + 1, { password }))), { write: true });
    expect(done.remarks).toHaveLength(hashes.length);
    for (const pk of hashes.keys())
      expect((await ofName(`user${pk + 1}`))!['passwordHash']).toMatch(/^![A-Za-z0-9]{40}$/);
  });

  it('promotes nobody without a rule; of several rules the first that holds', async () => {
    const objects = [
      { model: 'auth.group', pk: 5, fields: { name: 'Managers', permissions: [] } },
      user(1, { groups: [5], is_staff: true }),
      user(2, { groups: [['Managers']], is_superuser: true }),
      user(3, { role: 'ADMIN' }),
    ];
    const file = write(objects);
    await run(file, { write: true, role: ['group:Managers=MANAGER', 'superuser=ADMIN'] });
    const roles = await Promise.all([1, 2, 3].map(async (n) => (await ofName(`user${n}`))!['role']));
    expect(roles).toEqual(['MANAGER', 'MANAGER', 'CLERK']);
    await expect(run(file, { role: ['superuser=BOSS'] })).rejects.toThrow(
      'The roles here are CLERK, MANAGER, ADMIN',
    );
  });

  it('refuses a number that is none, unless it gives new ones, and finds these users again', async () => {
    const uuid = '0b0e7d3c-3a52-4f0b-9a6e-1d6b5a6f1c11';
    const file = write([user(uuid, { username: 'ada' }, 'people.user'), token(tokenOf(1), uuid)]);
    await expect(run(file)).rejects.toThrow('--renumber');
    expect(await run(file, { write: true, renumber: true })).toMatchObject({ created: 1, tokens: 1 });
    expect(await run(file, { write: true, renumber: true })).toMatchObject({ created: 0, already_here: 1 });
    expect(await ofName('ada')).toMatchObject({ id: 1 });
  });

  it('takes natural keys, with ids in the order of the file', async () => {
    const file = write([
      user(undefined, { username: 'ada', email: '' }),
      user(undefined, { username: 'bob', email: '' }),
      token(tokenOf(5), ['bob']),
    ]);
    expect(await run(file, { write: true })).toMatchObject({ created: 2, tokens: 1 });
    expect(await item(`USER#${digits(5)}`)).toMatchObject({ id: 2, username: 'bob' });
  });

  it.each([
    '',
    '{}',
    '[{"model":"auth.user"}]',
    '[{"model":"a.b","pk":1,"fields":{}}]',
    '[{"model":',
    'pk,name',
  ])('says in one line what is wrong with %j', async (text) => {
    const error = await run(write(text)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CliError', message: expect.not.stringContaining('\n') });
  });

  it('that was cut off at any call and runs again ends the same', async () => {
    const count = 45;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const file = write([...numbers.map((pk) => user(pk)), ...numbers.map((pk) => token(tokenOf(pk), pk))]);
    for (const calls of [3, 5, 6]) {
      let left = calls;
      const dying = ((command: any) => {
        left -= 1;
        if (left < 0) throw new Error('killed');
        return database.send(command);
      }) as typeof database.send;
      await expect(run(file, { write: true }, dying)).rejects.toThrow('killed');
    }
    await run(file, { write: true });
    const stored = await database.items('users');
    expect(stored.filter(({ pk }) => pk.startsWith('USER#'))).toHaveLength(count);
    expect(stored).toHaveLength(5 * count + 1);
    expect(await database.items('tokens')).toHaveLength(count);
    expect(await item('COUNTER#user')).toMatchObject({ lastId: count });
  });
});

describe('--update', () => {
  const storesHere = () => backend().stores;

  it('takes over a new password and a new token, and revives nothing', async () => {
    const before = [1, 2, 3].map((pk) => user(pk));
    await run(write([...before, token(tokenOf(1), 1), token(tokenOf(2), 2)]), { write: true });
    const stores = storesHere();
    // 1 logs out; 2 is deleted; 3 never had a token.
    const [session] = (await stores.sessions.list(digits(1))).sessions;
    await stores.sessions.remove(session.key, session.session.id);
    const two = await stores.users.find(digits(2), 2);
    expect(await stores.accounts.deleteUser(two, { listedUntil: Date.now() / 1000 + 1000 })).toBe('deleted');
    expect(await item(`IMPORT#${digits(2)}`)).toBeUndefined();
    const newHash = HASH.replace('salt', 'other');
    const newer = write([
      user(1, { password: newHash }),
      user(2),
      user(3),
      user(4),
      token(tokenOf(1), 1),
      token(tokenOf(2), 2),
      token(tokenOf(3), 3),
    ]);
    const done = await run(newer, { write: true, update: true });
    expect(done).toMatchObject({
      created: 1,
      already_here: 2,
      passwords_updated: 1,
      tokens_added: 1,
      skipped: 1,
    });
    expect(await item(`USER#${digits(1)}`)).toMatchObject({ passwordHash: newHash });
    expect((await database.items('tokens')).map(({ user: locator }) => locator).sort()).toEqual([
      digits(2),
      digits(3),
    ]);
    expect(await item(`USER#${digits(2)}`)).toBeUndefined();
    expect(await ofName('user3')).toMatchObject({ pk: `USER#${digits(3)}`, id: 3 });
    expect(await item('ID#3')).toMatchObject({ locator: digits(3) });
    // Once more: nothing is left to do.
    expect(await run(newer, { write: true, update: true })).toMatchObject({
      passwords_updated: 0,
      tokens_added: 0,
    });
  });

  it('never writes over a password that was changed here', async () => {
    await run(write([user(1), token(tokenOf(1), 1)]), { write: true });
    await database.put('users', {
      ...(await item(`USER#${digits(1)}`)),
      passwordHash: 'ours',
      passwordVersion: 1,
    });
    await run(write([user(1, { password: HASH.replace('salt', 'x') })]), { write: true, update: true });
    expect(await item(`USER#${digits(1)}`)).toMatchObject({ passwordHash: 'ours' });
  });
});

describe('an export', () => {
  const exported = async (values: Record<string, unknown>) => {
    const file = join(folder, 'out');
    const args = { positionals: [file], values, terminal: {} as any, confirm: async () => undefined };
    await exportCommand.run(backend(), args);
    return readFileSync(file, 'utf8');
  };

  it('for Django has every member that came, with all digits of a number', async () => {
    const file = write(
      `[${JSON.stringify(user(1, { role: 'BOSS', telegram: 'N' }, 'people.user')).replace('"N"', '12345678901234567890')}]`,
    );
    await run(file, { write: true });
    const text = await exported({ format: 'django' });
    expect(text).toContain('"telegram":12345678901234567890');
    expect(JSON.parse(text)).toMatchObject([
      {
        model: 'people.user',
        pk: 1,
        fields: { username: 'user1', role: 'CLERK', password: HASH, is_active: true },
      },
    ]);
    const [stock] = JSON.parse(await exported({ format: 'django', model: 'auth.user' }));
    expect(stock.fields).not.toHaveProperty('telegram');
    expect(stock.fields).not.toHaveProperty('role');
  });

  it('of our own is taken back with sessions', async () => {
    await run(write([user(1), user(2), token(tokenOf(1), 1)]), { write: true });
    const lines = await exported({ format: 'jsonl' });
    const [users, tokens] = [await database.items('users'), await database.items('tokens')];
    await database.close();
    database = await startDatabase();
    expect(await run(write(lines), { write: true })).toMatchObject({ created: 2, sessions: 1, remarks: [] });
    const byKey = (one: any, other: any) => (one.pk < other.pk ? -1 : 1);
    expect((await database.items('users')).sort(byKey)).toEqual(users.sort(byKey));
    expect(await database.items('tokens')).toEqual(tokens);
    expect(await run(write(lines), { write: true })).toMatchObject({ created: 0, already_here: 2 });
  });
});

/** Sentences about what a body may say, over HTTP. */
import { newName, startApi, type TestApi } from '../support/api';
import { itemsOf, type StoredItems } from '../support/stored-items';

let api: TestApi;
let stored: StoredItems;

beforeAll(async () => {
  api = await startApi();
  stored = itemsOf(api);
});
afterAll(async () => {
  stored.close();
  await api.close();
});

const account = () => {
  const username = newName();
  return { username, email: `${username}@example.com`, password: 'password123' };
};
const signup = (body: unknown) => api.call('POST', '/api/signup/', { body });
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('a body', () => {
  it('41. A role at signup is honoured only if on the self-assignable list; anything else is 400, and `is_staff`, `id`, `permissions` and unknown members are ignored or refused.', async () => {
    for (const role of ['MANAGER', 'clerk']) {
      const refused = await signup({ ...account(), role });
      expect([refused.status, refused.body]).toEqual([400, { role: [`"${role}" is not a valid choice.`] }]);
    }
    const smuggled = {
      id: 1_000_000,
      is_staff: true,
      isActive: false,
      permissions: ['*'],
      sessionGeneration: 9,
      passwordHash: 'x',
    };
    const { status, body } = await signup({ ...account(), role: 'CLERK', ...smuggled });
    expect([status, Object.keys(body.user)]).toEqual([201, ['id', 'username', 'email', 'role']]);
    expect(body.user.id).toBeLessThan(1_000_000);
    const item = (await stored.all('users')).find(
      ({ id, pk }) => id === body.user.id && pk.startsWith('USER#'),
    )!;
    expect(item).toMatchObject({ role: 'CLERK', isActive: true, sessionGeneration: 0 });
    expect(Object.keys(item)).toHaveLength(9);
    expect((await signup(account())).body.user.role).toBe('CLERK');
  });

  it('46. Bodies are checked by type: `{"username": {"$ne": ""}}`, arrays, numbers, `__proto__`, duplicate keys, 1 MB bodies and bad UTF-8 all give 4xx.', async () => {
    // Other types than text, and other bodies than an object: test/contract.
    const fine = JSON.stringify(account()).slice(1);
    const hostile: [string, string | Uint8Array][] = [
      ['__proto__', `{"__proto__":{"role":"ADMIN"},${fine}`],
      ['a key twice', `{"username":"twice",${fine}`],
      ['1 MB', JSON.stringify({ ...account(), x: 'x'.repeat(1024 * 1024) })],
      [
        'bad UTF-8',
        Buffer.concat([Buffer.from('{"username":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      ],
    ];
    for (const path of ['/api/signup/', '/api/api-token-auth/'])
      for (const [name, body] of hostile) {
        const reply = await api.call('POST', path, { body, headers: JSON_TYPE });
        expect([name, reply.status]).toEqual([name, name === '1 MB' ? 413 : 400]);
        expect(reply.headers.get('Content-Type')).toBe('application/json');
      }
    // A number where text is due is taken as its text, as DRF does: a user 7 has no such password.
    expect(
      (await api.call('POST', '/api/api-token-auth/', { body: { username: 7, password: 8 } })).status,
    ).toBe(400);
  });

  it('47. Username uniqueness and e-mail uniqueness hold under parallel signups, by transaction, under a stated case and Unicode rule.', async () => {
    const { username, email, password } = account();
    const spellings = [
      username,
      username.toUpperCase(),
      username.replace('user', 'ｕｓｅｒ'),
      username.replace('s', 'ſ'),
    ];
    const byName = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        signup({ username: spellings[index], email: `${newName()}@example.com`, password }),
      ),
    );
    expect(byName.filter(({ status }) => status === 201)).toHaveLength(1);
    const byEmail = await Promise.all(
      Array.from({ length: 3 }, (_, index) =>
        signup({ username: newName(), email: index % 2 ? email : email.toUpperCase(), password }),
      ),
    );
    expect(byEmail.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of [...byName, ...byEmail].filter((reply) => reply.status !== 201))
      expect([status, Object.keys(body).length]).toEqual([400, 1]);
  });

  it('60. Names and addresses that people take for one compare as one, in a stated canonical form.', async () => {
    // Each rule has its names and addresses in test/domain.
    const { password } = account();
    const last = newName();
    const [one, other] = [`ΓΙΩΡΓΟΣ.${last}`, `γιωργος.${last}`];
    const made = await signup({ username: one, email: `${last}@BÜCHER.Example`, password });
    expect(made.body.user).toMatchObject({ username: one, email: `${last}@BÜCHER.Example` });
    expect(
      (await signup({ username: other, email: `${last}@xn--bcher-kva.example`, password })).body,
    ).toEqual({
      username: ['A user with that username already exists.'],
      email: ['user with this email address already exists.'],
    });
    const reply = await api.call('POST', '/api/api-token-auth/', { body: { username: other, password } });
    expect(reply.status).toBe(200);
    for (const invisible of ['\u3164', '\u00ad'])
      expect((await signup({ ...account(), username: `${last}${invisible}` })).status).toBe(400);
    // Two domains, which may have two owners.
    for (const domain of ['straße.example', 'strasse.example'])
      expect((await signup({ username: newName(), email: `${last}@${domain}`, password })).status).toBe(201);
  });
});

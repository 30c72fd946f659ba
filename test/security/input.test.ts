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
    for (const role of ['ADMIN', 'MANAGER', 'BOSS', 'clerk', '']) {
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
    const fine = JSON.stringify(account()).slice(1);
    const hostile: [string, string | Uint8Array][] = [
      ['an operator', '{"username":{"$ne":""},"password":{"$ne":""}}'],
      ['an array', '[]'],
      ['a number', '7'],
      ['a list as a field', '{"username":["a"],"password":["b"]}'],
      ['a boolean as a field', '{"username":true,"password":false}'],
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
        expect([name, Math.floor(reply.status / 100)]).toEqual([name, 4]);
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
      Array.from({ length: 12 }, (_, index) =>
        signup({ username: spellings[index % 4], email: `${newName()}@example.com`, password }),
      ),
    );
    expect(byName.filter(({ status }) => status === 201)).toHaveLength(1);
    const byEmail = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        signup({ username: newName(), email: index % 2 ? email : email.toUpperCase(), password }),
      ),
    );
    expect(byEmail.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of [...byName, ...byEmail].filter((reply) => reply.status !== 201))
      expect([status, Object.keys(body).length]).toEqual([400, 1]);
  });

  it('60. Names and addresses that people take for one compare as one, in a stated canonical form.', async () => {
    const { password } = account();
    const last = newName();
    const pairs = [
      ['irem', 'İREM'],
      ['ışık', 'Işık'],
      ['γιωργοσ', 'ΓΙΩΡΓΟΣ'],
      ['γιωργος', 'ΓΙΩΡΓΟΣ.'],
      ['straße', 'STRASSE'],
    ] as const;
    for (const [one, other] of pairs) {
      // Before a dot that more letters follow, `Σ` has another lower case than at the end of a word.
      const names = [`${one}${other.endsWith('.') ? '.' : ''}${last}`, `${other}${last}`] as const;
      const made = await signup({ username: names[0], email: `${newName()}@example.com`, password });
      expect([names, made.status, made.body.user?.username]).toEqual([names, 201, names[0]]);
      const again = await signup({ username: names[1], email: `${newName()}@example.com`, password });
      expect([names, again.body]).toEqual([
        names,
        { username: ['A user with that username already exists.'] },
      ]);
      const reply = await api.call('POST', '/api/api-token-auth/', {
        body: { username: names[1], password },
      });
      expect([names, reply.status]).toEqual([names, 200]);
    }
    for (const invisible of ['\u3164', '\u115f', '\u1160', '\uffa0', '\u200b', '\u00ad'])
      expect((await signup({ ...account(), username: `${last}${invisible}` })).body).toEqual({
        username: [
          'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
        ],
      });
    const byEmail = (email: string) => signup({ username: newName(), email, password });
    const shownAs = await byEmail(`${last}@BÜCHER.Example`);
    expect([shownAs.status, shownAs.body.user.email]).toEqual([201, `${last}@BÜCHER.Example`]);
    for (const email of [`${last.toUpperCase()}@bücher.example`, `${last}@xn--bcher-kva.example`])
      expect((await byEmail(email)).body).toEqual({
        email: ['user with this email address already exists.'],
      });
    // Two domains, which may have two owners.
    for (const domain of ['ışık.example', 'isik.example', 'straße.example', 'strasse.example'])
      expect([domain, (await byEmail(`${last}@${domain}`)).status]).toEqual([domain, 201]);
    for (const domain of ['victim\u3164.example', '1.0x10', `${'ü'.repeat(63)}.example`])
      expect((await byEmail(`${last}@${domain}`)).body).toEqual({ email: ['Enter a valid email address.'] });
  });
});

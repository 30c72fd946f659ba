/** Bodies that no client sends in good faith: a 4xx in the contract's form, and the server goes on. */
import { connect } from 'node:net';
import { newName, startApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
afterEach(async () => {
  expect((await api.call('GET', '/api/dashboard/')).status).toBe(401);
  expect(api.log()).not.toContain('"kind":"failure"');
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };
const account = () => {
  const username = newName();
  return `"username":"${username}","email":"${username}@example.com","password":"password123"`;
};
const MANY = 100_000;

const hostile: [string, () => string | Uint8Array, Record<string, string>, number][] = [
  ['10 MB of JSON', () => `{${account()},"x":"${'x'.repeat(10 * 1024 * 1024 - 300)}"}`, JSON_TYPE, 413],
  ['over 10 MB', () => 'x'.repeat(10 * 1024 * 1024 + 1), JSON_TYPE, 413],
  ['1 MB of JSON', () => `{${account()},"x":"${'x'.repeat(1024 * 1024)}"}`, JSON_TYPE, 413],
  [
    '100,000 JSON members',
    () => `{${Array.from({ length: MANY }, (_, n) => `"f${n}":1`).join()}}`,
    JSON_TYPE,
    413,
  ],
  ['100,000 form fields', () => Array.from({ length: MANY }, (_, n) => `f${n}=1`).join('&'), FORM_TYPE, 413],
  [
    'nesting 30,000 deep',
    () => `{${account()},"username":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    JSON_TYPE,
    400,
  ],
  [
    'bytes that are not UTF-8',
    () => Buffer.concat([Buffer.from('{"username":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]),
    JSON_TYPE,
    400,
  ],
  ['form bytes that are not UTF-8', () => 'username=%C3%28&password=%FF', FORM_TYPE, 400],
  ['a member twice', () => `{${account()},"username":"${newName()}"}`, JSON_TYPE, 400],
  ['__proto__', () => `{${account()},"__proto__":{"role":"ADMIN"}}`, JSON_TYPE, 400],
  ['a NUL', () => '{"username":"a\\u0000b","password":"a\\u0000b"}', JSON_TYPE, 400],
  ['a lone surrogate', () => '{"username":"\\ud800","password":"\\udfff"}', JSON_TYPE, 400],
];

describe.each(['/api/signup/', '/api/api-token-auth/'])('%s', (path) => {
  it.each(hostile)('answers %s', async (...[, body, headers, status]) => {
    const reply = await api.call('POST', path, { body: body(), headers });
    expect(reply.status).toBe(status);
    expect(reply.headers.get('Content-Type')).toBe('application/json');
    expect(reply.text).not.toMatch(/ at |node:|\.ts/);
    if (status === 413) expect(Object.values(reply.body)).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('that breaks off in the middle of a body harms nobody', async () => {
    const { hostname, port } = new URL(api.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'POST /api/signup/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"user',
          () => {
            socket.destroy();
            resolve();
          },
        );
      });
    });
  });
});

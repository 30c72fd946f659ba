/** What no client sends in good faith, and the gateway answers alone. Bodies that reach a function are in test/security/input.test.ts. */
import { connect } from 'node:net';
import { startApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
afterEach(async () => {
  expect((await api.call('GET', '/api/dashboard/')).status).toBe(401);
  expect(api.log()).not.toContain('"kind":"failure"');
});

it('answers a body over 10 MB by 413', async () => {
  const headers = { 'Content-Type': 'application/json' };
  const reply = await api.call('POST', '/api/signup/', { body: 'x'.repeat(10 * 1024 * 1024 + 1), headers });
  expect([reply.status, reply.headers.get('Content-Type')]).toEqual([413, 'application/json']);
  expect(Object.values(reply.body)).toHaveLength(1);
});

it('a connection that breaks off in the middle of a body harms nobody', async () => {
  const { hostname, port } = new URL(api.url);
  const half =
    'POST /api/signup/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"user';
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(half, () => {
        socket.destroy();
        resolve();
      });
    });
  });
});

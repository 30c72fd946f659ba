/** The five requests of the seed, in its order, and what its error section says. */
import { startApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const TOKEN = /^[0-9a-f]{40}$/;

it('plays the flow of the seed, to the byte', async () => {
  const signup = await api.call('POST', '/api/signup/', {
    body: { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' },
  });
  const { token: firstToken, user } = signup.body;
  expect(signup.status).toBe(201);
  expect(signup.text).toBe(
    `{"user":{"id":${user.id},"username":"newuser","email":"newuser@example.com","role":"CLERK"},"token":"${firstToken}"}`,
  );
  expect([Number.isInteger(user.id), firstToken]).toEqual([true, expect.stringMatching(TOKEN)]);

  const login = await api.call('POST', '/api/api-token-auth/', {
    body: { username: 'newuser', password: 'password123' },
  });
  expect([login.status, login.text]).toEqual([200, `{"token":"${login.body.token}"}`]);
  expect(login.body.token).toMatch(TOKEN);

  const dashboard = await api.call('GET', '/api/dashboard/', { token: login.body.token });
  expect([dashboard.status, dashboard.text]).toEqual([200, '{"message":"Welcome to the Clerk Dashboard!"}']);

  const refresh = await api.call('POST', '/api/refresh-token/', { token: login.body.token });
  expect([refresh.status, refresh.text]).toEqual([200, `{"token":"${refresh.body.token}"}`]);
  expect(refresh.body.token).toMatch(TOKEN);
  expect(refresh.body.token).not.toBe(login.body.token);

  const old = await api.call('GET', '/api/dashboard/', { token: login.body.token });
  expect([old.status, old.text]).toEqual([401, '{"detail":"Invalid token."}']);

  const logout = await api.call('POST', '/api/logout/', { token: refresh.body.token });
  expect([logout.status, logout.text]).toEqual([200, '{"message":"Successfully logged out."}']);

  const after = await api.call('GET', '/api/dashboard/', { token: refresh.body.token });
  expect([after.status, after.text]).toEqual([401, '{"detail":"Invalid token."}']);

  const otherDevice = await api.call('GET', '/api/dashboard/', { token: firstToken });
  expect(otherDevice.status).toBe(200);
  expect(api.log()).not.toContain('"kind":"failure"');
});

it('gives the first user of an empty deployment the id 1', async () => {
  if (process.env['AWS_ENDPOINT_URL_DYNAMODB']) return; // Tables that others wrote to count on.
  const empty = await startApi();
  expect((await empty.signup()).id).toBe(1);
  await empty.close();
});

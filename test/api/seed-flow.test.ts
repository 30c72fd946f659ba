/** The first request of the seed, with its own values, in a deployment that has no users yet. The whole flow is in tools/contract/rows/flow.ts. */
import { startApi } from '../support/api';

it('gives the first user of an empty deployment the id 1, as in the seed', async () => {
  if (process.env['AWS_ENDPOINT_URL_DYNAMODB']) return; // Tables that others wrote to count on.
  const api = await startApi();
  const body = { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };
  const signup = await api.call('POST', '/api/signup/', { body });
  expect([signup.status, signup.text]).toEqual([
    201,
    `{"user":{"id":1,"username":"newuser","email":"newuser@example.com","role":"CLERK"},"token":"${signup.body.token}"}`,
  ]);
  await api.close();
});

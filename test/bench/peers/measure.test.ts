/** Our own side of the comparison. The other one has packages that only the program brings. */
import { measure } from '../../../bench/peers/measure';
import { actions, type Peer, startTokenAuth } from '../../../bench/peers/peers';

let peer: Peer;

beforeAll(async () => {
  peer = await startTokenAuth(process.env['TOKEN_AUTH_TEST_ASSEMBLY']!);
});

afterAll(() => peer.stop());

it.each(actions)('%s is answered with the database that stands in', async (action) => {
  const { requestsPerSecond, medianMs, cpuMs } = await measure(peer, { action, connections: 2, requests: 4 });
  expect(requestsPerSecond).toBeGreaterThan(0);
  expect(medianMs).toBeGreaterThan(0);
  expect(cpuMs).toBeGreaterThan(0);
});

it('sends as many requests as it is told, and one before on each connection', async () => {
  const sent: string[] = [];
  const counting = {
    ...peer,
    requestTo: {
      ...peer.requestTo,
      'authenticated GET': () => {
        sent.push('request');
        return peer.requestTo['authenticated GET']();
      },
    },
  };
  await measure(counting, { action: 'authenticated GET', connections: 3, requests: 10 });
  expect(sent).toHaveLength(13);
});

it('signs up another account each time', () => {
  const { signup } = peer.requestTo;
  expect(signup().body).not.toBe(signup().body);
});

it('measures nothing that is answered wrongly', async () => {
  const wrong = {
    ...peer,
    requestTo: { ...peer.requestTo, login: () => ({ method: 'GET', path: 'api/nowhere/' }) },
  };
  await expect(measure(wrong, { action: 'login', connections: 1, requests: 1 })).rejects.toThrow(
    'Token Auth, login: 404 {"detail":"Not found."}',
  );
});

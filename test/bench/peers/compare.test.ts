import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compare } from '../../../bench/peers/compare';
import { measure } from '../../../bench/peers/measure';
import type { Peer } from '../../../bench/peers/peers';

let status = 200;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(String(request.url).slice(1));
  response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"message":"Welcome!"}');
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  status = 200;
  asked.length = 0;
});
afterAll(() => server.close().closeAllConnections());

const work = { action: 'authenticated GET', connections: 2, requests: 5 } as const;
const REQUESTS_A_ROUND = work.connections + work.requests;

/** A server that takes so much CPU for each request, as it says, and in its first round ten times that. */
function peerTaking(cpuMs: number, name: string): Peer {
  const count = (): number => asked.filter((path) => path === name).length;
  const requestTo = () => ({ method: 'GET', path: name });
  return {
    name,
    server: {
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      cpuMs: async () => cpuMs * (count() + 9 * Math.min(count(), REQUESTS_A_ROUND)),
      stop: async () => undefined,
    },
    requestTo: { 'authenticated GET': requestTo, login: requestTo, signup: requestTo },
    stop: async () => undefined,
  };
}

it('every round but the first counts, the servers take turns in who begins, and their CPU is that of a request', async () => {
  const peers = { ours: peerTaking(3, 'ours'), theirs: peerTaking(2, 'theirs') };
  const [comparison] = await compare(peers, 2, [work]);
  expect(comparison?.ours.map(({ cpuMs }) => cpuMs)).toEqual([3, 3]);
  expect(comparison?.theirs.map(({ cpuMs }) => cpuMs)).toEqual([2, 2]);
  const turns = asked.filter((name, at) => name !== asked[at - 1]);
  expect(turns).toEqual(['ours', 'theirs', 'ours', 'theirs']);
  expect(asked).toHaveLength(3 * 2 * REQUESTS_A_ROUND);
});

it('measures nothing that is refused, whatever the refusal says', async () => {
  status = 401;
  await expect(measure(peerTaking(1, 'ours'), work)).rejects.toThrow(
    'ours, authenticated GET: 401 {"message":"Welcome!"}',
  );
});

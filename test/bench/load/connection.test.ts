import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect } from '../../../bench/load/connection';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function connectionTo(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return connect(new URL(`http://127.0.0.1:${port}/dev/`), 300);
}

const get = { method: 'GET', path: 'api/' } as const;

describe('a connection', () => {
  it('sends what it is given, below the base URL', async () => {
    const connection = await connectionTo(async ({ method, url, headers }, response) => {
      response.setHeader('X-Seen', [method, url, headers.authorization, headers['content-type']].join());
      response.end('{"a":1}');
    });
    const { reply } = await connection.send({ ...get, headers: { Authorization: 'Token x' } });
    expect(reply).toMatchObject({ status: 200, text: '{"a":1}', body: { a: 1 } });
    expect(reply!.headers['x-seen']).toBe('GET,/dev/api/,Token x,');
    connection.close();
  });

  it('sends a body, of the type that it is given', async () => {
    const connection = await connectionTo(async (request, response) => {
      response.end(`${request.headers['content-type']} ${await text(request)}`);
    });
    const headers = { 'Content-Type': 'application/json' };
    const { reply } = await connection.send({ method: 'POST', path: 'api/', headers, body: '{"a":"ä"}' });
    expect(reply).toMatchObject({ text: 'application/json {"a":"ä"}', body: undefined });
    connection.close();
  });

  it('is one connection, however many requests are sent', async () => {
    const sockets = new Set<unknown>();
    const connection = await connectionTo((request, response) => {
      sockets.add(request.socket);
      response.end();
    });
    for (let times = 0; times < 5; times += 1) await connection.send(get);
    expect(sockets.size).toBe(1);
    connection.close();
  });

  it.each<[string, RequestListener, string]>([
    ['does not answer', () => undefined, 'no answer within 0.3 s'],
    [
      'stops in the middle',
      (_, response) => response.writeHead(200, { 'Content-Length': 10 }).write('{'),
      'no answer within 0.3 s',
    ],
    [
      'hangs up in the middle',
      (_, response) => {
        response.writeHead(200, { 'Content-Length': 10 }).write('{');
        setTimeout(() => response.destroy(), 50);
      },
      'connection reset',
    ],
    ['hangs up', (_, response) => response.destroy(), 'connection reset'],
    [
      'does not stop',
      (_, response) => void response.end(Buffer.alloc(100_000)),
      'an answer of more than 65536 bytes',
    ],
    ['does not speak HTTP', ({ socket }) => void socket.end('220 hello\r\n'), 'no HTTP is spoken there'],
  ])('to a server that %s fails and says so', async (_, listener, reason) => {
    const connection = await connectionTo(listener);
    const sent = await connection.send(get);
    expect(sent.reply).toBeUndefined();
    expect(sent.failure).toContain(reason);
    connection.close();
  });
});

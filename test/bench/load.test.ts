/** `npm run load` against the real backend, behind a proxy that can lie. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { load } from '../../bench/load';
import { App, newRun } from '../../bench/load-app';
import { startApi, type TestApi } from '../support/api';

jest.setTimeout(120_000);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** What the proxy does with a request instead of passing it on. */
type Lie = 'accept' | 'hang up' | undefined;
interface Asked {
  readonly path: string;
  readonly token: string;
  /** The path that ended the token. */
  readonly endedBy: string | undefined;
}

const welcome = () =>
  Response.json({ message: 'Welcome to the Clerk Dashboard!' }, { headers: { 'Token-Expires-In': '60' } });

const passOn = (path: string, { method, authorization, type, body }: Record<string, string>) =>
  fetch(api.url + path, {
    method: method!,
    headers: { Authorization: authorization!, 'Content-Type': type! },
    body: body || null,
  }).catch(() => undefined);

/** Without a lie the load ends after a second, otherwise some requests after the first lie. */
async function run(lieTo?: (asked: Asked) => Lie) {
  const stop = new AbortController();
  const endedBy = new Map<string, string>();
  const secrets = new Set<string>();
  let requestsSinceLie = 0;
  const server = createServer(async (request, response) => {
    const { url: path = '', method = '' } = request;
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const token = authorization.replace('Token ', '');
    const body = await text(request);
    secrets.add(body ? JSON.parse(body).password : token);
    const lie = lieTo?.({ path, token, endedBy: endedBy.get(token) });
    requestsSinceLie += lie || requestsSinceLie > 0 ? 1 : 0;
    if (requestsSinceLie === 40) stop.abort();
    if (lie === 'hang up') return void response.destroy();
    const answer = lie ? welcome() : await passOn(path, { method, authorization, type, body });
    if (!answer) return void response.destroy(); // The load was over.
    if (/logout|refresh/.test(path)) endedBy.set(token, path);
    const { 'content-length': _, ...passed } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, passed).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const written: string[] = [];
  const surroundings = { write: (part: string) => void written.push(part), stop: stop.signal };
  const code = await load([url, '--connections', '4', '--seconds', lieTo ? '3600' : '1'], surroundings);
  server.close().closeAllConnections();
  const output = written.join('');
  expect([...secrets].filter((secret) => output.includes(secret))).toEqual([]);
  return { code, output };
}

describe('npm run load', () => {
  it('finds nothing wrong with this API', async () => {
    const { code, output } = await run();
    expect(output).toMatch(/^\| signup +\| +[1-9]\d* \| +0 \| +0 \| +0 \|/m);
    expect(output).toContain('No answer was wrong.');
    expect(code).toBe(0);
  });

  it.each<[string, (asked: Asked) => Lie, RegExp]>([
    [
      'a token that was logged out is accepted',
      ({ endedBy }) => (endedBy === '/api/logout/' ? 'accept' : undefined),
      /^Wrong answer to revoked: status 200 instead of 401; logged out \d+ ms before/m,
    ],
    [
      'a token that was refreshed away is accepted',
      ({ endedBy }) => (endedBy === '/api/refresh-token/' ? 'accept' : undefined),
      /^Wrong answer to revoked: status 200 instead of 401; refreshed away \d+ ms before/m,
    ],
    [
      'an answer is missing',
      ({ path }) => (path === '/api/sessions/' ? 'hang up' : undefined),
      /^0 answers WRONG, [1-9]\d* missing\.$/m,
    ],
  ])('ends with exit code 1 when %s', async (_, lieTo, complaint) => {
    const { code, output } = await run(lieTo);
    expect(output).toMatch(complaint);
    expect(code).toBe(1);
  });

  it('takes a request that followed Connection: close for not sent, and any other without an answer for missing', () => {
    const run = newRun(() => undefined);
    const app = new App(run);
    app.next();
    app.answered({ status: 503, text: '', headers: new Headers({ Connection: 'close' }) });
    app.next();
    app.next();
    expect(run.missing).toBe(0);
    app.next();
    expect(run.missing).toBe(1);
  });

  it('says that nobody is there', async () => {
    const surroundings = { write: () => undefined, stop: new AbortController().signal };
    const started = load(['http://127.0.0.1:1'], surroundings);
    await expect(started).rejects.toThrow('Cannot reach http://127.0.0.1:1/');
  });
});

/** `npm run contract` as a process: against this API, and against servers that respond wrongly. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { detectTarget } from '../../cli/contract-target';
import { startApi, type TestApi } from '../support/api';

jest.setTimeout(600_000);

let child: ChildProcess | undefined;
let server: Server | undefined;
const closeServer = () => server?.close().closeAllConnections();
afterEach(() => {
  child?.kill('SIGKILL');
  closeServer();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(...args: string[]) {
  const started = spawn(process.execPath, ['--import', 'tsx', 'bin/contract.ts', ...args], {
    env: { ...process.env, FORCE_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  const ended = Promise.all([once(started, 'exit'), text(started.stdout), text(started.stderr)]);
  const [[code], output, errors] = await ended;
  return { code, output, errors, lines: output.trim().split('\n') };
}

/** The titles of the rows that are listed so. */
const listed = (output: string, mark: '✓' | '✕' | '○ skipped'): string[] =>
  [...output.matchAll(new RegExp(`^ +${mark} (.*)`, 'gm'))].map(([, title = '']) => title);

describe('against this API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ settings: { corsOrigins: 'https://app.example.com' } });
  });
  afterAll(() => api.close());

  it('lists the rows, says which users stay, and ends all their sessions', async () => {
    const { code, output, errors, lines } = await run(api.url, '-t', '^Sessions|OPTIONS on');
    expect([code, errors]).toEqual([0, '']);
    expect(listed(output, '✓')).toHaveLength(8);
    expect(listed(output, '✓').join()).toContain('where corsOrigins is set');
    expect(listed(output, '○ skipped').join()).toContain('(rateLimits is off at this target');
    expect(lines[0]).toMatch(/^The contract at http:\S+, the local server \(npm start\)\./);
    expect(lines.at(-2)).toMatch(/^The contract at http:\S+: \d+ skipped, 8 passed, \d+ total\.$/);
    expect(lines.at(-1)).toMatch(
      /^Users created: 2, named contract-\w+-…, of whom 2 stay\. All sessions are ended\.$/,
    );
    expect(await api.logged({ event: 'signup_succeeded' }, 2)).toHaveLength(2);
    expect(await api.logged({ event: 'all_sessions_ended' }, 3)).toHaveLength(3); // One by a row.
  });

  it('ends the sessions it opened also when it is stopped', async () => {
    let unanswered: ServerResponse | undefined;
    // A proxy to the API that never responds to a refresh.
    const url = await serve(async (asked, response) => {
      if (asked.url === '/api/refresh-token/') {
        unanswered = response;
        child?.kill('SIGINT');
        return;
      }
      const { method = 'GET' } = asked;
      const body = method === 'POST' ? await text(asked) : null;
      const headers = asked.headers as Record<string, string>;
      const forwarded = await fetch(api.url + asked.url, { method, headers, body });
      response.writeHead(forwarded.status, Object.fromEntries(forwarded.headers)).end(await forwarded.text());
    });
    const { code, lines } = await run(url, '-t', 'The flow');
    expect(unanswered).toBeDefined();
    expect([code, lines.at(-2)]).toEqual([130, `The contract at ${url}/: stopped.`]);
    expect(lines.at(-1)).toMatch(/^Users created: 1, .* All sessions are ended\.$/);
    expect(await api.logged({ event: 'all_sessions_ended' }, 4)).toHaveLength(4);
  });
});

describe('against a server that answers wrongly', () => {
  /** Invalid passwords, which no user has. */
  const REFUSED = /^(Aa1-|8153|long)|similar/;

  /** Every response repeats the request, has a token, and passes for one of this API. */
  const wrongServer = async (headers: Record<string, string>) => {
    const secrets = new Set<string>();
    let logins = 0;
    const url = await serve(async (asked, response) => {
      const body = await text(asked);
      const token = `${secrets.size}`.padStart(40, 'f');
      const [, password] = /"password":"([^"]{9,})"/.exec(body) ?? [];
      secrets.add(token);
      if (password && !REFUSED.test(password)) secrets.add(password);
      logins += Number(asked.url === '/api/api-token-auth/');
      const status = logins === 2 ? 429 : 200; // So that the row about failed logins runs.
      const repeated = `${asked.url} ${asked.headers.authorization} ${body}`;
      const expiresIn = `${token} ${password}`.replace(/[^ -~]/g, '');
      response
        .writeHead(status, { 'Content-Type': 'application/json', 'Token-Expires-In': expiresIn, ...headers })
        .end(JSON.stringify({ detail: repeated, token, moved_by_seconds: 0 }));
    });
    return { url, secrets };
  };

  it('every row fails that is not skipped, and no token or password is shown', async () => {
    const { url, secrets } = await wrongServer({});
    const { code, output, errors } = await run(url);
    expect([code, errors, listed(output, '✓')]).toEqual([1, '', []]);
    const [, skipped, failed, total] = /(\d+) skipped, (\d+) failed, (\d+) total/
      .exec(output.replace(/(\d+ failed), (\d+ skipped)/, '$2, $1'))!
      .map(Number);
    expect([skipped, failed]).toEqual([16, total! - 16]);
    expect(output).toContain('"request": "GET /api/dashboard/');
    expect(secrets.size).toBeGreaterThan(50);
    const seen = output.toLowerCase();
    expect([...secrets].filter((secret) => seen.includes(secret.toLowerCase()))).toEqual([]);
    expect(seen).not.toMatch(/[0-9a-f]{20}/);
  });

  it.each([
    { target: 'sam local', headers: { Server: 'Werkzeug/3.0' }, named: 4 },
    { target: 'corsOrigins is set', headers: { 'Access-Control-Allow-Methods': 'GET' }, named: 1 },
  ])('$target: what it cannot show is named, and the rest fails', async ({ target, headers, named }) => {
    const { url } = await wrongServer(headers);
    const { code, output } = await run(url, '-t', 'HEAD on|OPTIONS on|unusual|other method'); // Five rows.
    expect([code, listed(output, '✓')]).toEqual([1, []]);
    expect(listed(output, '○ skipped').filter((title) => title.includes(`(${target}`))).toHaveLength(named);
    expect(listed(output, '✕')).toHaveLength(5 - named);
  });
});

describe('where this API is not', () => {
  it.each([
    ['a web page', 200, '<h1>Hello</h1>'],
    ['other JSON', 200, '{}'],
    ['API Gateway without the stage', 403, '{"message":"Forbidden"}'],
    ['a path below this API', 404, '{"detail":"Not found."}'],
    ['a redirect', 301, ', a redirect to https://x.example/'],
  ])('but %s, it says so', async (_, status, body) => {
    const location = /https:\S+/.exec(body)?.[0];
    const url = await serve((_, response) =>
      response.writeHead(status, location ? { Location: location } : {}).end(body),
    );
    await expect(detectTarget(url)).rejects.toThrow(
      `What answers at ${url}/ is not this API: GET ${url}/api/dashboard/ gave ${status}${location ? '' : ' '}${body}. The base URL`,
    );
  });

  it('it says that nothing answers', async () => {
    const url = await serve(() => undefined);
    closeServer();
    await expect(detectTarget(url)).rejects.toThrow(
      `Cannot reach ${url}/: ECONNREFUSED. Is the server running there, and is the URL right?`,
    );
  });

  it.each([
    [[], 'Which server? Like: npm run contract -- http://127.0.0.1:3000'],
    [['-t', 'Sessions'], 'Which server?'],
    [['nonsense'], '"nonsense" is not a base URL.'],
    [['https://user:secret@example.com'], 'The base URL must have no user name, password'],
  ])('%j is refused in one line', async (args, message) => {
    const { code, output, errors } = await run(...args);
    expect([code, output, errors.split('\n')]).toEqual([2, '', [expect.stringContaining(message), '']]);
  });
});

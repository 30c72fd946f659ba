/** The whole command, against the real backend, and against one whose answers tell all that they were told. */
import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { contract } from '../../../tools/contract/command';
import { startApi, type TestApi } from '../../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(
  args: readonly string[],
  onWrite: (part: string, stop: AbortController) => void = () => undefined,
) {
  let written = '';
  let errors = '';
  const stop = new AbortController();
  const output = {
    write: (part: string) => {
      written += part;
      onWrite(part, stop);
    },
  };
  const code = await contract(args, {
    output,
    errors: { write: (part) => (errors += part) },
    stop: stop.signal,
  });
  return { code, written, errors };
}

type Spoil = (
  answer: { status: number; body: string },
  asked: IncomingMessage & { text: string },
) => {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
};

/** Passes everything on to the API and changes the answers. */
const proxy = (spoil: Spoil): Promise<string> =>
  serve(async (asked, response) => {
    const sent = await text(asked);
    const { hostname, port } = new URL(api.url);
    const { url = '/', method = 'GET', headers } = asked;
    const onward = forward({ hostname, port, path: url, method, headers, agent: false });
    onward.end(sent);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const [status, body] = [answer.statusCode ?? 0, await text(answer)];
    const spoiled = spoil({ status, body }, Object.assign(asked, { text: sent }));
    const { 'content-length': _, ...kept } = answer.headers;
    response.writeHead(spoiled.status ?? status, { ...kept, ...spoiled.headers }).end(spoiled.body ?? body);
  });

const count = (written: string, verdict: string): number => written.split(`\n  ${verdict}`).length - 1;

describe('npm run contract against this API', () => {
  it('tells what held and which users stay, and ends all sessions', async () => {
    const { code, written, errors } = await run([api.url, '--only', 'Sessions:']);
    expect([code, errors]).toEqual([0, '']);
    expect(count(written, 'held ')).toBe(7);
    expect(written).toMatch(
      /2 users stay at the target.* begin with contract-\w{6}\. All their sessions are ended\./,
    );
    expect(written).toMatch(/\n7 rows in [\d.]+ s: 7 held, 0 did not hold, 0 not shown here\.\n/);
    const [prefix] = /contract-\w{6}/.exec(written)!;
    expect(await api.logged({ event: 'signup_succeeded' }, 2)).toHaveLength(2);
    expect(await api.logged({ event: 'all_sessions_ended' }, 3)).toHaveLength(3); // One by a row.
    expect(prefix).not.toBe('');
  });

  it('below a path, and says that limits which are off cannot be shown', async () => {
    const url = await serve(async (asked, response) => {
      expect(asked.url).toMatch(/^\/dev\//);
      const { hostname, port } = new URL(api.url);
      const path = asked.url!.slice('/dev'.length);
      const onward = forward({
        hostname,
        port,
        path,
        method: asked.method!,
        headers: asked.headers,
        agent: false,
      });
      asked.pipe(onward);
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    });
    const { code, written } = await run([`${url}/dev`, '--only', 'Too many', '--target', 'aws']);
    expect(code).toBe(0);
    expect(written).toContain(`The contract at ${url}/dev/, a deployed stage`);
    expect(written).toContain('rateLimits is off at this target, or loginFailures is high');
    expect(written).toContain('1 row in');
  });

  it.each([
    ['sam', 3],
    ['aws', 2],
  ])('leaves out what %s cannot show, with the reason', async (target, notShown) => {
    const { code, written } = await run([api.url, '--target', target, '--only', 'path']);
    expect([code, count(written, 'not shown ')]).toEqual([0, notShown]);
  });

  it('when stopped ends the sessions it opened, and says how much was not played', async () => {
    const before = (await api.logged({ event: 'all_sessions_ended' }, 0)).length;
    const { code, written } = await run([api.url, '--only', 'Different'], (part, stop) => {
      if (part.includes('held')) stop.abort();
    });
    expect(code).toBe(1);
    expect(written).toMatch(/3 rows in .*: 1 held, .* 2 not played, because it was stopped\./);
    expect(written).toContain('All their sessions are ended.');
    expect(await api.logged({ event: 'all_sessions_ended' }, before + 1)).toHaveLength(before + 1);
  });
});

describe('against a backend that answers wrongly', () => {
  it('tells every difference, and no token or password, though every answer repeats all it was sent', async () => {
    const secrets = new Set<string>();
    const url = await proxy(({ status, body }, asked) => {
      const known = `${body} ${asked.headers.authorization} ${asked.url} ${asked.text}`;
      for (const [token] of known.matchAll(/[0-9a-f]{40}/gi)) secrets.add(token.toLowerCase());
      for (const [, password] of asked.text.matchAll(/"password":"([^"]{7,})"/g))
        secrets.add(password!.toLowerCase());
      if (status < 300) return { headers: { 'Token-Expires-In': `${known}`.replace(/[^ -~]/g, '') } };
      const echo = {
        detail: `${asked.headers.authorization}`,
        sent: asked.text,
        path: asked.url,
        secret: known,
      };
      return {
        body: JSON.stringify(echo),
        headers: {
          'WWW-Authenticate': `Token ${known}`.replace(/[^ -~]/g, ''),
          Allow: [...secrets]
            .slice(-3)
            .join()
            .replace(/[^ -~]/g, ''),
        },
      };
    });
    const { code, written, errors } = await run([url]);
    expect([code, errors]).toEqual([1, '']);
    expect(count(written, 'DID NOT HOLD')).toBeGreaterThan(70);
    expect(written).toContain('What no client can show, and the test that does');
    expect(secrets.size).toBeGreaterThan(20);
    const seen = `${written}${errors}`.toLowerCase();
    expect([...secrets].filter((secret) => seen.includes(secret))).toEqual([]);
    expect(seen).not.toMatch(/[0-9a-f]{20}/);
  });

  it.each<[string, Spoil, string]>([
    [
      'lets everyone in',
      ({ status }) => (status === 401 ? { status: 200, body: '{}' } : {}),
      'on a protected route',
    ],
    [
      'redirects where the slash is missing',
      (_, { url = '' }) => (url.endsWith('/') ? {} : { status: 301, headers: { Location: `${url}/` } }),
      'slash',
    ],
    [
      'keeps WWW-Authenticate for itself',
      ({ status }) => (status === 401 ? { headers: { 'WWW-Authenticate': '' } } : {}),
      'WWW',
    ],
    ['answers refreshes by a new token each time', lying(), 'lost'],
  ])('notices one that %s', async (_, spoil, only) => {
    const { code, written } = await run([await proxy(spoil), '--only', only]);
    expect([code, count(written, 'DID NOT HOLD') > 0]).toEqual([1, true]);
    expect(written).toMatch(/\n +sent +\S.*\n +expected +\S.*\n +got +\S/);
  });

  it('waits for a limit that ends soon, and says of one that does not when to come back', async () => {
    let refusals = 0;
    const limited =
      (seconds: string, times: number): Spoil =>
      () => {
        refusals += 1;
        if (refusals < 5 || refusals >= 5 + times) return {};
        return { status: 429, headers: { 'Retry-After': seconds } };
      };
    const soon = await run([await proxy(limited('1', 2)), '--only', 'no Authorization']);
    expect(soon.code).toBe(0);
    refusals = 0;
    const late = await run([await proxy(limited('237', 1)), '--only', 'no Authorization']);
    expect(late.code).toBe(1);
    expect(late.written).toContain('throttled: try again in 237 seconds');
    expect(late.written).toContain('0 did not hold, 0 not shown here, 1 throttled.');
  });
});

/** Another token in every answer to a refresh. */
function lying(): Spoil {
  let drawn = 0;
  return (_, { url = '' }) => {
    drawn += 1;
    return url.includes('refresh')
      ? { body: JSON.stringify({ token: String(drawn).padStart(40, '0') }) }
      : {};
  };
}

describe('where this API is not', () => {
  it.each<[string, RequestListener, string]>([
    [
      'a web page',
      (_, response) => response.setHeader('Content-Type', 'text/html').end('<h1>Hello</h1>'),
      '200  <h1>Hello</h1>',
    ],
    ['other JSON', (_, response) => response.end('{}'), '200  {}'],
    [
      'API Gateway without the stage',
      (_, response) => response.writeHead(403).end('{"message":"Forbidden"}'),
      '403  {"message":"Forbidden"}',
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(301, { Location: 'https://x.example/' }).end(),
      '301, a redirect to https://x.example/',
    ],
    [
      'a path below this API',
      (_, response) => response.writeHead(404).end('{"detail":"Not found."}'),
      '404  {"detail":"Not found."}',
    ],
  ])('but %s, it says so', async (_, listener, answer) => {
    const url = await serve(listener);
    const { code, written, errors } = await run([url]);
    expect([code, written]).toEqual([2, '']);
    expect(errors).toContain(
      `What answers at ${url}/ is not this API: GET ${url}/api/dashboard/ gave ${answer}`,
    );
    expect(errors).toContain('The base URL is what stands before api/');
  });

  it('it says that nothing answers', async () => {
    const url = await serve((_, response) => response.end());
    for (const server of servers.splice(0)) server.close().closeAllConnections();
    const { code, errors } = await run([url]);
    expect([code, errors]).toEqual([
      2,
      `Cannot reach ${url}/: connection refused. Is the server running there, and is the URL right?\n`,
    ]);
  });

  it.each([
    [[], 'Which server?'],
    [['nonsense'], '"nonsense" is no base URL.'],
    [['http://127.0.0.1', 'more'], 'what is "more"?'],
    [
      ['http://127.0.0.1', '--target', 'azure'],
      '--target cannot be "azure". It must be one of local, sam, aws.',
    ],
    [['http://127.0.0.1', '--only', 'nothing such'], 'No row has "nothing such"'],
    [['http://127.0.0.1', '--fast'], "Unknown option '--fast'"],
  ])('%j is refused in one line', async (args, message) => {
    const { code, written, errors } = await run(args);
    expect([code, written, errors.split('\n')]).toEqual([2, '', [expect.stringContaining(message), '']]);
  });

  it('help is no error', async () => {
    const { code, written } = await run(['--help']);
    expect([code, written]).toEqual([0, expect.stringContaining('Usage: npm run contract')]);
  });
});

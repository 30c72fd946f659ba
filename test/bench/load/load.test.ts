/** The whole command, against the real backend and against servers that lie. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '../../../bench/load/command';
import { startApi, type TestApi } from '../../support/api';
import { type FakeServer, type Lie, startFake } from './fake-server';

const folder = mkdtempSync(join(tmpdir(), 'token-auth-load-'));
const picture = join(folder, 'load.svg');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly args?: readonly string[];
  readonly stop?: AbortController;
  readonly isTerminal?: boolean;
}

async function run(url: string, { args = [], stop, isTerminal = false }: Run = {}) {
  let written = '';
  let errors = '';
  const output = {
    isTerminal,
    write: (text: string) => {
      written += text;
    },
  };
  const code = await load([url, '--out', picture, '--connections', '4', '--seconds', '1', ...args], {
    output,
    errors: { write: (text) => (errors += text) },
    stop: (stop ?? new AbortController()).signal,
  });
  return { code, written, errors };
}

/** Stops after so many requests, those of the set-up included: how long they take is the machine's business. */
function runFor(requests: number, fake: FakeServer, path = '') {
  const stop = new AbortController();
  fake.onRequest = (count) => {
    if (count >= requests) stop.abort();
  };
  return run(fake.url + path, { args: ['--seconds', '3600', '--seed', '1'], stop });
}

/** The row of an action: count, right, wrong, throttled, unavailable, failed. */
function row(written: string, action: string): readonly number[] {
  const line = written.split('\n').find((one) => one.startsWith(`${action} `)) ?? '';
  return line
    .split(/\s+/)
    .slice(1, 7)
    .map((cell) => Number(cell.replaceAll(',', '')));
}

describe('npm run load against this API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('ends with no wrong answer, a table and a picture', async () => {
    const { code, written } = await run(api.url, { args: ['--seconds', '2'] });
    expect(written).toContain('No answer was wrong.');
    expect(code).toBe(0);
    const [count, right, ...others] = row(written, 'total');
    expect(count).toBeGreaterThan(0);
    expect(right).toBe(count);
    expect(others).toEqual([0, 0, 0, 0]);
    expect(written).toContain(`Picture: ${picture}`);
    expect(readFileSync(picture, 'utf8')).toMatch(/4 connections, \d+ s/);
  });
});

describe('npm run load against a server that lies', () => {
  let fake: FakeServer;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it.each(['', '/dev'])('finds nothing while it does not (base URL with "%s")', async (stage) => {
    const { code, written } = await runFor(1500, fake, stage);
    expect(written).toContain('No answer was wrong.');
    expect(code).toBe(0);
    for (const action of ['dashboard', 'revoked', 'refresh', 'login', 'signup', 'logout'])
      expect(row(written, action)[0]).toBeGreaterThan(0);
  });

  it.each<[Lie, string, string]>([
    ['a logged-out token is accepted', 'revoked', 'status 200 instead of 401'],
    ['a refreshed-away token is accepted', 'revoked', 'status 200 instead of 401'],
    ['refresh gives the same token', 'refresh', 'the token is not new'],
    ['two users have one id', 'signup', 'the id is not new'],
    ['a live token is refused now and then', 'dashboard', 'status 401 instead of 200'],
  ])('ends with exit code 1 when %s', async (lie, action, problem) => {
    fake.lie = lie;
    const { code, written } = await runFor(1500, fake);
    expect(code).toBe(1);
    expect(row(written, action)[2]).toBeGreaterThan(0);
    expect(written).toContain(`Wrong: ${action}, `);
    expect(written).toContain(`  ${problem}\n`);
    expect(written).toMatch(/\d answers? WRONG\./);
    expect(written).not.toMatch(/[0-9a-f]{20}/);
    expect(written.match(/^Wrong: /gm)!.length).toBeLessThanOrEqual(10);
  });

  it('counts what is throttled apart and says how to switch the limits off', async () => {
    fake.lie = 'logins and signups are throttled after a while';
    const { code, written } = await runFor(1500, fake);
    expect(code).toBe(0);
    expect(row(written, 'signup')[3]).toBeGreaterThan(0);
    expect(row(written, 'signup')[2]).toBe(0);
    expect(written).toMatch(
      /^\d+ answers were 429 \(login \d+, signup \d+\): the server limits .* npm start -- -c rateLimits=off$/m,
    );
  });

  it('counts 503 apart, and goes on', async () => {
    fake.lie = 'refresh is unavailable';
    const { code, written } = await runFor(500, fake);
    expect(code).toBe(0);
    expect(row(written, 'refresh')[4]).toBeGreaterThan(0);
    expect(row(written, 'dashboard')[0]).toBeGreaterThan(0);
  });

  it('ends with exit code 1 when connections fail, and says why', async () => {
    fake.lie = 'refresh is not answered';
    const { code, written } = await runFor(500, fake);
    expect(code).toBe(1);
    expect(row(written, 'refresh')[5]).toBeGreaterThan(0);
    expect(written).toMatch(/\d requests? failed: (socket hang up|connection reset) \(\d+\)\./);
    expect(written).toContain('No answer was wrong.');
  });

  it('ends at its time limit', async () => {
    const startedAt = performance.now();
    const { code, written } = await run(fake.url, { args: ['--seconds', '1'] });
    expect(code).toBe(0);
    expect(row(written, 'total')[0]).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
  });

  it('shows one changing line on a terminal', async () => {
    const { written } = await run(fake.url, { args: ['--seconds', '2'], isTerminal: true });
    expect(written).toContain('\r\u001b[2K');
    expect(written).toMatch(
      /\[2K\d+ s {2}[\d,]+ requests {2}[\d,]+\/s {2}wrong 0 {2}429 0 {2}503 0 {2}failed 0/,
    );
  });
});

describe('npm run load that cannot begin', () => {
  const oneLine = async (url: string, options: Run = {}) => {
    const { code, errors } = await run(url, options);
    expect(code).toBe(1);
    expect(errors.split('\n')).toEqual([expect.any(String), '']);
    return errors;
  };

  it('says in one line that nobody is there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    expect(await oneLine(`http://127.0.0.1:${port}`)).toBe(
      `Cannot reach http://127.0.0.1:${port}/: connection refused. Is the server running there?\n`,
    );
  });

  it.each<[Lie, string | RegExp]>([
    [
      'everything is an HTML page',
      /^No right answer to a signup at .*: status 404 instead of 201. It was: 404 <h1>Not here<\/h1>\n$/,
    ],
    [
      'logins and signups are throttled',
      'The server limits each signup (429, Retry-After 57). Start a local one without limits: npm start -- -c rateLimits=off\n',
    ],
  ])('says in one line that %s', async (lie, message) => {
    const fake = await startFake(lie);
    expect(await oneLine(fake.url)).toMatch(message);
    fake.close();
  });

  it.each([
    [join(folder, 'nowhere', 'load.svg'), 'its folder does not exist or cannot be written to'],
    [folder, 'it is a folder'],
  ])('says in one line that it cannot write %s', async (out, reason) => {
    expect(await oneLine('http://127.0.0.1:1', { args: ['--out', out] })).toBe(
      `--out cannot be "${out}": ${reason}.\n`,
    );
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('explains itself', async () => {
    const { code, written } = await run('x', { args: ['--help'] });
    expect(code).toBe(0);
    expect(written).toContain('Usage: npm run load -- <base URL> [options]');
  });
});

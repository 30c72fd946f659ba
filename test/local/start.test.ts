/** `npm start` as a newcomer runs it: a process, its output, its end. */
import { type ChildProcess, execSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openApi from '../../docs/openapi.json';
import { listRoutes } from '../../functions/endpoints';

const PROJECT = join(__dirname, '../..');
const dataDir = mkdtempSync(join(tmpdir(), 'token-auth-start-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});
jest.setTimeout(120_000);

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the process has said where it is, or has ended. */
  readonly url: Promise<string | undefined>;
  readonly exitCode: Promise<number | null>;
}

function start(variables: Record<string, string>, options: readonly string[] = []): Started {
  const { AWS_ENDPOINT_URL_DYNAMODB: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'bin/start.ts', ...options], {
    cwd: PROJECT,
    env: { ...inherited, DATA_DIR: dataDir, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  const said = new Promise<void>((resolve) => {
    const collect = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ctrl-C stops.')) resolve();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
  });
  const url = Promise.race([said, exitCode]).then(() => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]);
  return { child, output: () => text, url, exitCode };
}

describe('npm start', () => {
  const login = (url: string | undefined) =>
    fetch(`${url}/api/api-token-auth/`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'newuser', password: 'password123' }),
    });

  /** Of each server that comes to its start, so that one synthesis serves all. */
  const settings = ['-c', 'tokenLifetime=1h'];

  it('says where it is, the routes, a page of them and a line that works; Ctrl-C stops it; the data survive', async () => {
    const first = start({}, settings);
    const url = (await first.url)!;
    for (const { methods, path, summary } of listRoutes())
      expect(first.output()).toMatch(
        new RegExp(`^  ${methods.join(', ')} +${path}/ {2,}${summary}$`.replace(/[?]/g, '\\?'), 'm'),
      );
    const [command] = /curl .*/.exec(first.output())!;
    expect(execSync(command, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()).toMatch(
      /^{"user":{"id":1,/,
    );
    const [page] = /http:\S+\/_local\/docs\//.exec(first.output())!;
    const described: any = await (await fetch(`${page}openapi.json`)).json();
    expect(described.paths).toEqual(openApi.paths);
    const response = await login(url);
    expect(response.headers.get('Token-Expires-In')).toBe('3600');
    const { token }: any = await response.json();
    first.child.kill('SIGINT');
    expect(await first.exitCode).toBe(0);

    const options = ['--port', '0', '--data-dir', dataDir];
    const second = start({ PORT: '1', DATA_DIR: '/nowhere' }, [...options, ...settings]);
    const headers = { Authorization: `Token ${token}` };
    expect((await fetch(`${await second.url}/api/dashboard/`, { headers })).status).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.exitCode).toBe(0);
  });

  it.each([
    [
      'a bad setting',
      ['-c', 'bcryptCost=9'],
      'The setting bcryptCost cannot be "9". It must be a whole number from 10 to 14.\n',
    ],
    [
      'an unknown option',
      ['--prot', '3001'],
      "Unknown option '--prot'. The options are --port, --data-dir, --dynamodb, -c name=value.\n",
    ],
  ])('answers %s by one clear line', async (_, options, message) => {
    const started = start({}, options);
    expect(await started.exitCode).toBe(1);
    expect(started.output()).toBe(message);
  });

  it('answers a port in use by one clear line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const started = start({ PORT: String(port) }, settings);
    expect(await started.exitCode).toBe(1);
    expect(started.output()).toBe(
      `Port ${port} is already in use. Choose another with npm start -- --port ${port + 1}.\n`,
    );
    other.close();
  });
});

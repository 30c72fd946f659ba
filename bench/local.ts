/**
 * `npm run bench -- local`: what the local server costs. Starts `npm start` in an empty data folder and again, and requests the dashboard on one
 * connection. CPU covers all threads of the server, and not the client. On Linux, which tells it of another process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { table } from '../cli/table';
import { routes } from '../functions/endpoints';
import { readRounds } from './backend';

const PROJECT = join(__dirname, '..');
/** Of a round. */
const REQUESTS = 500;
/** Not counted: what runs often is compiled then. */
const WARM_UP_ROUNDS = 6;

/** @returns the table. */
export async function local(args: readonly string[]): Promise<string> {
  const options = {
    rounds: { type: 'string', default: '11' },
    node: { type: 'string', default: process.execPath },
    /** Another checkout, with its packages installed. Rounds alternate between the two. */
    beside: { type: 'string' },
  } as const;
  const { rounds, node, beside } = parseArgs({ args: [...args], options }).values;
  const count = readRounds(rounds, [1, 1000]);
  const projects = [PROJECT, ...(beside === undefined ? [] : [resolve(beside)])];
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-bench-'));
  const servers: Server[] = [];
  try {
    for (const project of projects)
      servers.push(await startTwice({ node, project, dataDir: mkdtempSync(join(folder, 'data-')) }));
    const samples = await measureRequests(servers, count);
    return toTable(servers, samples);
  } finally {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function toTable(servers: readonly Server[], samples: ReadonlyMap<Server, readonly number[]>): string {
  const row = (title: string, show: (server: Server) => string) => [title, ...servers.map(show)];
  return table([
    row('', ({ project }) => project),
    row('first start, s', ({ firstStartMs }) => (firstStartMs / 1000).toFixed(1)),
    row('unchanged start, s', ({ startMs }) => (startMs / 1000).toFixed(1)),
    row('CPU of an authenticated GET, ms', (server) => median(samples.get(server) ?? []).toFixed(2)),
    row('memory afterwards, MB', ({ child }) => readMegabytes(child.pid).toFixed(0)),
  ]);
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Place {
  readonly node: string;
  readonly project: string;
  readonly dataDir: string;
}

interface Started {
  readonly url: string;
  readonly startMs: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

interface Server extends Started {
  readonly project: string;
  readonly firstStartMs: number;
}

async function startTwice(place: Place): Promise<Server> {
  const first = await start(place);
  await first.stop();
  return { ...(await start(place)), project: place.project, firstStartMs: first.startMs };
}

/** As `npm start`, on a free port, with its log in a file. */
async function start({ node, project, dataDir }: Place): Promise<Started> {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const words = String(scripts.start).split(' ').slice(1);
  const log = join(dataDir, 'log');
  const startedAt = performance.now();
  const child = spawn(node, [...words, '--port', '0', '--data-dir', dataDir, '-c', 'rateLimits=off'], {
    cwd: project,
    stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')],
  });
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'close');
  };
  while (!readFileSync(log, 'utf8').includes('Ctrl-C stops.')) {
    if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
    await pause(10);
  }
  const startMs = performance.now() - startedAt;
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(log, 'utf8')) ?? [];
  return { url, startMs, child, stop };
}

/** The CPU time of a request in each round. */
async function measureRequests(servers: readonly Server[], rounds: number) {
  const samples = new Map<Server, number[]>();
  const requests = new Map<Server, () => Promise<void>>();
  for (const server of servers) requests.set(server, createRequest(server.url, await signUp(server.url)));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1)
    for (const [server, request] of requests) {
      const before = readCpuMs(server.child.pid);
      for (let sent = 0; sent < REQUESTS; sent += 1) await request();
      const cpuMs = (readCpuMs(server.child.pid) - before) / REQUESTS;
      if (round >= 0) samples.set(server, [...(samples.get(server) ?? []), cpuMs]);
    }
  return samples;
}

function createRequest(url: string, token: string): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const options = { agent, headers: { Authorization: `Token ${token}` } };
  return async () => {
    const [response] = await once(get(`${url}${routes.dashboard.path}/`, options), 'response');
    if (response.statusCode !== 200) throw new Error(`The dashboard answered ${response.statusCode}.`);
    await once(response.resume(), 'end');
  };
}

async function signUp(url: string): Promise<string> {
  const post = async ({ path }: { readonly path: string }): Promise<{ readonly token?: string }> => {
    const body = { username: 'bench', email: 'bench@example.com', password: 'horse-battery-9' };
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${url}${path}/`, { method: 'POST', headers, body: JSON.stringify(body) });
    return JSON.parse(await response.text());
  };
  await post(routes.signup);
  return (await post(routes.login)).token ?? '';
}

/** In user and kernel mode, which are the 14th and 15th field, in hundredths of a second. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readCpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function readMegabytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

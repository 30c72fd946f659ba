/** `npm run load -- URL`: load by autocannon, with each response checked by `load-app.ts`; then a table and the result. */
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { table } from '../cli/table';
import { App, actions, newRun, outcomes, type Run } from './load-app';

const USAGE = `Usage: npm run load -- <base URL> [--connections 32] [--seconds 60]

Puts load on a running server of this API and checks every answer, above all that a token that was logged out or
refreshed away is refused. The base URL is what stands before api/: http://127.0.0.1:3000 for npm start, or ApiUrl.
The users it signs up (load-…@example.com) stay. Exit code 1 if an answer was wrong or missing.`;
const LIMITS_OFF = 'A local server without rate limits: npm start -- -c rateLimits=off';

const MAX_SHOWN = 10;
/** API Gateway responds within 29 seconds. */
const TIMEOUT_SECONDS = 35;
/** The load ends after so many requests without a response. */
const MAX_MISSING = 1000;

export interface Surroundings {
  readonly write: (text: string) => void;
  /** Where autocannon shows its progress; absent: nowhere. */
  readonly progress?: NodeJS.WritableStream;
  /** Ends the load early. The table is still printed. */
  readonly stop: AbortSignal;
}

/**
 * @returns the exit code.
 * @throws Error with a message for the user, if the load cannot start.
 */
export async function load(
  args: readonly string[],
  { write, progress, stop }: Surroundings,
): Promise<number> {
  const { base, connections, seconds } = readOptions(args);
  let shown = 0;
  const run = newRun((description) => {
    shown += 1;
    if (shown <= MAX_SHOWN) write(`${description}\n`);
  });
  const apps = Array.from({ length: connections }, () => new App(run));
  for (const app of apps) await signUp(app, base, stop);
  const failures = new Set<string>();
  const { requests, duration } = await new Promise<autocannon.Result>((resolve, reject) => {
    const waiting = [...apps];
    const instance = autocannon(
      {
        url: base.href,
        connections,
        duration: seconds,
        timeout: TIMEOUT_SECONDS,
        setupClient: (client) => drive(client, waiting.pop() as App, base),
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    instance.on('reqError', (error: Error) => failures.add(error.message));
    instance.on('tick', () => run.missing > MAX_MISSING && instance.stop());
    stop.addEventListener('abort', () => instance.stop());
    // autocannon's own table is not printed: it has one latency for all actions, and a wrong one after a server has closed a connection.
    if (progress) autocannon.track(instance, { outputStream: progress, renderResultsTable: false });
  });
  const { wrong = 0, throttled = 0 } = totals(run);
  write(`\n${report(run)}\n\n${requests.average.toFixed(0)} requests a second for ${duration} s\n`);
  if (failures.size > 0) write(`Connections failed: ${[...failures].join(', ')}\n`);
  if (throttled > 0) write(`${LIMITS_OFF}\n`);
  const isClean = wrong === 0 && run.missing === 0;
  write(isClean ? 'No answer was wrong.\n' : `${wrong} answers WRONG, ${run.missing} missing.\n`);
  return isClean ? 0 : 1;
}

function readOptions(args: readonly string[]) {
  const options = {
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '60' },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [url = ''] = positionals;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url) || positionals.length > 1) throw new Error(USAGE);
  const [connections, seconds] = [Number(values.connections), Number(values.seconds)];
  if (!isCount(connections, 1000) || !isCount(seconds, 86_400)) throw new Error(USAGE);
  return { base: new URL(url.endsWith('/') ? url : `${url}/`), connections, seconds };
}

const isCount = (number: number, most: number): boolean =>
  Number.isInteger(number) && number >= 1 && number <= most;

/** Signs up before the load, so that a wrong URL or a rate limit shows at once. */
async function signUp(app: App, base: URL, signal: AbortSignal): Promise<void> {
  const { path, ...request } = app.next();
  const response = await fetch(new URL(path, base), { ...request, signal }).catch((error: Error) => {
    throw new Error(`Cannot reach ${base}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  const { status, headers } = response;
  const outcome = app.answered({ status, headers, text: await response.text() });
  if (outcome === 'throttled') throw new Error(`The server limits signups. ${LIMITS_OFF}`);
  if (outcome !== 'right') throw new Error(`No right answer to a signup at ${base}: status ${status}.`);
}

/** Connects an app to one of autocannon's connections: each request follows the last response. */
function drive(client: autocannon.Client, app: App, base: URL): void {
  client.setRequests([
    {
      setupRequest: (defaults) => {
        const { path, body = '', ...request } = app.next();
        return { ...defaults, ...request, path: base.pathname + path, body };
      },
      onResponse: (...[status, text, , headers = {}]) => {
        app.answered({ status, text, headers: new Headers(Object.entries(headers) as [string, string][]) });
      },
    },
  ]);
}

const totals = ({ counts }: Run): Readonly<Record<string, number>> =>
  Object.fromEntries(
    outcomes.map((outcome) => [outcome, actions.reduce((sum, action) => sum + counts[action][outcome], 0)]),
  );

function report(run: Run): string {
  const rows = actions.map((action) => {
    const latency = run.latencies[action];
    const times = [latency.percentile(50), latency.percentile(99), latency.max];
    const written = times.map((time) => (latency.count > 0 ? (time / 1000).toFixed(1) : ''));
    return [action, ...outcomes.map((outcome) => String(run.counts[action][outcome])), ...written];
  });
  const sums = Object.values(totals(run)).map(String);
  return table([
    ['', 'right', 'wrong', '429', '503', 'p50 ms', 'p99 ms', 'max ms'],
    ...rows,
    ['total', ...sums, '', '', ''],
  ]);
}

if (require.main === module) {
  const stop = new AbortController();
  // The terminal and npm each deliver a Ctrl-C, so the second one is ignored.
  process.on('SIGINT', () => stop.abort());
  const write = (text: string) => void process.stdout.write(text);
  load(process.argv.slice(2), { write, progress: process.stderr, stop: stop.signal }).then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}

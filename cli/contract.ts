/** `npm run contract`: runs the suite in `test/contract` against a URL and ends the sessions of the users it created. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { routes } from '../functions/endpoints';
import jestConfig from '../jest.config.js';
import { CannotRunError, detectTarget, type Target } from './contract-target';

const USAGE =
  'Which server? Like: npm run contract -- http://127.0.0.1:3000 [options of jest, like -t Sessions]';

const KINDS = { local: 'the local server (npm start)', sam: 'sam local start-api', aws: 'a deployed stage' };

/** @returns the exit code: that of jest, 2 if there is no such API at the URL, 130 when it was stopped. */
export async function contract([url, ...jestOptions]: readonly string[]): Promise<number> {
  try {
    if (url === undefined || url.startsWith('-')) throw new CannotRunError(USAGE);
    const target = await detectTarget(url);
    console.log(
      `The contract at ${target.url}/, ${KINDS[target.kind]}. Some hundred rows take half a minute.\n`,
    );
    return await runSuite(target, jestOptions);
  } catch (error) {
    if (!(error instanceof CannotRunError)) throw error;
    console.error(hideSecrets(error.message));
    return 2;
  }
}

async function runSuite(target: Target, jestOptions: readonly string[]): Promise<number> {
  const stop = whenStopped();
  const { exitCode, counts, signIns } = await runJest(target, jestOptions, stop);
  const deleted = new Set(signIns.filter(({ status }) => status === 204).map(({ token }) => userOf(token)));
  const created = signIns.filter(({ status }) => status === 201).map(({ token }) => userOf(token));
  const left = signIns.filter(({ token }) => !deleted.has(userOf(token)));
  const unknown = await endSessions(target.url, left);
  console.log(`\nThe contract at ${target.url}/: ${stop.aborted ? 'stopped' : counts}.`);
  const sessions =
    unknown === 0
      ? 'All sessions are ended.'
      : `The sessions of ${unknown} of them could not be ended and go on until they expire.`;
  const staying = created.filter((user) => !deleted.has(user)).length;
  console.log(
    `Users created: ${created.length}, named ${target.prefix}-…, of whom ${staying || 'none'} stay. ${sessions}`,
  );
  return stop.aborted ? 130 : exitCode;
}

/** The terminal and npm each deliver a Ctrl-C, so only one that arrives over a second later exits at once. */
function whenStopped(): AbortSignal {
  const controller = new AbortController();
  let stoppedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted && performance.now() - stoppedAt > 1000) process.exit(130);
      if (!controller.signal.aborted) stoppedAt = performance.now();
      controller.abort();
    });
  return controller.signal;
}

/** A response of the target that had a token in it, or 204 for the deletion of its user. */
interface SignIn {
  readonly status: number;
  readonly token: string;
}

const { globalSetup: _, globalTeardown: __, ...commonConfig } = jestConfig;

/** File descriptor 3 carries the tokens that the suite received. */
async function runJest(target: Target, jestOptions: readonly string[], stop: AbortSignal) {
  const config = {
    ...commonConfig,
    rootDir: join(__dirname, '..'),
    testMatch: ['**/test/contract/contract.test.ts'],
    globals: { contractTarget: target },
  };
  const options = ['--config', JSON.stringify(config), '--runInBand', '--verbose', ...jestOptions];
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...options], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  stop.addEventListener('abort', () => child.kill());
  let counts = 'not run';
  const signIns: SignIn[] = [];
  const forward = (line: string) => {
    const shown = hideSecrets(line);
    counts = /^Tests: +(.*)/.exec(shown)?.[1] ?? counts;
    console.log(shown);
  };
  const [, stdout, stderr, reports] = child.stdio as unknown as readonly Readable[];
  for (const output of [stdout, stderr]) if (output) createInterface(output).on('line', forward);
  if (reports) createInterface(reports).on('line', (line) => signIns.push(JSON.parse(line)));
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  return { exitCode, counts, signIns };
}

/** Control characters of a response must not reach the terminal. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
const TOKEN = /[0-9a-f]{20,}/gi;
/** Passwords of the run's users. */
const PASSWORD = /Secret[\w-]{4,}|password123/gi;

/** Redacts one line of output: any token, and the passwords of the run. */
const hideSecrets = (line: string): string =>
  stripVTControlCharacters(line) // Colours could split a secret.
    .replace(INVISIBLE, '')
    .replace(TOKEN, '(token)')
    .replace(PASSWORD, '(password)');

/** Tokens of one user begin alike. */
const userOf = (token: string): string => token.slice(0, 10);

/** Uses each user's latest live token. @returns the number of users who may still have a session. */
async function endSessions(url: string, signIns: readonly SignIn[]): Promise<number> {
  const ended = new Set<string>();
  const unknown = new Set<string>();
  for (const { token } of [...signIns].reverse()) {
    const user = userOf(token);
    if (ended.has(user) || unknown.has(user)) continue;
    const headers = { Authorization: `Token ${token}` };
    const options = { method: 'POST', headers, signal: AbortSignal.timeout(35_000) };
    const response = await fetch(`${url}${routes['logout-all'].path}/`, options).catch(() => undefined);
    if (response?.status === 204) ended.add(user);
    else if (response?.status !== 401) unknown.add(user);
  }
  return unknown.size;
}

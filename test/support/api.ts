/**
 * The whole backend behind a URL, and a client that sees what a phone would see. Its tables are its own, also in a database that
 * AWS_ENDPOINT_URL_DYNAMODB names.
 */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunningApi, type RunOptions, runTemplate } from '../../local/run';
import { assemblyWith } from './assembly';
import { type Caller, callerOf } from './client';
import { itemsOf } from './stored-items';

export interface TestApi extends RunningApi {
  readonly call: Caller;
  /** Signs a new user up; username and e-mail are new in every call. */
  signup(overrides?: object): Promise<{ username: string; email: string; id: number; token: string }>;
  /** What the functions wrote to standard output and error. */
  readonly log: () => string;
  /** The lines of the log that have these members; waits until there are so many. A line may come a moment after its answer. */
  logged(members: Readonly<Record<string, unknown>>, count?: number): Promise<Record<string, any>[]>;
}

export interface Options {
  /** Rate limits are off unless these say otherwise: all suites call from one address. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Another app's assembly, instead of one with these settings. */
  readonly assembly?: string;
  readonly dynamoDbEndpoint?: string;
  /** When the outbox is looked at in another database than the embedded one; by default once a second. */
  readonly schedule?: NonNullable<RunOptions['schedule']>;
  /** The description for the docs page; absent: there is no page. */
  readonly apiDescription?: string;
  /** By default any free one. */
  readonly port?: number;
}

/** A name that no other call in any suite has given. */
export const newName = (): string => `user-${randomUUID()}`;

export async function startApi({ settings, assembly: given, ...options }: Options = {}): Promise<TestApi> {
  const assembly =
    given ??
    (settings ? assemblyWith({ rateLimits: 'off', ...settings }) : process.env['TOKEN_AUTH_TEST_ASSEMBLY']!);
  const shared = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const dynamoDbEndpoint = options.dynamoDbEndpoint ?? shared;
  const written: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  const output = { stdout: sink, stderr: sink };
  const api = await runTemplate({
    port: 0,
    // `npm start` tries them, and a suite those that it calls.
    areFunctionsTried: true,
    ...options,
    assembly,
    tablePrefix: `test-${randomUUID()}-`,
    output,
    ...(dynamoDbEndpoint && { dynamoDbEndpoint }),
  });
  const call = callerOf(api.url);
  return {
    ...api,
    close: async () => {
      await api.close();
      // Not through the API's own endpoint, at which calls may be made to fail.
      if (shared) await itemsOf({ ...api, dynamoDbEndpoint: shared }).removeTables();
    },
    call,
    log: () => written.join(''),
    logged: (members, count = 1) => waitForLines(() => written.join(''), members, count),
    signup: async (overrides = {}) => {
      const username = newName();
      const body = { username, email: `${username}@example.com`, password: 'password123', ...overrides };
      const reply = await call('POST', '/api/signup/', { body });
      if (reply.status !== 201) throw new Error(`Signup failed: ${reply.status} ${reply.text}`);
      return { ...reply.body.user, token: reply.body.token };
    },
  };
}

async function waitForLines(
  log: () => string,
  members: Readonly<Record<string, unknown>>,
  count: number,
): Promise<Record<string, any>[]> {
  const giveUpAt = performance.now() + 5000;
  for (;;) {
    const lines = log()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const found = lines
      .map((line) => JSON.parse(line))
      .filter((line) => Object.entries(members).every(([name, value]) => line[name] === value));
    if (found.length >= count) return found;
    if (performance.now() > giveUpAt)
      throw new Error(`Not in the log: ${JSON.stringify(members)}\n${lines.slice(-10).join('\n')}`);
    await pause(10);
  }
}

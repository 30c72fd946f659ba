/** What the command line says. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MAX_SESSIONS_PER_ACCOUNT } from './accounts';
import { baseUrl } from './base-url';
import type { LoadOptions } from './load';
import { LoadError } from './load-error';

export const HELP = `Usage: npm run load -- <base URL> [options]

Puts load on a running server of this API and checks every answer.

  --connections <n>   keep-alive connections, each with one request at a time (32)
  --seconds <n>       how long (60)
  --users <n>         how many users to sign up before (20, or a fifth of the connections if that is more)
  --out <file>        where to write the picture of the latencies (load.svg)
  --seed <n>          repeats the choices of an earlier run
  --help              shows this

The base URL is what stands before api/: http://127.0.0.1:3000 for npm start, or ApiUrl of a deployed stage.
It leaves the users it signs up behind (load-…@example.com). A server that limits requests answers 429; a local one
without limits is started with npm start -- -c rateLimits=off.
Exit code 1 if an answer was wrong or a request failed.
`;

export interface CommandLine extends LoadOptions {
  readonly out: string;
}

/**
 * `help` if that was asked for.
 * @throws LoadError
 */
export function readOptions(args: readonly string[]): CommandLine | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [url, ...others] = positionals;
  if (url === undefined) throw new LoadError('Which server? Like: npm run load -- http://127.0.0.1:3000');
  if (others.length > 0) throw new LoadError(`Only one base URL can be given; what is "${others[0]}"?`);
  const connections = wholeNumber('connections', values.connections ?? '32', [1, 1000]);
  const needed = Math.ceil(connections / MAX_SESSIONS_PER_ACCOUNT);
  const users = wholeNumber('users', values.users ?? String(Math.max(20, needed)), [1, 10_000]);
  if (users < needed)
    throw new LoadError(
      `--users cannot be "${users}": ${connections} connections need at least ${needed}, for each user signs in at most ${MAX_SESSIONS_PER_ACCOUNT} times.`,
    );
  return {
    base: baseUrl(url),
    connections,
    seconds: wholeNumber('seconds', values.seconds ?? '60', [1, 86_400]),
    users,
    out: values.out ?? 'load.svg',
    seed: wholeNumber('seed', values.seed ?? String(randomInt(2 ** 31)), [0, 2 ** 32 - 1]),
  };
}

const text = { type: 'string' } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        connections: text,
        seconds: text,
        users: text,
        out: text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [problem = ''] = (error as Error).message.split(/[.\n]/);
    throw new LoadError(`${problem}. See npm run load -- --help`);
  }
}

function wholeNumber(name: string, written: string, [min, max]: readonly [number, number]): number {
  const number = Number(written);
  if (/^\d+$/.test(written) && number >= min && number <= max) return number;
  throw new LoadError(`--${name} cannot be "${written}". It must be a whole number from ${min} to ${max}.`);
}

/** What the command line says. */
import { parseArgs } from 'node:util';
import { baseUrl } from '../../bench/load/base-url';
import { LoadError } from '../../bench/load/load-error';
import { type Row, type Target, targets } from './row';
import { rows } from './rows';

export const HELP = `Usage: npm run contract -- <base URL> [options]

Plays everything that the API's contract says and a client can see, and tells what held and what did not.

The base URL is what stands before api/: http://127.0.0.1:3000 for npm start and sam local start-api, or ApiUrl of a
deployed stage.

  --target <name>   local, sam or aws, instead of recognising it by its answers; rows that a target cannot show are left out
  --only <text>     only rows that have the text in their section or title
  --help            shows this

It signs up at most ten users (contract-…@example.com), ends all their sessions, and leaves the users behind, as no endpoint
deletes any. The default rate limits let two runs in ten minutes pass.
Exit code 0 if every row held that the target can show, 1 if not, 2 if there is no such API at the URL.
`;

/** Why nothing can be played, in one line for the person. */
export class CannotRunError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotRunError';
  }
}

export interface ContractOptions {
  readonly base: URL;
  /** Absent: to be recognised. */
  readonly target?: Target;
  readonly rows: readonly Row[];
}

/**
 * `help` if that was asked for.
 * @throws CannotRunError
 */
export function readOptions(args: readonly string[]): ContractOptions | 'help' {
  const { values, positionals } = orCannotRun(() => parse(args));
  if (values.help) return 'help';
  const [url, ...others] = positionals;
  if (url === undefined)
    throw new CannotRunError('Which server? Like: npm run contract -- http://127.0.0.1:3000');
  if (others.length > 0) throw new CannotRunError(`Only one base URL can be given; what is "${others[0]}"?`);
  const base = orCannotRun(() => baseUrl(url));
  return {
    base,
    rows: rowsWith(values.only),
    ...(values.target !== undefined && { target: targetOf(values.target) }),
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { target: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });

function targetOf(written: string): Target {
  const target = targets.find((name) => name === written);
  if (target) return target;
  throw new CannotRunError(`--target cannot be "${written}". It must be one of ${targets.join(', ')}.`);
}

function rowsWith(text: string | undefined): readonly Row[] {
  if (text === undefined) return rows;
  const found = rows.filter(({ section, title }) =>
    `${section}: ${title}`.toLowerCase().includes(text.toLowerCase()),
  );
  if (found.length === 0) throw new CannotRunError(`No row has "${text}" in its section or title.`);
  return found;
}

function orCannotRun<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof LoadError) throw new CannotRunError(error.message);
    const [problem = ''] = (error as Error).message.split(/[.\n]/);
    throw new CannotRunError(`${problem}. See npm run contract -- --help`);
  }
}

/** What the command line says. */
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run simulate -- [options]

How keys load the partitions of the tables, and what a day of guessing at passwords comes to.

  --seed <n>         another drawing of users and guesses (1)
  --out <file>       where to write the picture (simulate.svg)
  -c <name=value>    a setting, as for npm run deploy; may be repeated
  --help             shows this
`;

export interface Options {
  readonly seed: number;
  readonly out: string;
  /** `-c` and its values, as they came. */
  readonly settings: readonly string[];
}

/**
 * `help` if that was asked for.
 * @throws Error in words that a person can act on.
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'simulate.svg' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  if (!/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed cannot be "${values.seed}". It must be a whole number.`);
  return {
    seed: Number(values.seed),
    out: values.out,
    settings: values.context.flatMap((setting) => ['-c', setting]),
  };
}

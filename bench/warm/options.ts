/** What the command line says. */
import { parseArgs } from 'node:util';

export interface Options {
  /** The Node.js programs to measure, one after the other. */
  readonly nodes: readonly string[];
  readonly rounds: number;
}

/** @throws Error in words. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      node: { type: 'string', multiple: true, default: [process.execPath] },
      rounds: { type: 'string', default: '7' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error(`--rounds cannot be "${values.rounds}". It must be a whole number from 1 to 100.`);
  return { nodes: values.node, rounds };
}

/** What the command line says. */
import { parseArgs } from 'node:util';
import { roundsOf } from '../rounds';

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
  return { nodes: values.node, rounds: roundsOf(values.rounds) };
}

/** Where the functions' log is shown: readable on a terminal, and anywhere else the very lines that they wrote. */
import { styleText } from 'node:util';
import type { LineWriter } from './lines';
import { type Paint, readableLine } from './readable-line';

/** `process.stdout`, which has colours only if it is a terminal. */
interface Output extends LineWriter {
  readonly isTTY: boolean;
  /** False also if the variable NO_COLOR is set. */
  hasColors(): boolean;
}

export function logWriter(output: Output): LineWriter {
  if (!output.isTTY) return output;
  const paint = output.hasColors() ? coloured : plain;
  return { write: (line) => output.write(readableLine(line, paint)) };
}

const plain: Paint = (_, text) => text;

const colours: ReadonlyMap<string, 'red' | 'yellow' | 'green' | 'gray'> = new Map([
  ['ERROR', 'red'],
  ['WARN', 'yellow'],
  ['INFO', 'green'],
  ['DEBUG', 'gray'],
]);

const coloured: Paint = (level, text) => {
  const colour = colours.get(level);
  // The stream has been asked already.
  return colour === undefined ? text : styleText(colour, text, { validateStream: false });
};

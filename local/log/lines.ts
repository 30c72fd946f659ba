/** Lines of the pieces in which output comes, so that those of several writers do not mix. */
import type { Readable } from 'node:stream';

/** Is given whole lines, with their line breaks. */
export interface LineWriter {
  write(lines: string): unknown;
}

/**
 * Passes on every line by itself as soon as it is complete, and what is left when the source ends. Node's own
 * readline would also break a line at U+2028, which may stand in JSON.
 */
export function passOnLines(source: Readable, target: LineWriter): void {
  let rest = '';
  source.setEncoding('utf8');
  source.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) target.write(`${line}\n`);
  });
  source.on('end', () => {
    if (rest !== '') target.write(`${rest}\n`);
  });
}

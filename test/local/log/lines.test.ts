import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { passOnLines } from '../../../local/log/lines';

/** What is written for a source that gives these pieces and ends. */
async function written(...pieces: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const source = new PassThrough();
  passOnLines(source, { write: (line) => lines.push(line) });
  for (const piece of pieces) source.write(piece);
  source.end();
  await finished(source);
  return lines;
}

describe('The lines of an output', () => {
  it.each<[string, (string | Buffer)[], string[]]>([
    ['a whole line', ['one\n'], ['one\n']],
    ['several lines', ['one\ntwo\n\nthree\n'], ['one\n', 'two\n', '\n', 'three\n']],
    ['part of a line', ['o', 'n', 'e\n'], ['one\n']],
    ['the end of one and the beginning of another', ['one\ntw', 'o\n'], ['one\n', 'two\n']],
    ['a line break alone', ['one', '\n', 'two', '\n'], ['one\n', 'two\n']],
    ['part of a character', [Buffer.from([0x61, 0xf0, 0x9f]), Buffer.from([0x98, 0x80, 0x0a])], ['a😀\n']],
    [
      'what only looks like a line break',
      ['a\u2028b\u2029c\u0085d\re\r\n'],
      ['a\u2028b\u2029c\u0085d\re\r\n'],
    ],
    ['a line that is never ended', ['one\ntwo'], ['one\n', 'two\n']],
    ['nothing', [], []],
  ])('are whole, whatever a piece holds: %s', async (_, pieces, lines) => {
    expect(await written(...pieces)).toEqual(lines);
  });

  it('are passed on as soon as they are complete', () => {
    const lines: string[] = [];
    const source = new PassThrough();
    passOnLines(source, { write: (line) => lines.push(line) });
    source.emit('data', 'one\ntw');

    expect(lines).toEqual(['one\n']);
  });
});

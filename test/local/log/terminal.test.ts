import { logWriter } from '../../../local/log/terminal';

const lines = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'constructor'].map(
  (level) => `${JSON.stringify({ time: '2026-11-22T19:31:08.123Z', level, function: 'list' })}\n`,
);

/** What reaches an output, joined. */
function shown(output: { readonly isTTY: boolean; readonly hasColors: () => boolean }): string {
  const written: string[] = [];
  const writer = logWriter({ ...output, write: (text: string) => written.push(text) });
  for (const line of [...lines, 'plain\n']) writer.write(line);
  return written.join('');
}

/** Escape sequences as text. */
const spelledOut = (text: string): string => text.replaceAll('\u001b', '^');

describe('The log', () => {
  it('is the very lines that were written, unless it is shown on a terminal', () => {
    const piped = { isTTY: false, hasColors: () => true };

    expect(shown(piped)).toBe(`${lines.join('')}plain\n`);
  });

  it('is readable on a terminal, coloured by level', () => {
    const text = shown({ isTTY: true, hasColors: () => true });

    expect(spelledOut(text).replace(/\d\d:\d\d:\d\d/g, 'time')).toBe(
      [
        'time ^[31mERROR^[39m list',
        'time ^[33mWARN ^[39m list',
        'time ^[32mINFO ^[39m list',
        'time ^[90mDEBUG^[39m list',
        'time constructor list',
        'plain',
        '',
      ].join('\n'),
    );
  });

  it('has no colours on a terminal that has none, or is to show none', () => {
    const text = shown({ isTTY: true, hasColors: () => false });

    expect(text).toMatch(/^\d\d:\d\d:\d\d ERROR list\n/);
    expect(text).not.toContain('\u001b');
  });
});

/** What the documents say is what the code does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeList } from '../functions/routes';
import { readSettings, settingNames } from '../lib/settings';

const read = (file: string): string => readFileSync(join(__dirname, '..', file), 'utf8');
const readme = read('README.md');

/** The cells of a table's rows whose first cell is code. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*\|$/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

describe('the README', () => {
  it('lists every route, and no other', () => {
    const table = rowsOf(readme.slice(0, readme.indexOf('## Try it')));
    expect(table.map(([method, path]) => `${method} ${path}`)).toEqual(
      routeList.map(({ method, path }) => `${method} ${path}/`),
    );
    const who = { public: 'anyone', authenticated: 'any role' };
    expect(table.map(([, , cell]) => cell)).toEqual(routeList.map(({ access }) => who[access]));
  });

  it('lists every setting with its default, and no other', () => {
    const start = readme.indexOf('### Settings');
    const table = rowsOf(readme.slice(start, readme.indexOf('##', start + 4)));
    expect(table.map(([name]) => name)).toEqual(settingNames);
    const asWritten = Object.fromEntries(table.map(([name, value]) => [name!, value!]));
    expect(readSettings(asWritten)).toEqual(readSettings({}));
  });

  it('names only scripts and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name);
    for (const [, file] of readme.matchAll(/\]\((docs\/[\w.]+)\)/g)) expect(read(file!)).not.toBe('');
  });
});

/** What the documents say is what the code does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeList } from '../functions/routes';
import { CALL_ATTEMPT_TIMEOUT_MS, WORST_CASE_CALL_SECONDS } from '../functions/shared/domain/limits';
import { functionNames } from '../functions/shared/environment';
import { readSettings, settingNames } from '../lib/settings';
import { longestWait, waiting } from '../lib/time-budget';
import { templateWith } from './support/assembly';

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
    for (const [, file] of readme.matchAll(/\]\((docs\/[\w.-]+)(?:#[\w-]+)?\)/g))
      expect(read(file!)).not.toBe('');
  });
});

describe('docs/faults.md', () => {
  const [endpoints = '', budget = ''] = read('docs/faults.md').split('## How long');

  it('says of the authorizer and of every route what it does', () => {
    const named = rowsOf(endpoints).map(([name]) => name?.split(',')[0]);
    expect(named).toEqual(['authorizer', ...routeList.map(({ name }) => name)]);
  });

  it('says how long each function takes at worst, and its time-out', () => {
    const functions = Object.entries(templateWith({}).findResources('AWS::Lambda::Function'));
    const timeoutOf = (name: string) => {
      const id = `${name.replaceAll('-', '')}function`;
      return functions.find(([logicalId]) => logicalId.toLowerCase().startsWith(id))?.[1]['Properties']
        .Timeout;
    };
    const inForce = functionNames.map((name) =>
      [name, waiting[name].calls, waiting[name].decisions, longestWait(name), timeoutOf(name)].map(String),
    );
    expect(rowsOf(budget)).toEqual(inForce);
    expect(budget).toContain(`given up after ${CALL_ATTEMPT_TIMEOUT_MS / 1000} seconds`);
    expect(budget).toContain(`${WORST_CASE_CALL_SECONDS} seconds in all`);
  });
});

/** The suite as data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { elsewhere } from '../../../tools/contract/elsewhere';
import { rows } from '../../../tools/contract/rows';

it('has each row once, and those of a section together', () => {
  const names = rows.map(({ section, title }) => `${section}: ${title}`);
  expect(new Set(names).size).toBe(names.length);
  const changes = rows.filter(({ section }, at) => section !== rows[at - 1]?.section);
  expect(changes).toHaveLength(new Set(rows.map(({ section }) => section)).size);
});

it.each(elsewhere)('"$title" is tested elsewhere', ({ test, called }) => {
  const suite = readFileSync(join(__dirname, '../../..', test), 'utf8');
  expect(suite).toContain(called);
});

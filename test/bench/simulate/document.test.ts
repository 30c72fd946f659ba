/** docs/scaling.md and its picture are what `npm run simulate` says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whole } from '../../../bench/load/numbers';
import { markdownTable } from '../../../bench/markdown-table';
import { awsLimits } from '../../../bench/simulate/aws-limits';
import { drawChart } from '../../../bench/simulate/chart';
import { growthOf } from '../../../bench/simulate/growth';
import { report } from '../../../bench/simulate/report';
import { byAttack, byCeiling, byPartitions, byRequests, byUsers } from '../../../bench/simulate/rows';
import { simulate } from '../../../bench/simulate/simulation';
import { newLocator, newSessionId } from '../../../functions/shared/domain/token';
import { readTemplate } from '../../../local/template/template';
import { functionSizes, millisecondsOf } from '../../../tools/cost/functions';
import { requestKinds } from '../../../tools/cost/requests';
import { templateWith } from '../../support/assembly';

const read = (file: string) => readFileSync(join(__dirname, '../../../docs', file), 'utf8');
const text = read('scaling.md');
const template = readTemplate('TokenAuth-dev', templateWith({}).toJSON());
const simulation = simulate(template, 1);
const tables = {
  users: byUsers(template),
  requests: byRequests(template),
  limits: byCeiling(template),
  partitions: byPartitions(simulation.distributions),
  attacks: byAttack(simulation.days, template),
};

it.each(Object.entries(tables))('the document has the table of %s', (_, rows) => {
  expect(text).toContain(`\n${markdownTable(rows)}\n\n`);
});

it('the document has the picture', () => {
  expect(read('simulate.svg')).toBe(drawChart(template, simulation));
});

it('the report has every row', () => {
  const printed = report(template, simulation).replace(/ +/g, ' ');
  for (const row of Object.values(tables).flat()) expect(printed).toContain(row.join(' '));
});

it('the document says how long functions are billed', () => {
  const sizes = functionSizes(template);
  const [authorizer, own] = requestKinds.dashboard.runs.map((run) => millisecondsOf(run, sizes));
  const [login] = requestKinds.login.runs.map((run) => millisecondsOf(run, sizes));
  const said = text.replaceAll('\n', ' ');
  expect(said).toContain(
    `billed ${authorizer} ms in the authorizer and ${own} ms in its function, a login ${login} ms`,
  );
});

it('the document says how many signups a second fill Users, its counter and the functions', () => {
  const { itemWrites, newTableWrites, tableWrites, concurrency } = awsLimits;
  const { writes, signups } = growthOf(1, template);
  const all = Math.round(writes('Users') / signups);
  const partitions = newTableWrites / itemWrites;
  const [milliseconds = 0] = requestKinds.signup.runs.map((run) =>
    millisecondsOf(run, functionSizes(template)),
  );
  const inNewTable = itemWrites / (1 + (all - 1) / partitions);
  expect(text).toContain(`writes ${all} request units to Users`);
  expect(text).toContain(`| the counter's partition in a new table | ${whole(inNewTable)} |`);
  expect(text).toContain(`| the counter | ${whole(itemWrites)} |`);
  expect(text).toContain(`| writes of Users | ${whole(tableWrites / all)} |`);
  expect(text).toContain(`| functions at once | ${whole((concurrency * 1000) / milliseconds)} |`);
  expect(text).toContain(`at ${milliseconds} ms each`);
  expect(text).toContain(`= ${whole(tableWrites / (all - 1 + 0.01))}.`);
});

it('the document reckons with as many bits as locators and sessions have', () => {
  const locators = 16 ** newLocator().length;
  const sessions = 16 ** newSessionId().length;
  expect(text).toContain(`= 1 in ${whole(locators / 1e8)}.`);
  expect(text).toContain(`= ${whole(1e16 / 2 / locators)} signups draw twice`);
  expect(text).toContain(`for each user: ${whole(sessions)}.`);
  expect(text).toContain(`= 1 in ${whole(sessions / 20)},`);
});

/** Everything that `npm run simulate` prints. */
import type { Template } from '../../local/template/template';
import { textTable } from '../../tools/text-table';
import { whole } from '../load/numbers';
import { POPULATION } from './normal-day';
import { byAttack, byCeiling, byPartitions, byRequests, byUsers, type Rows } from './rows';
import type { Simulation } from './simulation';

export function report(template: Template, { distributions, days }: Simulation): string {
  return [
    'What growth and a day of guessing at passwords come to. All of it is arithmetic; nothing was asked of AWS. docs/scaling.md explains it.',
    ...section('1. By users', byUsers(template)),
    ...section('2. By requests a second', byRequests(template)),
    ...section('3. The order in which limits are met', byCeiling(template)),
    ...section(`4. Load on partitions, ${whole(POPULATION)} users`, byPartitions(distributions)),
    ...section('5. A day of guessing', byAttack(days, template)),
    '',
  ].join('\n');
}

function section(title: string, rows: Rows): readonly string[] {
  const figures = (rows[0] ?? []).map((_, column) => column).slice(1);
  return ['', title, '', ...textTable(rows, figures).map((line) => `  ${line}`)];
}

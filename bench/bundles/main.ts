/**
 * `npm run bench:bundles`: how many bytes each package takes of each function's bundle, as a table and as a picture.
 * `--out FILE` says where the picture goes.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fail } from '../../cli/program';
import { textTable } from '../../cli/text-table';
import { functionNames } from '../../functions/shared/environment';
import { whole } from '../load/numbers';
import { type Bundle, bundleOf } from './bundle';
import { drawBundles } from './chart';
import { OTHERS, owners, partsOf } from './parts';

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'bundles.svg' } } });
  const bundles = ([...functionNames, 'guard'] as const).map(bundleOf);
  console.log(tableOf(bundles).join('\n'));
  writeFileSync(values.out, drawBundles(bundles));
  console.log(`\nThe picture is ${values.out}.`);
}

/** A row for each package and a column for each function. */
function tableOf(bundles: readonly Bundle[]): readonly string[] {
  const all = owners(bundles);
  const parts = bundles.map((bundle) => partsOf(bundle, bundles, all.length));
  const rows = [...all, OTHERS].map((owner) => [
    owner,
    ...parts.map((of) => whole(of.find((part) => part.owner === owner)?.bytes ?? 0)),
  ]);
  return textTable(
    [
      ['bytes', ...bundles.map(({ name }) => name)],
      ...rows,
      ['together', ...bundles.map(({ bytes }) => whole(bytes))],
    ],
    bundles.map((_, at) => at + 1),
  );
}

try {
  main();
} catch (error) {
  fail(error);
}

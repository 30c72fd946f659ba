/** `npm run simulate`: growth, partitions and a day of guessing, out of the template. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../local/synthesise';
import { readAssembly } from '../../local/template/assembly';
import { settingsOf } from '../../tools/context-options';
import { drawChart } from './chart';
import { HELP, type Options, readOptions } from './options';
import { report } from './report';
import { simulate } from './simulation';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else await run(options);
}

async function run({ seed, out, settings }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-simulate-'));
  try {
    await synthesise(folder, settingsOf(settings));
    const { template } = readAssembly(folder);
    const simulation = simulate(template, seed);
    console.log(report(template, simulation));
    writeFileSync(out, drawChart(template, simulation));
    console.log(`Picture: ${out}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

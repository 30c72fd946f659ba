/**
 * `npm run bench:warm -- --node PATH --rounds 7`: microseconds of CPU that each function spends on a call once it is warm, with a database
 * that answers at once, and beside it the same call signed by hand. `docs/performance.md` has the method and the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { synthesise } from '../../local/synthesise';
import { loadDeployment } from '../../local/template/load-deployment';
import { type ConstantDatabase, startConstantDatabase } from '../constant-database';
import { type Bench, measure, type Sample } from './measure';
import { type Options, readOptions } from './options';
import { report, type Samples } from './report';
import { bundle, COSTS, functionsOf, LEAST_COST, type Password, type Subject, subjectsOf } from './subjects';

/** Of the example's account. */
const PASSWORD = 'password123';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-bench-'));
  const database = await startConstantDatabase();
  try {
    await run(folder, database, options);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

async function run(folder: string, database: ConstantDatabase, { nodes, rounds }: Options): Promise<void> {
  const assembly = join(folder, 'assembly');
  await synthesise(assembly, []);
  const deployment = loadDeployment(assembly);
  const password = await hashed(PASSWORD);
  const subjects = subjectsOf(deployment, folder, password);
  const memoryOf = new Map(
    [...functionsOf(deployment)].map(([name, { memoryMegabytes }]) => [name, memoryMegabytes]),
  );
  const program = bundle('measured-process', folder);
  for (const node of nodes) {
    const before = loadavg();
    const samples = await play({ database, program, node }, { subjects, password, rounds });
    console.log(`\n${machine([...samples.values()].flat(), rounds, before)}\n`);
    console.log(report(samples, memoryOf));
  }
}

async function hashed(text: string): Promise<Password> {
  const hashes = new Map<number, string>();
  for (const cost of [LEAST_COST, ...COSTS]) hashes.set(cost, await hashPassword(text, cost));
  return { text, hashes };
}

interface Plan {
  readonly subjects: readonly Subject[];
  readonly password: Password;
  readonly rounds: number;
}

/** Every subject once in every round, so that what the machine does besides meets them all. */
async function play(bench: Bench, { subjects, password, rounds }: Plan): Promise<Samples> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      bench.database.keepHash(password.hashes.get(subject.bcryptCost) ?? '');
      samples.get(subject.name)?.push(await measure(bench, subject));
    }
  }
  return samples;
}

function machine(samples: readonly Sample[], rounds: number, before: readonly number[]): string {
  const [{ nodeVersion } = { nodeVersion: '' }] = samples;
  const cores = cpus();
  const load = [before, loadavg()].map(([minute = 0]) => minute.toFixed(1)).join(' before and ');
  return `Node ${nodeVersion}, ${cores.length} × ${cores[0]?.model}, ${rounds} rounds; load ${load} at the end`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

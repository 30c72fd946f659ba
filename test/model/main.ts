/** `npm run test:model -- --runs 20000 --seed 1`: the model-based test at any length, with its progress. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { checkModel } from './commands';
import { startSystem } from './system';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
  throw new Error('--runs and --seed take whole numbers.');

async function main(): Promise<void> {
  console.log(`Seed ${seed}.`);
  const system = await startSystem();
  const startedAt = performance.now();
  let sequences = 0;
  const report = () => {
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`${sequences} of ${runs} sequences, ${(sequences / seconds).toFixed(1)} a second`);
  };
  const progress = setInterval(report, 5000);
  const onSequence = () => {
    sequences += 1;
  };
  await checkModel(system, { runs, seed, onSequence }).finally(async () => {
    clearInterval(progress);
    report();
    await system.close();
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n${error.cause}` : error);
  process.exitCode = 1;
});

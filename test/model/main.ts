/** `npm run test:model -- --runs 20000 --seed 1`: the model-based test at any length, with its progress. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { checkModel } from './session-model';
import { startSystem } from './system';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
  throw new Error('--runs and --seed take whole numbers.');

async function main(): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  let sequences = 0;
  const report = () => {
    const rate = (sequences / seconds()).toFixed(1);
    console.log(`${sequences} of ${runs} sequences, ${seconds().toFixed(0)} s, ${rate} a second`);
  };
  console.log(`Seed ${seed}.`);
  const progress = setInterval(report, 5000);
  const system = await startSystem();
  const onSequence = () => {
    sequences += 1;
  };
  try {
    await checkModel(system, { runs, seed, onSequence });
  } finally {
    clearInterval(progress);
    await system.close();
    report();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n${error.cause}` : error);
  process.exitCode = 1;
});

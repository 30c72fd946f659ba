/** `npm run test:client -- --runs 20000 --seed 1`: the client's guarantees at any length, with progress. `--whole`: by the deployed functions. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startQuickServer } from './quick-server';
import { checkClient } from './sequences';
import { startWholeServer } from './server';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
  throw new Error('--runs and --seed take whole numbers.');

async function main(): Promise<void> {
  console.log(`Seed ${seed}.`);
  const server = values.whole ? await startWholeServer() : startQuickServer();
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
  await checkClient(server, { runs, seed, onSequence }).finally(async () => {
    clearInterval(progress);
    report();
    await server.close();
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n${error.cause}` : error);
  process.exitCode = 1;
});

/** What the programs that play random sequences at any length share: their options, their progress, and their exit code. */
import { randomInt } from 'node:crypto';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import fc from 'fast-check';

interface Length {
  readonly runs: number;
  /** To call after each sequence. */
  onSequence(): void;
}

interface Game {
  play(length: Length): Promise<void>;
  close(): Promise<void>;
}

/** Reads `--runs`, `--seed` and these flags from the command line, and plays. */
export function playAtLength(open: (flags: ReadonlySet<string>) => Promise<Game>, ...flags: string[]): void {
  main(open, flags).catch((error: unknown) => {
    console.error(error instanceof Error ? [error.message, error.cause].filter(Boolean).join('\n') : error);
    process.exitCode = 1;
  });
}

async function main(
  open: (flags: ReadonlySet<string>) => Promise<Game>,
  flags: readonly string[],
): Promise<void> {
  const options: ParseArgsConfig['options'] = {
    ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' } as const])),
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
  };
  const { values } = parseArgs({ options });
  const runs = Number(values['runs']);
  const seed = Number(values['seed'] ?? randomInt(2 ** 31));
  if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
    throw new Error('--runs and --seed take whole numbers.');
  console.log(`Seed ${seed}.`);
  fc.configureGlobal({ seed });
  const game = await open(new Set(flags.filter((flag) => values[flag])));
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
  await game.play({ runs, onSequence }).finally(async () => {
    clearInterval(progress);
    report();
    await game.close();
  });
}

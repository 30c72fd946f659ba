/** The property: whatever is done in whatever order, the model can explain it. */
import fc from 'fast-check';
import { sequences } from './commands';
import { beginRun, perform } from './run';
import type { System } from './system';

export interface Length {
  readonly runs: number;
  readonly seed: number;
  /** Hears of every sequence. */
  readonly onSequence?: () => void;
}

/** Rejects with fast-check's report of the shortest sequence that fails, and how to repeat it. */
export async function checkModel(system: System, { runs, seed, onSequence }: Length): Promise<void> {
  const property = fc.asyncProperty(sequences, async (commands) => {
    onSequence?.();
    const run = beginRun(system);
    await perform(run, [firstSignup]);
    await fc.asyncModelRun(() => ({ model: {}, real: run }), commands);
  });
  await fc.assert(property, { numRuns: runs, seed });
}

const firstSignup = {
  action: 'signup',
  pick: 'current',
  which: 0,
  other: 0,
  draw: 0,
  fault: undefined,
} as const;

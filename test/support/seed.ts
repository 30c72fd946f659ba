/**
 * Every run plays the same sequences in property tests, so that a failure is due to the change. `SEED=random` draws other ones; a failure
 * prints its seed, and `SEED=<seed> npx jest <file>` repeats it.
 */
import fc from 'fast-check';

const { SEED: seed = '1' } = process.env;
if (seed !== 'random') {
  if (!/^-?\d+$/.test(seed)) throw new Error(`SEED is a whole number or "random", not "${seed}".`);
  fc.configureGlobal({ seed: Number(seed) });
}

/** How many cases, and which. */
/** A case that is not answered by then has failed. */
const PATIENCE_MS = 10_000;

/** Random cases, unless FUZZ_SEED and FUZZ_PATH name one that failed. FUZZ_TIMES=10 runs ten times as many. */
export function fuzzing(cases: number) {
  const { FUZZ_SEED: seed, FUZZ_PATH: path, FUZZ_TIMES: times = '1' } = process.env;
  return {
    numRuns: cases * Number(times),
    timeout: PATIENCE_MS,
    ...(seed && { seed: Number(seed) }),
    ...(path && { path }),
  };
}

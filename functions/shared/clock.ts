/** The one place where functions get the time. */

/** Epoch milliseconds. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Starts now; what it returns tells the milliseconds since then, to a tenth. `performance` would load a module: 1 ms of a cold start. */
export function stopwatch(): () => number {
  const startedAt = process.hrtime.bigint();
  return () => Math.round(Number(process.hrtime.bigint() - startedAt) / 1e5) / 10;
}

/** What some work came to, and the milliseconds that it took. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<readonly [Result, milliseconds: number]> {
  const elapsed = stopwatch();
  const result = await work();
  return [result, elapsed()];
}

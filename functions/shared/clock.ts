/** The one place where functions get the time. */

/** Epoch milliseconds. */
export type Clock = () => number;

/** What some work came to, and the milliseconds that it took, to a tenth. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<readonly [Result, milliseconds: number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, Math.round((performance.now() - startedAt) * 10) / 10];
}

export const systemClock: Clock = () => Date.now();

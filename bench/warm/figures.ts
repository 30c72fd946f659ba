/** What samples come to, and what CPU time means in functions of other sizes. */
import { FULL_CORE_MB, prices } from '../../cli/prices';

/** How much longer than a full core a function of that size works on something that one thread does. */
export const slowdownAt = (memoryMb: number): number => Math.max(1, FULL_CORE_MB / memoryMb);

export interface Run {
  /** Of a full core. */
  readonly cpuMs: number;
  readonly waitingMs: number;
}

/** How long a run takes in a function of that size. */
export const durationAt = (memoryMb: number, { cpuMs, waitingMs }: Run): number =>
  cpuMs * slowdownAt(memoryMb) + waitingMs;

/** US dollars for the time of a million runs. */
export function millionAt(memoryMb: number, run: Run): number {
  const gbSeconds = (memoryMb / 1024) * (Math.ceil(durationAt(memoryMb, run)) / 1000);
  return gbSeconds * prices.millionGbSeconds.usd;
}

/** Choices that a seed repeats. Never used for names and secrets. */

/** A number from 0 to below 1. */
export type Random = () => number;

/** Mulberry32: 32 bits of state, and good enough to choose what to do next. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Any place in a list of that length. */
export const anyIndex = (random: Random, length: number): number => Math.floor(random() * length);

import { spreadOf } from '../../../bench/spread';
import { durationAt, millionAt, slowdownAt } from '../../../bench/warm/figures';

it('a spread is of times that were measured, in any order', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ min: 1, median: 3, max: 5 });
});

it('a function has a share of a core in proportion to its memory, and one thread has never more than a core', () => {
  expect([1769 / 4, 1769 / 2, 1769, 10_240].map(slowdownAt)).toEqual([4, 2, 1, 1]);
});

it('memory shortens the work of a run and not its waiting', () => {
  const run = { cpuMs: 10, waitingMs: 5 };
  expect(durationAt(1769 / 2, run)).toBe(25);
  expect(durationAt(1769, run)).toBe(15);
});

it('the time of a million runs is paid by memory and by milliseconds begun', () => {
  // 1 GB × 0.002 s × 1,000,000 × 13.3334 a million GB-seconds
  expect(millionAt(1024, { cpuMs: 0, waitingMs: 1.2 })).toBeCloseTo(0.0266668);
  expect(millionAt(512, { cpuMs: 0, waitingMs: 2 })).toBeCloseTo(0.0133334);
});

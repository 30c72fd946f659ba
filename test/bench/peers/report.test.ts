import { cpuRatioOf, report } from '../../../bench/peers/report';

const sample = (cpuMs: number) => ({ requestsPerSecond: 1000 / cpuMs, medianMs: cpuMs * 2, cpuMs });

const comparison = {
  work: { action: 'login', connections: 16, requests: 48 },
  ours: [80, 100, 75].map(sample),
  theirs: [40, 25, 30].map(sample),
} as const;

it('compares the CPU of the same round', () => {
  expect(cpuRatioOf(comparison)).toEqual({ median: 2.5, min: 2, max: 4 });
});

it('has a row for each server, with medians, and of the CPU the least and the most', () => {
  const [, , ours, theirs] = report([comparison]).split('\n');
  expect(ours).toBe('| login | 16 | Token Auth | 13 | 160 | 80 (75-100) | 2.50 (2.00-4.00) |');
  expect(theirs).toBe('|  |  | Better Auth | 33 | 60 | 30 (25-40) | 1 |');
});

import type { Sample } from '../../../bench/warm/measure';
import { report } from '../../../bench/warm/report';

const samples = (warm: readonly number[], databaseCalls: number): Sample[] =>
  warm.map((time) => ({ nodeVersion: 'v24.0.0', young: 2 * time, warm: time, databaseCalls, peakMb: 60 }));

const measured = new Map([
  ['authorizer', samples([700, 750, 800], 1)],
  ['GetItem, signed by hand', samples([240, 250, 260], 1)],
  ['GetItem, by the SDK', samples([500, 510, 520], 1)],
  ['dashboard', samples([9, 10, 11], 0)],
  ['login, cost 4', samples([5000, 5100, 5200], 7)],
  ['login, cost 10', samples([80_000, 80_000, 80_000], 7)],
  ['signup, cost 4', samples([3000, 3100, 3200], 3)],
  ['signup, cost 10', samples([77_000, 77_000, 77_000], 3)],
  ['bcrypt compare, cost 4', samples([1000, 1100, 1000], 0)],
  ['bcrypt compare, cost 10', samples([70_000, 75_000, 90_000], 0)],
  ['bcrypt compare, cost 11', samples([150_000], 0)],
  ['bcrypt compare, cost 12', samples([300_000], 0)],
]);
const lines = report(
  measured,
  new Map([
    ['login', 1024],
    ['authorizer', 512],
    ['dashboard', 256],
  ] as const),
).split('\n');

it.each([
  ['what it is compared with', '| GetItem, signed by hand | 1 | 240 | 250 | 260 | 1.0 × | 500 |'],
  ['a function beside as many calls signed by hand', '| authorizer | 1 | 700 | 750 | 800 | 3.0 × | 1500 |'],
  ['a function without calls beside nothing', '| dashboard | 0 | 9 | 10 | 11 |  | 20 |'],
  ['what is left beside a hash, round by round', '| login | 7 | 80000 | 4000 | 4000 | 4200 | 2.3 × | 95 % |'],
  ['a hash in functions of each size', '| cost 10 | 70 | 75 | 90 | 518 | 259 | 173 | 130 | 86 | 75 |'],
  [
    'the time and the price of a run in each, the deployed one in bold',
    '| authorizer | 60 | 10 · 0.04 | **7.6 · 0.05** | 6.7 · 0.07 | 6.3 · 0.09 | 5.9 · 0.12 | 5.8 · 0.14 |',
  ],
])('shows %s', (_, line) => {
  expect(lines).toContain(line);
});

it('refuses to show what was not measured', () => {
  expect(() => report(measured, new Map([['refresh', 512]] as const))).toThrow(
    'Nothing was measured of refresh.',
  );
});

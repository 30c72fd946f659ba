/** Tables of figures, heads first, as `npm run simulate` prints them and `docs/scaling.md` shows them. */
import type { Template } from '../../local/template/template';
import { functionSizes } from '../../tools/cost/functions';
import { dollars } from '../../tools/cost/prices';
import { whole } from '../load/numbers';
import type { Attack, AttackedDay } from './attack';
import { dayCost, unlimitedDayCost } from './attack-cost';
import { ceilings, reachedAt } from './ceilings';
import { growthOf, usersOf } from './growth';
import { type Distribution, FINEST } from './normal-day';
import { maxOverMean, merged } from './partitions';

export type Rows = readonly (readonly string[])[];

/** Two digits that count where a whole number would say nothing. */
const figure = (amount: number): string =>
  amount >= 9.95 ? whole(amount) : amount.toLocaleString('en', { maximumSignificantDigits: 2 });

const tenfold = (from: number, to: number): readonly number[] =>
  from > to ? [] : [from, ...tenfold(from * 10, to)];

const percent = (share: number): string => (share < 0.0001 ? '< 0.01 %' : `${figure(share * 100)} %`);

export const byUsers = (template: Template): Rows => [
  ['users', 'requests a second', 'logins and signups a second', 'GB stored', 'USD a month'],
  ...tenfold(1, 100_000_000).map((users) => {
    const { requests, hashes, gigabytes, usd } = growthOf(users, template);
    return [whole(users), figure(requests), figure(hashes), figure(gigabytes), dollars(usd)];
  }),
];

export const byRequests = (template: Template): Rows => [
  [
    'requests a second',
    'users',
    'function runs a second',
    'functions at once',
    'reads a second of Users',
    'of Tokens',
    'writes a second, all tables',
    'USD a month',
  ],
  ...tenfold(1, 10_000).map((requests) => {
    const growth = growthOf(usersOf(requests, template), template);
    const writes = growth.writes('Users') + growth.writes('Tokens') + growth.writes('RateLimits');
    const load = [growth.runs, growth.concurrency, growth.reads('Users'), growth.reads('Tokens'), writes];
    return [whole(requests), whole(growth.users), ...load.map(figure), dollars(growth.usd)];
  }),
];

const PARTITIONS = [4, 16, 64, FINEST];

export const byPartitions = (found: readonly Distribution[]): Rows => [
  ['load', ...PARTITIONS.map((count) => `max/mean of ${count}`), 'hottest key', 'its share'],
  ...found.map(({ table, units, sums, hottest }) => [
    `${table}, ${units}`,
    ...PARTITIONS.map((count) => maxOverMean(merged(sums, FINEST / count)).toFixed(2)),
    hottest.key.replace(/(#[\da-f]{6})[\da-f]+$/, '$1…'),
    percent(hottest.share),
  ]),
];

export const byCeiling = (template: Template): Rows => [
  ['limit', 'allows', 'full at so many requests a second', 'users', 'raised by'],
  ...ceilings(template).map((ceiling) => {
    const requests = reachedAt(ceiling);
    const users = usersOf(requests, template);
    return [ceiling.limit, whole(ceiling.allows), whole(requests), whole(users), ceiling.raisedBy];
  }),
];

const titleOf = ({ addresses, accounts, triesPerSecond }: Attack): string =>
  `${whole(addresses)} → ${whole(accounts)}, ${whole(triesPerSecond)}/s`;

export function byAttack(days: readonly AttackedDay[], template: Template): Rows {
  const sizes = functionSizes(template);
  return [
    [
      'addresses → accounts, tries',
      'tries a day',
      'past the throttle',
      'past the address',
      'judged',
      'judged of each account',
      'an account waits',
      'USD a day',
      'USD if all were judged',
    ],
    ...days.map((day) => [
      titleOf(day.attack),
      whole(day.tries),
      whole(day.passed),
      whole(day.passed - day.verdicts.address_limit),
      whole(day.judged),
      figure(day.judged / day.attack.accounts),
      percent(day.waitingShare),
      dollars(dayCost(day, sizes)),
      dollars(unlimitedDayCost(day, sizes)),
    ]),
  ];
}

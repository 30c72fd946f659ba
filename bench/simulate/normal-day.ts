/** The load that a population puts on each key while nobody attacks: the mean over a month, in request units a second. */
import { aUsersMonth, MONTH_SECONDS } from '../../tools/cost/examples';
import type { Random } from '../load/random';
import { type HottestKey, hottestKey, type Loads, spread } from './partitions';
import { activityOf, personOf } from './people';
import { type Access, accessesOf, type Moment, type Table, type UsualKind } from './traffic';

export const POPULATION = 20_000;
/** The most partitions that are looked at; fewer are sums of neighbours. */
export const FINEST = 256;

export interface Distribution {
  readonly table: Table;
  readonly units: 'reads' | 'writes';
  /** Of each of FINEST partitions. */
  readonly sums: readonly number[];
  readonly hottest: HottestKey;
}

const measured = [
  ['Users', 'reads'],
  ['Users', 'writes'],
  ['Tokens', 'reads'],
  ['Tokens', 'writes'],
  ['RateLimits', 'writes'],
] as const satisfies readonly (readonly [Table, 'reads' | 'writes'])[];

export function distributions(population: number, moment: Moment, random: Random): readonly Distribution[] {
  const loads = measured.map(() => new Map<string, number>());
  for (let index = 0; index < population; index += 1)
    for (const access of monthOf(index, moment, random)) addTo(loads, access);
  return measured.map(([table, units], at) => {
    const ofKeys: Loads = loads[at] ?? new Map();
    return { table, units, sums: spread(ofKeys, FINEST), hottest: hottestKey(ofKeys) };
  });
}

/** What one person's requests cost each item a second. */
function monthOf(index: number, moment: Moment, random: Random): readonly Access[] {
  const person = personOf(index, random);
  return Object.entries(aUsersMonth).flatMap(([kind, times]) => {
    // Everyone signs up alike.
    const often = (times * (kind === 'signup' ? 1 : activityOf(index))) / MONTH_SECONDS;
    return accessesOf(kind as UsualKind, person, moment).map((access) => ({
      ...access,
      reads: access.reads * often,
      writes: access.writes * often,
    }));
  });
}

function addTo(loads: readonly Map<string, number>[], access: Access): void {
  for (const [at, [table, units]] of measured.entries())
    if (access.table === table && access[units] > 0)
      loads[at]?.set(access.key, (loads[at]?.get(access.key) ?? 0) + access[units]);
}

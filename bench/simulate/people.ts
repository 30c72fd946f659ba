/** People who use the app, drawn by a seed. */
import { newLocator } from '../../functions/shared/domain/token';
import type { Random } from '../load/random';
import type { Person } from './traffic';

/** Half of them have an IPv6 network of their own; of the others, so many share one IPv4 address of their carrier. */
const BEHIND_ONE_ADDRESS = 100;

/** One in so many is a heavy user; together they make half of all requests. */
const HEAVY_ONE_IN = 100;
const HEAVY_SHARE = 0.5;

const LOCATOR_DIGITS = newLocator().length;

export function personOf(index: number, random: Random): Person {
  return {
    locator: seededLocator(random),
    username: `user${index}`,
    email: `user${index}@example.com`,
    address: index % 2 === 0 ? ownNetwork(index, random) : sharedAddress(index),
  };
}

/** How many times the requests of an average person this one makes. */
export const activityOf = (index: number): number =>
  index % HEAVY_ONE_IN === 0 ? HEAVY_SHARE * HEAVY_ONE_IN : (1 - HEAVY_SHARE) / (1 - 1 / HEAVY_ONE_IN);

/** Of the form of `newLocator`, and as evenly spread, but the same in every run with the seed. */
function seededLocator(random: Random): string {
  const half = LOCATOR_DIGITS / 2;
  const digits = (count: number): string =>
    Math.floor(random() * 16 ** count)
      .toString(16)
      .padStart(count, '0');
  return digits(half) + digits(half);
}

const ownNetwork = (index: number, random: Random): string => {
  const host = Math.floor(random() * 0x10000).toString(16);
  return `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::${host}`;
};

function sharedAddress(index: number): string {
  const at = Math.floor(index / 2 / BEHIND_ONE_ADDRESS);
  return `100.${64 + (at >> 16)}.${(at >> 8) & 0xff}.${at & 0xff}`;
}

import { randomOf } from '../../../bench/load/random';
import { activityOf, personOf } from '../../../bench/simulate/people';
import { addressGroup } from '../../../functions/shared/domain/source-address';
import { newLocator } from '../../../functions/shared/domain/token';

const people = (count: number, seed: number) => {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, index) => personOf(index, random));
};

it('draws locators of the form of a real one, again with the same seed', () => {
  const form = /^[\da-f]{10}$/;
  expect(newLocator()).toMatch(form);
  const locators = people(1000, 7).map(({ locator }) => locator);
  for (const locator of locators) expect(locator).toMatch(form);
  expect(new Set(locators).size).toBe(1000);
  expect(people(1000, 7)).toEqual(people(1000, 7));
  expect(people(1000, 8)).not.toEqual(people(1000, 7));
});

it('gives half of them a network of their own; a hundred of the others share an address', () => {
  const members = new Map<string, number>();
  for (const { address } of people(2000, 1)) {
    const group = addressGroup(address);
    members.set(group, (members.get(group) ?? 0) + 1);
  }
  const sizes = [...members.values()];
  expect(sizes.filter((size) => size === 1)).toHaveLength(1000);
  expect(sizes.filter((size) => size === 100)).toHaveLength(10);
});

it('lets one in a hundred make half of the requests', () => {
  const activities = Array.from({ length: 1000 }, (_, index) => activityOf(index));
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  expect(sum(activities)).toBeCloseTo(1000);
  expect(sum(activities.sort((one, other) => other - one).slice(0, 10))).toBeCloseTo(500);
});

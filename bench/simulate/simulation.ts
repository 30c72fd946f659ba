/** All that is simulated, out of a template and a seed. */
import type { Template } from '../../local/template/template';
import { randomOf } from '../load/random';
import { type Attack, type AttackedDay, attackedDay } from './attack';
import { loginLimits } from './login-limits';
import { type Distribution, distributions, POPULATION } from './normal-day';

export interface Simulation {
  readonly distributions: readonly Distribution[];
  readonly days: readonly AttackedDay[];
}

const attack = (addresses: number, accounts: number, triesPerSecond: number): Attack => ({
  addresses,
  accounts,
  triesPerSecond,
});

/** One guesser at one account; one at many; then more and more addresses. */
const attacks: readonly Attack[] = [
  attack(1, 1, 1),
  attack(1, 10_000, 10),
  attack(20, 10_000, 10),
  attack(1000, 100, 10),
  attack(10_000, 100_000, 10),
  attack(100_000, 1_000_000, 1000),
];

/** Any moment will do. */
const NOW = 1_800_000_000;

export function simulate(template: Template, seed: number): Simulation {
  const limits = loginLimits(template);
  return {
    distributions: distributions(POPULATION, { now: NOW, rules: limits.address }, randomOf(seed)),
    days: attacks.map((one) => attackedDay(one, limits, randomOf(seed))),
  };
}

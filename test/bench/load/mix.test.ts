import { type Action, chooseAction } from '../../../bench/load/mix';
import { randomOf } from '../../../bench/load/random';

const CHOICES = 200_000;

function choices(seed: number): Map<Action, number> {
  const random = randomOf(seed);
  const counts = new Map<Action, number>();
  for (let count = 0; count < CHOICES; count += 1) {
    const action = chooseAction(random);
    counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  return counts;
}

describe('the mix', () => {
  it.each<[Action, number]>([
    ['dashboard', 94.5],
    ['revoked', 0.5],
    ['refresh', 2],
    ['login', 1.5],
    ['signup', 0.75],
    ['logout', 0.75],
  ])('has %s in %d %% of the requests', (action, percent) => {
    const found = ((choices(1).get(action) ?? 0) / CHOICES) * 100;
    expect(Math.abs(found - percent)).toBeLessThan(0.15);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(choices(7)).toEqual(choices(7));
    expect(choices(7)).not.toEqual(choices(8));
  });
});

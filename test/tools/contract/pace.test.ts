import { TokenBucket } from '../../../local/gateway/throttle';
import { Pace } from '../../../tools/contract/pace';

it.each([
  ['hashing', { rateLimit: 10, burstLimit: 10 }],
  ['other', { rateLimit: 100, burstLimit: 200 }],
] as const)(
  '%s requests pass the throttle of a stage with default settings, as fast as they may come',
  (kind, throttle) => {
    let now = 0;
    const pace = new Pace(() => now);
    const bucket = new TokenBucket(throttle);
    for (let count = 0; count < 500; count += 1) {
      now += pace.take('a place', kind);
      expect(bucket.take(now)).toBe(true);
    }
    expect(now / 500).toBeLessThan(1100 / throttle.rateLimit);
  },
);

it('one place does not wait for another', () => {
  const pace = new Pace(() => 0);
  for (let count = 0; count < 20; count += 1) pace.take('one', 'hashing');
  expect(pace.take('one', 'hashing')).toBeGreaterThan(0);
  expect(pace.take('other', 'hashing')).toBe(0);
});

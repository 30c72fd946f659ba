import fc from 'fast-check';
import { TokenBucket } from '../../../local/gateway/token-bucket';

/** How many of some requests at one moment pass. */
function passing(bucket: TokenBucket, now: number, requests: number): number {
  return Array.from({ length: requests }, () => bucket.take(now)).filter(Boolean).length;
}

describe('A bucket of tokens', () => {
  it('is full at first, whatever the time', () => {
    expect(passing(new TokenBucket({ burstLimit: 3, rateLimit: 1 }), 0, 10)).toBe(3);
    expect(passing(new TokenBucket({ burstLimit: 3, rateLimit: 1 }), 987_654.321, 10)).toBe(3);
  });

  it('gains a token in each part of a second that its rate says', () => {
    const bucket = new TokenBucket({ burstLimit: 2, rateLimit: 4 });
    passing(bucket, 1000, 2);

    expect([1249, 1250, 1251, 1499, 1500].map((now) => bucket.take(now))).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('can gain less than a token in a second', () => {
    const bucket = new TokenBucket({ burstLimit: 1, rateLimit: 0.1 });

    expect([0, 9999, 10_000, 19_999, 20_000].map((now) => bucket.take(now))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('holds no more than its burst, however long it is left alone', () => {
    const bucket = new TokenBucket({ burstLimit: 5, rateLimit: 100 });
    passing(bucket, 0, 5);

    expect(passing(bucket, 3_600_000, 1000)).toBe(5);
  });

  it('loses nothing by requests that it refuses', () => {
    const bucket = new TokenBucket({ burstLimit: 1, rateLimit: 1 });
    bucket.take(0);
    for (let now = 1; now < 1000; now += 1) expect(bucket.take(now)).toBe(false);

    expect(bucket.take(1000)).toBe(true);
  });

  it.each([
    ['rate', { burstLimit: 5, rateLimit: 0 }],
    ['burst', { burstLimit: 0, rateLimit: 5 }],
    ['rate and burst', { burstLimit: 0, rateLimit: 0 }],
  ])('of %s 0 never has a token', (_, throttling) => {
    const bucket = new TokenBucket(throttling);

    expect([0, 1, 3_600_000].map((now) => bucket.take(now))).toEqual([false, false, false]);
  });

  it('lets pass in any stretch of time no more than its burst and what it gains meanwhile', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    const throttlings = fc.record({
      burstLimit: fc.integer({ min: 1, max: 8 }),
      rateLimit: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(throttlings, waits, (throttling, steps) => {
        const bucket = new TokenBucket(throttling);
        let now = 0;
        const passed = steps.flatMap((step) => {
          now += step;
          return bucket.take(now) ? [now] : [];
        });
        for (const [first, from] of passed.entries()) {
          for (const [offset, to] of passed.slice(first).entries()) {
            const allowed = throttling.burstLimit + (throttling.rateLimit * (to - from)) / 1000;
            expect(offset + 1).toBeLessThanOrEqual(allowed + 1e-9);
          }
        }
      }),
    );
  });
});

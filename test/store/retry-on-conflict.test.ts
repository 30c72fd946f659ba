import { CONFLICT_PATIENCE_MS, CONFLICT_PAUSE_MS } from '../../functions/shared/domain/limits';
import { retryOnConflict } from '../../functions/shared/store/database';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** How long something takes that fails, by a clock that moves only when it is waited for. */
async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  jest.useFakeTimers();
  const startedAt = performance.now();
  let endedAt = 0;
  const ended = expect(work().finally(() => (endedAt = performance.now()))).rejects.toBeInstanceOf(
    StoreUnavailableError,
  );
  await jest.advanceTimersByTimeAsync(60_000);
  await ended;
  return endedAt - startedAt;
}

describe('a decision that others keep getting in the way of', () => {
  it.each([0, 0.35, 0.999])(
    'is waited for as long as it may take and no longer, with pauses that are drawn %s',
    async (draw) => {
      jest.spyOn(Math, 'random').mockReturnValue(draw);
      const took = await millisecondsOf(() => retryOnConflict(async () => undefined));
      expect(took).toBe(CONFLICT_PATIENCE_MS);
    },
  );

  it('is attempted again after pauses, each twice as long as the one before', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const attempts: number[] = [];
    await millisecondsOf(() =>
      retryOnConflict(async () => {
        attempts.push(performance.now());
      }),
    );
    const pauses = attempts.slice(1).map((at, before) => at - attempts[before]!);
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8].map((times) => times * CONFLICT_PAUSE_MS));
  });
});

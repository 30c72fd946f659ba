/**
 * Time that stands still while anything is under way, and leaps to the next moment that something waits for when nothing is. Waiting
 * costs nothing then, a busy machine makes nothing late, and what a request took is exactly what it waited.
 */

/** So many turns of the event loop without anything under way are enough for whatever follows from the last thing to begin. */
const QUIET_TURNS = 20;

/** Begins; ends with the returned function. What waits by `node:timers/promises` waits in virtual time only where it is mocked by {@link pause}. */
export function startVirtualTime(isBusy: () => boolean): () => Promise<void> {
  jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate'] });
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), milliseconds);
    return controller.signal;
  });
  let isOver = false;
  const leaping = leap(isBusy, () => isOver);
  return async () => {
    isOver = true;
    await leaping;
    jest.useRealTimers();
  };
}

async function leap(isBusy: () => boolean, isOver: () => boolean): Promise<void> {
  for (let quiet = 0; !isOver(); quiet = isBusy() ? 0 : quiet + 1) {
    if (quiet >= QUIET_TURNS) {
      jest.advanceTimersToNextTimer();
      quiet = 0;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** As `setTimeout` of `node:timers/promises`, in virtual time. */
export const pause = <Value>(milliseconds: number, value: Value): Promise<Value> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, value));

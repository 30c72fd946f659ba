import { CALL_ATTEMPT_TIMEOUT_MS } from '../../functions/shared/domain/limits';

/**
 * Where no call is silent, only a machine that is busy could make one time out, which must not look like a fault of the code. Puts off the
 * time-outs of the calls to the database until the function that it returns is called.
 */
export function postponeTimeOuts(): () => void {
  const { timeout } = AbortSignal;
  const { setTimeout } = globalThis;
  AbortSignal.timeout = () => new AbortController().signal;
  const later = (work: () => void, ms = 0, ...rest: []) =>
    setTimeout(work, ms === CALL_ATTEMPT_TIMEOUT_MS ? ms * 100 : ms, ...rest);
  globalThis.setTimeout = Object.assign(later, setTimeout) as typeof setTimeout;
  return () => {
    AbortSignal.timeout = timeout;
    globalThis.setTimeout = setTimeout;
  };
}

/**
 * The arithmetic of throttling: a bucket that a steady rate fills, and that every request takes a token from.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
import type { ThrottlingDefinition } from '../template/deployment';

/** Full at first. Times are in milliseconds, of a clock that is never set back. */
export class TokenBucket {
  readonly #throttling: ThrottlingDefinition;
  /** As they were when the last one was taken. */
  #tokens: number;
  #takenAt = 0;

  constructor(throttling: ThrottlingDefinition) {
    this.#throttling = throttling;
    this.#tokens = throttling.rateLimit === 0 ? 0 : throttling.burstLimit;
  }

  /** Whether there was a token to take. */
  take(now: number): boolean {
    const { burstLimit, rateLimit } = this.#throttling;
    const gained = ((now - this.#takenAt) * rateLimit) / 1000;
    const tokens = Math.min(burstLimit, this.#tokens + gained);
    if (tokens < 1) return false;
    this.#tokens = tokens - 1;
    this.#takenAt = now;
    return true;
  }
}

/**
 * Limits the requests that each method takes, from all clients together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
import type { ApiDefinition, MethodDefinition, ThrottlingDefinition } from '../template/deployment';
import { GatewayFailure } from './responses';

/** Lets a request for the method pass, or throws GatewayFailure. `now` is in milliseconds and never goes back. */
export function createThrottle(api: ApiDefinition, now: () => number): (method: MethodDefinition) => void {
  const buckets = new Map<string, TokenBucket>();
  for (const { logicalId, throttling } of api.resources.flatMap(({ methods }) => [...methods.values()])) {
    if (throttling !== undefined) buckets.set(logicalId, new TokenBucket(throttling));
  }
  return ({ logicalId }) => {
    if (buckets.get(logicalId)?.take(now()) !== false) return;
    throw new GatewayFailure('THROTTLED', { message: 'Too Many Requests' });
  };
}

/** Full at first. It gains tokens at the rate, up to the burst. Times are in milliseconds. */
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

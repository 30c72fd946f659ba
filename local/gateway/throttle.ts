/** Lets each method of the API take no more requests than its stage allows it, whoever sends them. */
import type { ApiDefinition, MethodDefinition } from '../template/deployment';
import { GatewayFailure } from './gateway-failure';
import { TokenBucket } from './token-bucket';

/** Lets a request for the method pass, or throws GatewayFailure. */
export type Throttle = (method: MethodDefinition) => void;

export function throttleOf(api: ApiDefinition, now: () => number): Throttle {
  const buckets = new Map<string, TokenBucket>();
  for (const { logicalId, throttling } of api.resources.flatMap(({ methods }) => [...methods.values()])) {
    if (throttling !== undefined) buckets.set(logicalId, new TokenBucket(throttling));
  }
  return ({ logicalId }) => {
    if (buckets.get(logicalId)?.take(now()) !== false) return;
    throw new GatewayFailure('THROTTLED', { message: 'Too Many Requests' });
  };
}

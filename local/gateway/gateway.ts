/** Serves an API's requests: route, throttle, authorizer, integration, and the gateway's own response if one fails. */
import type { ApiDefinition, MethodDefinition, ThrottlingDefinition } from '../template/deployment';
import { authorise } from './authorizer';
import { answerMock } from './mock-integration';
import { invokeProxy } from './proxy-integration';
import {
  buildCommonEvent,
  buildRequestContext,
  type GatewayRequest,
  type Invoke,
  type RoutedRequest,
} from './request';
import { GatewayFailure, type HttpResponse, internalServerError, renderFailure } from './responses';
import { createRouter, type Route } from './router';

/** Answers a request. Rejects only if the gateway itself is at fault. */
export type Gateway = (request: GatewayRequest, body: Buffer) => Promise<HttpResponse>;

/** `now` is in milliseconds and never goes back. */
export function createGateway(api: ApiDefinition, invoke: Invoke, now = () => performance.now()): Gateway {
  const findRoute = createRouter(api.resources);
  const throttle = createThrottle(api, now);

  return async (request, body) => {
    const route = findRoute(request.method, request.path);
    try {
      if (route !== undefined) throttle(route.method);
      return await answerRoute({ api, request, body, invoke }, route);
    } catch (error) {
      const failure = error instanceof GatewayFailure ? error : internalServerError(500);
      if (failure !== error) console.error('The gateway failed:', error);
      const variables = buildRequestContext(api, request, route);
      return renderFailure(failure, api.gatewayResponses, { headers: request.headers, variables });
    }
  };
}

async function answerRoute(
  parts: Omit<RoutedRequest, 'route' | 'event'>,
  route: Route | undefined,
): Promise<HttpResponse> {
  if (route === undefined) {
    throw new GatewayFailure('MISSING_AUTHENTICATION_TOKEN', { message: 'Missing Authentication Token' });
  }
  const routed = { ...parts, route, event: buildCommonEvent(parts.api, parts.request, route) };
  const { authorizer, integration } = route.method;
  const context = authorizer && (await authorise(routed, authorizer));
  if (integration.type === 'MOCK') return answerMock(routed, integration);
  return invokeProxy(routed, integration, context);
}

// Throttling: limits the requests that each method takes, from all clients together.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html

/** Lets a request for the method pass, or throws GatewayFailure. `now` is in milliseconds and never goes back. */
function createThrottle(api: ApiDefinition, now: () => number): (method: MethodDefinition) => void {
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
class TokenBucket {
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

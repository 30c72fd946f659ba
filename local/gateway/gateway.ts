/** The way of one request through the gateway: route, throttle, authorizer, integration, and what is said if one fails. */
import type { ApiDefinition } from '../template/deployment';
import type { Answer } from './answer';
import { authorise } from './authorizer';
import { type Exchange, type Invoke, requestContextOf } from './exchange';
import { GatewayFailure, internalServerError } from './gateway-failure';
import { gatewayResponse } from './gateway-response';
import { answerMock } from './mock-integration';
import { invokeProxy } from './proxy-integration';
import type { GatewayRequest } from './request';
import { type Route, type Router, routerOf } from './router';
import { type Throttle, throttleOf } from './throttle';

/** Answers a request. Rejects only if the gateway itself is at fault. */
export type Gateway = (request: GatewayRequest, body: Buffer) => Promise<Answer>;

/** `now` is in milliseconds, of a clock that is never set back. */
export function gatewayOf(api: ApiDefinition, invoke: Invoke, now = () => performance.now()): Gateway {
  const findRoute: Router = routerOf(api.resources);
  const throttle: Throttle = throttleOf(api, now);

  return async (request, body) => {
    const route = findRoute(request.method, request.path);
    try {
      if (route !== undefined) throttle(route.method);
      return await answerRoute({ api, request, body, invoke }, route);
    } catch (error) {
      const failure = error instanceof GatewayFailure ? error : internalServerError(500);
      if (failure !== error) console.error('The gateway failed:', error);
      return gatewayResponse(failure, api.gatewayResponses, {
        headers: request.headers,
        variables: requestContextOf(api, request, route),
      });
    }
  };
}

async function answerRoute(parts: Omit<Exchange, 'route'>, route: Route | undefined): Promise<Answer> {
  if (route === undefined) {
    throw new GatewayFailure('MISSING_AUTHENTICATION_TOKEN', { message: 'Missing Authentication Token' });
  }
  const exchange = { ...parts, route };
  const { authorizer, integration } = route.method;
  const context = authorizer && (await authorise(exchange, authorizer));
  if (integration.type === 'MOCK') return answerMock(exchange, integration);
  return invokeProxy(exchange, integration, context);
}

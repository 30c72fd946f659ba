/** Serves an API's requests: route, throttle, authorizer, integration, and the gateway's own response if one fails. */
import type { ApiDefinition } from '../template/deployment';
import { authorise } from './authorizer';
import { answerMock } from './mock-integration';
import { invokeProxy } from './proxy-integration';
import { buildRequestContext, type GatewayRequest, type Invoke, type RoutedRequest } from './request';
import { GatewayFailure, type HttpResponse, internalServerError, renderFailure } from './responses';
import { createRouter, type Route } from './router';
import { createThrottle } from './throttle';

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
  parts: Omit<RoutedRequest, 'route'>,
  route: Route | undefined,
): Promise<HttpResponse> {
  if (route === undefined) {
    throw new GatewayFailure('MISSING_AUTHENTICATION_TOKEN', { message: 'Missing Authentication Token' });
  }
  const routed = { ...parts, route };
  const { authorizer, integration } = route.method;
  const context = authorizer && (await authorise(routed, authorizer));
  if (integration.type === 'MOCK') return answerMock(routed, integration);
  return invokeProxy(routed, integration, context);
}

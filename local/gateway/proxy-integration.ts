/** The Lambda proxy integration: the function gets the request as an event, and its result is the answer. */
import { setTimeout as delay } from 'node:timers/promises';
import type { InvocationResult } from '../functions/function-worker';
import type { ProxyIntegration } from '../template/deployment';
import { type Answer, plainAnswer } from './answer';
import type { Exchange } from './exchange';
import { GatewayFailure, internalServerError } from './gateway-failure';
import { headerValue } from './headers';
import { isBinary } from './media-types';
import { type AuthorizerContext, proxyEventOf } from './proxy-event';
import { readProxyResult } from './proxy-result';

/**
 * Lambda's limits, as measured: https://zaccharles.medium.com/deep-dive-lambdas-request-payload-size-limit-2-2-6350c1ae5577
 */
const maxEventBytes = 6 * 1024 * 1024;
const maxResultBytes = maxEventBytes + 100;

/** Throws GatewayFailure if the function fails, takes too long, or answers what is no HTTP response. */
export async function invokeProxy(
  exchange: Exchange,
  integration: ProxyIntegration,
  authorizer: AuthorizerContext | undefined,
): Promise<Answer> {
  const event = proxyEventOf(exchange, authorizer);
  if (isTooLarge(event, exchange)) return plainAnswer(413, 'Request Too Long');

  const invocation = exchange.invoke(integration.functionId, event);
  const result = await within(integration.timeoutMilliseconds, invocation);
  if (!result.ok || Buffer.byteLength(result.payload) > maxResultBytes) throw internalServerError(502);

  const proxyResult = readProxyResult(result.payload);
  if (proxyResult === undefined) throw internalServerError(502);
  const { status, headers, body, isBase64Encoded } = proxyResult;
  const isDecoded = isBase64Encoded && wantsBinary(exchange);
  return { status, headers, body: Buffer.from(body, isDecoded ? 'base64' : 'utf8') };
}

/** Measured only where it can be: no byte of a body becomes more than six in JSON. */
function isTooLarge(event: object, { body }: Exchange): boolean {
  return body.length * 6 > maxEventBytes / 2 && Buffer.byteLength(JSON.stringify(event)) > maxEventBytes;
}

/** The function goes on when the gateway has given up on it. */
async function within(
  milliseconds: number,
  invocation: Promise<InvocationResult>,
): Promise<InvocationResult> {
  const answered = new AbortController();
  const timeout = delay(milliseconds, undefined, { signal: answered.signal }).catch(() => undefined);
  const result = await Promise.race([invocation, timeout]);
  answered.abort();
  if (result !== undefined) return result;
  throw new GatewayFailure('INTEGRATION_TIMEOUT', { message: 'Endpoint request timed out' });
}

/** Of the media types that a client accepts, API Gateway looks at the first only. */
function wantsBinary({ api, request }: Exchange): boolean {
  const [first] = (headerValue(request.headers, 'Accept') ?? '').split(',');
  return isBinary(first, api.binaryMediaTypes);
}

/**
 * The Lambda proxy integration: the function gets the request as an event, and its result is the response.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
import * as v from 'valibot';
import type { InvocationResult } from '../functions/worker';
import { recordSchema, words } from '../json';
import type { ProxyIntegration } from '../template/deployment';
import type { AuthorizerContext } from './authorizer';
import { type HeaderList, headerValue, isBinary, type RoutedRequest } from './request';
import {
  GatewayFailure,
  type HttpResponse,
  internalServerError,
  isSendable,
  plainResponse,
  withJsonType,
} from './responses';

/** Lambda's limits, as measured: https://zaccharles.medium.com/deep-dive-lambdas-request-payload-size-limit-2-2-6350c1ae5577 */
const maxEventBytes = 6 * 1024 * 1024;
const maxResultBytes = maxEventBytes + 100;

/** Throws GatewayFailure if the function fails, takes too long, or returns no HTTP response. */
export async function invokeProxy(
  routed: RoutedRequest,
  integration: ProxyIntegration,
  authorizer: AuthorizerContext | undefined,
): Promise<HttpResponse> {
  const event = buildEvent(routed, authorizer);
  if (isTooLarge(event, routed)) return plainResponse(413, 'Request Too Long');

  const invocation = routed.invoke(integration.functionId, event);
  const result = await within(integration.timeoutMilliseconds, invocation);
  if (!result.ok || Buffer.byteLength(result.payload) > maxResultBytes) throw internalServerError(502);

  const proxyResult = readProxyResult(result.payload);
  if (proxyResult === undefined) throw internalServerError(502);
  const { status, headers, body, isBase64Encoded } = proxyResult;
  const isDecoded = isBase64Encoded && wantsBinary(routed);
  return { status, headers, body: Buffer.from(body, isDecoded ? 'base64' : 'utf8') };
}

function buildEvent(
  { api, request, event, body }: RoutedRequest,
  authorizer: AuthorizerContext | undefined,
): object {
  const isBase64Encoded =
    body.length > 0 && isBinary(headerValue(request.headers, 'Content-Type'), api.binaryMediaTypes);
  return {
    ...event,
    queryStringParameters: orNull(event.queryStringParameters),
    multiValueQueryStringParameters: orNull(event.multiValueQueryStringParameters),
    pathParameters: orNull(event.pathParameters),
    stageVariables: null,
    requestContext: { ...event.requestContext, ...(authorizer && { authorizer }) },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function orNull<Value extends object>(record: Value): Value | null {
  return Object.keys(record).length === 0 ? null : record;
}

/** Measures only bodies that could be too large: one byte becomes six in JSON at most. */
function isTooLarge(event: object, { body }: RoutedRequest): boolean {
  return body.length * 6 > maxEventBytes / 2 && Buffer.byteLength(JSON.stringify(event)) > maxEventBytes;
}

/** The function goes on after the gateway has given up on it. */
function within(milliseconds: number, invocation: Promise<InvocationResult>): Promise<InvocationResult> {
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(new GatewayFailure('INTEGRATION_TIMEOUT', { message: 'Endpoint request timed out' }));
    const timer = setTimeout(giveUp, milliseconds);
    invocation.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** API Gateway looks only at the first media type that a client accepts. */
function wantsBinary({ api, request }: RoutedRequest): boolean {
  const [first] = (headerValue(request.headers, 'Accept') ?? '').split(',');
  return isBinary(first, api.binaryMediaTypes);
}

// Results

interface ProxyResult {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const headerText = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const resultSchema = v.strictObject({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.nullish(recordSchema(headerText), {}),
  multiValueHeaders: v.nullish(recordSchema(v.array(headerText)), {}),
  body: v.nullish(v.string(), ''),
  isBase64Encoded: v.nullish(v.boolean(), false),
});

/** A function cannot set these. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const remapped = words(`
  authorization connection content-length content-md5 date expect host max-forwards
  proxy-authenticate server trailer upgrade user-agent www-authenticate x-amzn-requestid
`);

/** `payload` is JSON text. Undefined if it is malformed by API Gateway's rules. */
function readProxyResult(payload: string): ProxyResult | undefined {
  const { success, output } = v.safeParse(resultSchema, JSON.parse(payload));
  if (!success) return undefined;
  const headers = withJsonType(
    mergeHeaders(output.headers ?? {}, output.multiValueHeaders ?? {})
      .filter(([name]) => name.toLowerCase() !== 'transfer-encoding')
      .map(([name, value]) => [
        remapped.includes(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name,
        value,
      ]),
  );
  if (!headers.every(isSendable)) return undefined;
  const { statusCode: status, body, isBase64Encoded } = output;
  return { status, headers, body: body ?? '', isBase64Encoded: isBase64Encoded ?? false };
}

/** Where both have a name, the values of `multiValueHeaders` win. */
function mergeHeaders(
  single: Readonly<Record<string, string>>,
  multiple: Readonly<Record<string, readonly string[]>>,
): HeaderList {
  const names = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(single).filter(([name]) => !names.has(name.toLowerCase())),
    ...Object.entries(multiple).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  ];
}

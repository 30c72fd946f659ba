/**
 * The event of the Lambda proxy integration.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
import { type Exchange, requestContextOf } from './exchange';
import { headerValue, lastValuesOf, multiValuesOf } from './headers';
import { isBinary } from './media-types';
import { forwardedHeaders, type GatewayRequest } from './request';

/** `requestContext.authorizer`; absent where the method has no authorizer. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

export function proxyEventOf(exchange: Exchange, authorizer: AuthorizerContext | undefined): object {
  const { api, request, route, body } = exchange;
  const query = multiValueQueryOf(request);
  const headers = multiValuesOf(forwardedHeaders(request));
  const isBase64Encoded =
    body.length > 0 && isBinary(headerValue(request.headers, 'Content-Type'), api.binaryMediaTypes);
  return {
    resource: route.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastValuesOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastValuesOf(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(route.pathParameters),
    stageVariables: null,
    requestContext: {
      ...requestContextOf(api, request, route),
      ...(authorizer === undefined ? {} : { authorizer }),
    },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

export function multiValueQueryOf(request: GatewayRequest): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of request.query) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

function orNull<Value extends object>(record: Value): Value | null {
  return Object.keys(record).length === 0 ? null : record;
}

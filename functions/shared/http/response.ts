/** How every answer of an endpoint looks. No endpoint writes a header that is not about its own subject. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { corsHeaders } from './cors';
import { ApiError, InvalidFieldsError, messages, ThrottledError } from './errors';

/** What an endpoint says: a status, a JSON body (none for 204) and headers of its own. */
export interface HttpResponse {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Seconds after which a client may try again when the database did not answer. */
const RETRY_AFTER_SECONDS = '1';

/**
 * A response as API Gateway takes it: JSON, never cached, without a body where HTTP allows none. A 204 is `text/plain`: without a type
 * API Gateway makes it JSON, and some clients would parse its empty body.
 */
export function toProxyResult(
  response: HttpResponse,
  event: APIGatewayProxyEvent,
  corsOrigins: readonly string[],
): APIGatewayProxyResult {
  const hasBody = response.body !== undefined && event.httpMethod !== 'HEAD';
  return {
    statusCode: response.status,
    headers: {
      'Content-Type': response.status === 204 ? 'text/plain' : 'application/json',
      'Cache-Control': 'no-store',
      ...corsHeaders(event.headers, corsOrigins),
      ...response.headers,
    },
    body: hasBody ? JSON.stringify(response.body) : '',
  };
}

/** The answer to a failure. Anything but the listed failures is 500 and tells nothing. */
export function toErrorResponse(error: unknown): HttpResponse {
  if (error instanceof InvalidFieldsError) return { status: 400, body: error.fields };
  if (error instanceof ThrottledError) return toThrottledResponse(error);
  if (!(error instanceof ApiError)) return { status: 500, body: { detail: messages.internal } };
  return { status: error.status, body: { detail: error.message }, headers: errorHeaders(error) };
}

/** RFC 6585, section 4. */
const toThrottledResponse = ({ message, waitSeconds }: ThrottledError): HttpResponse => ({
  status: 429,
  body: { detail: message },
  headers: { 'Retry-After': String(waitSeconds) },
});

function errorHeaders(error: ApiError): Record<string, string> {
  // A 401 from here loses this header on AWS, which renames it. All but the rarest 401s are made by the gateway.
  if (error.status === 401) return { 'WWW-Authenticate': 'Token' };
  if (error.status === 503) return { 'Retry-After': RETRY_AFTER_SECONDS };
  return {};
}

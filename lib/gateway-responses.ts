/**
 * API Gateway's own responses, in Django REST Framework's form. Only these can send `WWW-Authenticate`: API Gateway renames the header of a
 * Lambda's response. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { EXPOSED_HEADERS } from '../functions/shared/http/cors';
import { messages } from '../functions/shared/http/errors';

export interface GatewayResponseProps {
  readonly type: ResponseType;
  /** Absent: API Gateway's own status. */
  readonly status?: number;
  /** A message, or a `$context` variable. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CHALLENGE = { 'WWW-Authenticate': 'Token' };
const TRY_AGAIN = { 'Retry-After': '1' };
const unavailable = (type: ResponseType): GatewayResponseProps => ({
  type,
  status: 503,
  detail: messages.unavailable,
  headers: TRY_AGAIN,
});
const forbidden = (type: ResponseType): GatewayResponseProps => ({
  type,
  status: 403,
  detail: messages.permissionDenied,
});

/** Every type that can be customised. REQUEST_TOO_LARGE (over 10 MB) cannot. */
export const backendResponses: readonly GatewayResponseProps[] = [
  { type: ResponseType.ACCESS_DENIED, status: 401, detail: '$context.authorizer.detail', headers: CHALLENGE },
  { type: ResponseType.UNAUTHORIZED, status: 401, detail: messages.credentialsMissing, headers: CHALLENGE },
  // The authorizer throws when the database does not answer. A 401 would log users out.
  unavailable(ResponseType.AUTHORIZER_FAILURE),
  unavailable(ResponseType.AUTHORIZER_CONFIGURATION_ERROR),
  unavailable(ResponseType.INTEGRATION_FAILURE),
  unavailable(ResponseType.INTEGRATION_TIMEOUT),
  { type: ResponseType.THROTTLED, status: 429, detail: messages.throttled(1), headers: TRY_AGAIN },
  { type: ResponseType.QUOTA_EXCEEDED, status: 429, detail: messages.throttled(1), headers: TRY_AGAIN },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, status: 404, detail: messages.notFound },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, detail: messages.notFound },
  forbidden(ResponseType.EXPIRED_TOKEN),
  forbidden(ResponseType.INVALID_API_KEY),
  forbidden(ResponseType.INVALID_SIGNATURE),
  forbidden(ResponseType.WAF_FILTERED),
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: 415, detail: 'Unsupported media type in request.' },
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, detail: 'Malformed request.' },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, status: 400, detail: 'Malformed request.' },
  { type: ResponseType.API_CONFIGURATION_ERROR, status: 500, detail: messages.internal },
  { type: ResponseType.DEFAULT_4XX, detail: 'Malformed request.' },
  { type: ResponseType.DEFAULT_5XX, detail: messages.internal },
];

/**
 * Responses of an external authorizer on another API. A Deny has one status for all reasons, which must be 403, and a 401 one text: that of an
 * expired or ended session, the most frequent reason.
 */
export const externalResponses: readonly GatewayResponseProps[] = [
  { type: ResponseType.UNAUTHORIZED, status: 401, detail: messages.tokenInvalid, headers: CHALLENGE },
  forbidden(ResponseType.ACCESS_DENIED),
  unavailable(ResponseType.AUTHORIZER_FAILURE),
  unavailable(ResponseType.AUTHORIZER_CONFIGURATION_ERROR),
];

export interface GatewayResponsesProps {
  readonly answers: readonly GatewayResponseProps[];
  readonly corsOrigins: readonly string[];
  /** Prefix of the construct ids. */
  readonly idPrefix?: string;
}

export function addGatewayResponses(
  api: RestApi,
  { answers, corsOrigins, idPrefix = '' }: GatewayResponsesProps,
): void {
  for (const { type, status, detail, headers } of answers) {
    api.addGatewayResponse(`${idPrefix}${type.responseType}`, {
      type,
      ...(status && { statusCode: String(status) }),
      responseHeaders: quoted({ 'Cache-Control': 'no-store', ...corsHeaders(corsOrigins), ...headers }),
      templates: { 'application/json': JSON.stringify({ detail }) },
    });
  }
}

/** These responses hold no secret and CORS credentials are not used, so with several origins any page may read them. */
function corsHeaders(origins: readonly string[]): Record<string, string> {
  const [only, ...others] = origins;
  if (only === undefined) return {};
  return {
    'Access-Control-Allow-Origin': others.length === 0 ? only : '*',
    'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
  };
}

/** API Gateway requires single quotes around a constant. */
const quoted = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));

/**
 * Gateway responses: what API Gateway answers by itself, and what a template says about it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import * as v from 'valibot';
import type { GatewayResponseDefinition, HeaderMapping, HeaderSource } from './deployment';
import {
  type RawResource,
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
} from './template';

/**
 * AWS's own status of each type, and the value of its header `x-amzn-ErrorType`. DEFAULT_4XX and DEFAULT_5XX apply to
 * the types of their class that the template does not mention.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const gatewayResponseDefaults = {
  ACCESS_DENIED: { status: 403, errorType: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { status: 500, errorType: 'ApiConfigurationException' },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { status: 500, errorType: 'AuthorizerFailureException' },
  BAD_REQUEST_BODY: { status: 400, errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { status: 400, errorType: 'BadRequestException' },
  DEFAULT_4XX: { status: 400, errorType: 'BadRequestException' },
  DEFAULT_5XX: { status: 500, errorType: 'InternalServerErrorException' },
  EXPIRED_TOKEN: { status: 403, errorType: 'ExpiredTokenException' },
  INTEGRATION_FAILURE: { status: 504, errorType: 'IntegrationFailureException' },
  INTEGRATION_TIMEOUT: { status: 504, errorType: 'InternalServerErrorException' },
  INVALID_API_KEY: { status: 403, errorType: 'ForbiddenException' },
  INVALID_SIGNATURE: { status: 403, errorType: 'InvalidSignatureException' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, errorType: 'MissingAuthenticationTokenException' },
  QUOTA_EXCEEDED: { status: 429, errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: { status: 413, errorType: 'RequestTooLargeException' },
  RESOURCE_NOT_FOUND: { status: 404, errorType: 'ResourceNotFoundException' },
  THROTTLED: { status: 429, errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, errorType: 'BadRequestException' },
  WAF_FILTERED: { status: 403, errorType: 'WafFilteredException' },
} as const;

export type GatewayResponseType = keyof typeof gatewayResponseDefaults;

const isResponseType = (name: string): name is GatewayResponseType =>
  Object.hasOwn(gatewayResponseDefaults, name);

/** An HTTP status, written as text in a template. */
export const status = v.pipe(v.string(), v.regex(/^[1-5]\d\d$/, 'Expected a status'), v.transform(Number));

const jsonType = 'application/json';

export const gatewayResponseType = {
  type: 'AWS::ApiGateway::GatewayResponse',
  used: v.strictObject({
    ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
    ResponseTemplates: v.optional(v.strictObject({ [jsonType]: v.exactOptional(v.string()) }), {}),
    ResponseType: v.pipe(v.string(), v.guard(isResponseType, 'No such response type')),
    RestApiId: v.string(),
    StatusCode: v.exactOptional(status),
  }),
  ignored: [],
} as const satisfies ResourceType;

/** These templates are not VTL: they have `$context` and parts of the request only. */
const otherVariable = /\$(?:method\.|stageVariables|input|util)[\w.]*/;

export function readGatewayResponses(
  template: Template,
  resolve: Resolve,
): ReadonlyMap<GatewayResponseType, GatewayResponseDefinition> {
  const definitions = new Map<GatewayResponseType, GatewayResponseDefinition>();
  for (const resource of resourcesOfType(template, gatewayResponseType.type)) {
    const properties = readProperties(resource, gatewayResponseType, resolve);
    const { ResponseParameters, ResponseTemplates, ResponseType, StatusCode } = properties;
    if (definitions.has(ResponseType)) throw refused(resource, `there is another one for ${ResponseType}`);
    const jsonTemplate = ResponseTemplates[jsonType];
    const [unknown] = otherVariable.exec(jsonTemplate ?? '') ?? [];
    if (unknown !== undefined) throw refused(resource, `${unknown} in its template is not understood`);
    definitions.set(ResponseType, {
      headers: readHeaderMappings(ResponseParameters, 'gatewayresponse.header.', resource),
      ...(StatusCode === undefined ? {} : { statusCode: StatusCode }),
      ...(jsonTemplate === undefined ? {} : { jsonTemplate }),
    });
  }
  return definitions;
}

// Header mappings: https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html

const requestHeader = 'method.request.header.';
const context = 'context.';

/** The mappings of `ResponseParameters`, whose keys must all begin with the prefix. */
export function readHeaderMappings(
  parameters: Readonly<Record<string, string>>,
  prefix: string,
  resource: RawResource,
): HeaderMapping[] {
  return Object.entries(parameters).map(([key, expression]) => {
    const source = parseSource(expression);
    if (!key.startsWith(prefix) || key === prefix || source === undefined) {
      throw refused(resource, `the mapping of ${key} from ${expression} is not understood`);
    }
    return { name: key.slice(prefix.length), source };
  });
}

/** A text in single quotes, a header of the request, or a variable of `$context`. */
function parseSource(expression: string): HeaderSource | undefined {
  const text = /^'(.*)'$/s.exec(expression)?.[1];
  if (text !== undefined) return { kind: 'static', value: text };
  if (expression.startsWith(requestHeader)) {
    return { kind: 'request-header', name: expression.slice(requestHeader.length) };
  }
  if (expression.startsWith(context)) return { kind: 'context', path: expression.slice(context.length) };
  return undefined;
}

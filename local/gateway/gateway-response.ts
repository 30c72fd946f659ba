/**
 * Turns a failure into the answer that the template has for it, or else AWS's own. The only place that does.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import type { GatewayResponseDefinition } from '../template/deployment';
import { type GatewayResponseType, gatewayResponseDefaults } from '../template/gateway-response-types';
import type { Answer } from './answer';
import { type ContextVariables, mappedHeaders, substitute } from './context-variables';
import type { GatewayFailure } from './gateway-failure';
import { type HeaderList, headerValue } from './headers';

export type GatewayResponses = ReadonlyMap<GatewayResponseType, GatewayResponseDefinition>;

/** What of the request an answer may speak of. */
export interface FailedRequest {
  readonly headers: HeaderList;
  readonly variables: ContextVariables;
}

export function gatewayResponse(
  failure: GatewayFailure,
  definitions: GatewayResponses,
  request: FailedRequest,
): Answer {
  const own = gatewayResponseDefaults[failure.type];
  const definition = definitions.get(failure.type) ?? definitions.get(defaultFor(own.status));
  const variables = variablesOf(failure, request.variables);
  const headers: HeaderList = [
    ['x-amzn-ErrorType', own.errorType],
    ...mappedHeaders(definition?.headers ?? [], request.headers, variables),
  ];
  const hasType = headerValue(headers, 'Content-Type') !== undefined;
  return {
    status: definition?.statusCode ?? failure.details.status ?? own.status,
    headers: hasType ? headers : [['Content-Type', 'application/json'], ...headers],
    body: Buffer.from(substitute(definition?.jsonTemplate ?? templateFor(failure.type), variables)),
  };
}

function defaultFor(status: number): GatewayResponseType {
  return status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
}

/** AWS spells the member of this one type with a capital. */
function templateFor(type: GatewayResponseType): string {
  const member = type === 'ACCESS_DENIED' ? 'Message' : 'message';
  return `{"${member}":$context.error.messageString}`;
}

function variablesOf({ type, details }: GatewayFailure, variables: ContextVariables): ContextVariables {
  const { message, authorizer } = details;
  return {
    ...variables,
    ...(authorizer === undefined ? {} : { authorizer }),
    error: { message: message ?? '', messageString: JSON.stringify(message), responseType: type },
  };
}

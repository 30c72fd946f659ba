/**
 * Responses that the gateway makes itself: a failure becomes the response that the template defines for it, or AWS's
 * own. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isRecord, type JsonObject } from '../json';
import type { GatewayResponseDefinition, HeaderMapping, HeaderSource } from '../template/deployment';
import { type GatewayResponseType, gatewayResponseDefaults } from '../template/gateway-responses';
import { type HeaderList, headerValue } from './request';

export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** A response in API Gateway's own words, which the template cannot change. */
export function plainResponse(status: number, message: string): HttpResponse {
  return jsonResponse(status, { message });
}

export function jsonResponse(status: number, content: object): HttpResponse {
  return {
    status,
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from(JSON.stringify(content)),
  };
}

interface FailureDetails {
  /** `$context.error.message`; AWS has none for a failed authorizer. */
  readonly message: string | null;
  /** Where API Gateway uses another status than that of the type. */
  readonly status?: number;
  /** `$context.authorizer`: what the authorizer returned along with its denial. */
  readonly authorizer?: JsonObject;
}

/** Thrown for a request that the gateway answers instead of the integration. */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure';
  readonly type: GatewayResponseType;
  readonly details: FailureDetails;

  constructor(type: GatewayResponseType, details: FailureDetails) {
    super(`${type}: ${details.message}`);
    this.type = type;
    this.details = details;
  }
}

/** 502 for a function that failed or gave an unusable result; 500 for a fault of the gateway. */
export function internalServerError(status: 500 | 502): GatewayFailure {
  return new GatewayFailure('DEFAULT_5XX', { message: 'Internal server error', status });
}

export function renderFailure(
  { type, details }: GatewayFailure,
  definitions: ReadonlyMap<GatewayResponseType, GatewayResponseDefinition>,
  request: { readonly headers: HeaderList; readonly variables: JsonObject },
): HttpResponse {
  const own = gatewayResponseDefaults[type];
  const fallback = own.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  const definition = definitions.get(type) ?? definitions.get(fallback);
  const { message, authorizer } = details;
  const variables = {
    ...request.variables,
    ...(authorizer === undefined ? {} : { authorizer }),
    error: { message: message ?? '', messageString: JSON.stringify(message), responseType: type },
  };
  // AWS capitalises the member of this one type.
  const member = type === 'ACCESS_DENIED' ? 'Message' : 'message';
  const template = definition?.jsonTemplate ?? `{"${member}":$context.error.messageString}`;
  return {
    status: definition?.statusCode ?? details.status ?? own.status,
    headers: withJsonType([
      ['x-amzn-ErrorType', own.errorType],
      ...mapHeaders(definition?.headers ?? [], request.headers, variables),
    ]),
    body: Buffer.from(substitute(template, variables)),
  };
}

/** The headers, with the type JSON if they have none. */
export function withJsonType(headers: HeaderList): HeaderList {
  const hasType = headerValue(headers, 'Content-Type') !== undefined;
  return hasType ? headers : [['Content-Type', 'application/json'], ...headers];
}

const reference = /\$context((?:\.[A-Za-z_][\w-]*)+)/g;

/** Fills in the variables of a gateway response's template. AWS escapes nothing, so neither does this. */
function substitute(template: string, variables: JsonObject): string {
  return template.replace(reference, (_, path: string) => textAt(variables, path.slice(1)) ?? '');
}

/** A variable's text by its path, such as `authorizer.detail`; undefined if there is none. */
function textAt(variables: JsonObject, path: string): string | undefined {
  let value: unknown = variables;
  for (const name of path.split('.')) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  const hasText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return hasText ? String(value) : undefined;
}

/** The headers that mappings produce. Those without a value, or with one that HTTP cannot carry, are left out. */
export function mapHeaders(
  mappings: readonly HeaderMapping[],
  requestHeaders: HeaderList,
  variables: JsonObject,
): HeaderList {
  return mappings
    .flatMap(({ name, source }): HeaderList => {
      const value = sourceValue(source, requestHeaders, variables);
      return value === undefined ? [] : [[name, value]];
    })
    .filter(isSendable);
}

function sourceValue(
  source: HeaderSource,
  requestHeaders: HeaderList,
  variables: JsonObject,
): string | undefined {
  if (source.kind === 'static') return source.value;
  if (source.kind === 'context') return textAt(variables, source.path);
  return headerValue(requestHeaders, source.name);
}

/** Whether HTTP can carry the name and the value. */
export function isSendable([name, value]: HeaderList[number]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

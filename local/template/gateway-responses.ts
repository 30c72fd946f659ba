/**
 * Gateway responses: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import * as v from 'valibot';
import type { GatewayResponseDefinition } from './deployment';
import { type GatewayResponseType, isGatewayResponseType } from './gateway-response-types';
import { headerMappings } from './header-mappings';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

const jsonType = 'application/json';

export const gatewayResponseType = {
  type: 'AWS::ApiGateway::GatewayResponse',
  used: v.strictObject({
    ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
    ResponseTemplates: v.optional(v.strictObject({ [jsonType]: v.exactOptional(v.string()) }), {}),
    ResponseType: v.pipe(v.string(), v.guard(isGatewayResponseType, 'No such response type')),
    RestApiId: v.string(),
    StatusCode: v.exactOptional(
      v.pipe(v.string(), v.regex(/^[1-5]\d\d$/, 'Expected a status'), v.transform(Number)),
    ),
  }),
  withoutMeaning: [],
} as const satisfies ResourceType;

/** Templates of gateway responses are not VTL: `$context` is all they have, besides parts of the request. */
const otherVariable = /\$(?:method\.|stageVariables|input|util)[\w.]*/;

/** What the template says about each type of gateway response. */
export function readGatewayResponses(
  template: Template,
  resolve: Resolve,
): ReadonlyMap<GatewayResponseType, GatewayResponseDefinition> {
  const definitions = new Map<GatewayResponseType, GatewayResponseDefinition>();
  for (const resource of resourcesOfType(template, gatewayResponseType.type)) {
    const properties = readProperties(resource, gatewayResponseType, resolve);
    const { ResponseType } = properties;
    if (definitions.has(ResponseType)) throw refused(resource, `there is another one for ${ResponseType}`);
    definitions.set(ResponseType, definitionOf(properties, resource));
  }
  return definitions;
}

function definitionOf(
  properties: v.InferOutput<typeof gatewayResponseType.used>,
  resource: RawResource,
): GatewayResponseDefinition {
  const { ResponseParameters, ResponseTemplates, StatusCode } = properties;
  const jsonTemplate = ResponseTemplates[jsonType];
  const unknown = jsonTemplate === undefined ? null : otherVariable.exec(jsonTemplate);
  if (unknown !== null) throw refused(resource, `${unknown[0]} in its template is not understood`);
  return {
    headers: headerMappings(ResponseParameters, 'gatewayresponse.header.', resource),
    ...(StatusCode === undefined ? {} : { statusCode: StatusCode }),
    ...(jsonTemplate === undefined ? {} : { jsonTemplate }),
  };
}

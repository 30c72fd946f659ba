/**
 * Methods: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
 */
import * as v from 'valibot';
import type { AuthorizerDefinition, FunctionDefinition, MethodDefinition } from './deployment';
import { integrationOf, integrationSchema } from './integrations';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

const methodResponse = v.strictObject({
  ResponseModels: v.exactOptional(v.unknown()),
  ResponseParameters: v.optional(v.record(v.string(), v.boolean()), {}),
  StatusCode: v.string(),
});

export const methodType = {
  type: 'AWS::ApiGateway::Method',
  used: v.strictObject({
    ApiKeyRequired: v.exactOptional(v.literal(false, 'API keys are not understood')),
    AuthorizationType: v.picklist(['NONE', 'CUSTOM']),
    AuthorizerId: v.exactOptional(v.string()),
    HttpMethod: v.picklist(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
    Integration: integrationSchema,
    MethodResponses: v.optional(v.array(methodResponse), []),
    ResourceId: v.string(),
    RestApiId: v.string(),
  }),
  // Request parameters and models are enforced by a request validator alone, and that is not understood.
  withoutMeaning: ['OperationName', 'RequestModels', 'RequestParameters'],
} as const satisfies ResourceType;

export interface MethodSources {
  readonly template: Template;
  readonly resolve: Resolve;
  readonly functions: readonly FunctionDefinition[];
  readonly authorizers: ReadonlyMap<string, AuthorizerDefinition>;
  /** By resource id. */
  readonly paths: ReadonlyMap<string, string>;
}

/** The methods by resource id and HTTP method. */
export function methodsOf(
  sources: MethodSources,
): ReadonlyMap<string, ReadonlyMap<string, MethodDefinition>> {
  const byResource = new Map<string, Map<string, MethodDefinition>>();
  for (const resource of resourcesOfType(sources.template, methodType.type)) {
    const properties = readProperties(resource, methodType, sources.resolve);
    const { ResourceId, HttpMethod } = properties;
    const siblings = byResource.get(ResourceId) ?? new Map<string, MethodDefinition>();
    if (!sources.paths.has(ResourceId)) {
      throw refused(resource, `the resource ${ResourceId} is not in the template`);
    }
    if (siblings.has(HttpMethod)) throw refused(resource, `its resource has another method ${HttpMethod}`);
    byResource.set(ResourceId, siblings.set(HttpMethod, readMethod(resource, properties, sources)));
  }
  return byResource;
}

function readMethod(
  resource: RawResource,
  properties: v.InferOutput<typeof methodType.used>,
  sources: MethodSources,
): MethodDefinition {
  const declaredHeaders = properties.MethodResponses.flatMap((response) =>
    Object.keys(response.ResponseParameters).map((parameter) => `${response.StatusCode} ${parameter}`),
  );
  const integration = integrationOf(properties.Integration, {
    resource,
    functions: sources.functions,
    declaredHeaders,
  });
  const logicalId = resource.logicalId;
  if (properties.AuthorizationType === 'NONE') return { logicalId, integration };

  const authorizer = sources.authorizers.get(properties.AuthorizerId ?? '');
  if (authorizer === undefined) {
    throw refused(resource, `the authorizer ${properties.AuthorizerId} is not in the template`);
  }
  return { logicalId, integration, authorizer };
}

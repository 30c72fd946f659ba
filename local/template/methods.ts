/**
 * Methods with their authorizers and integrations.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
 */
import * as v from 'valibot';
import { parse } from 'velocityjs';
import type {
  AuthorizerDefinition,
  FunctionDefinition,
  IntegrationDefinition,
  MethodDefinition,
} from './deployment';
import { readHeaderMappings, status } from './gateway-responses';
import {
  type RawResource,
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
} from './template';

/** API Gateway's own limit; a larger one must be requested from AWS. */
const maxTimeoutMilliseconds = 29_000;

/** VTL by media type. */
const templates = v.pipe(
  v.optional(v.record(v.string(), v.string()), {}),
  v.transform((byType): ReadonlyMap<string, string> => new Map(Object.entries(byType))),
);

const proxySchema = v.strictObject({
  Type: v.literal('AWS_PROXY'),
  IntegrationHttpMethod: v.literal('POST', 'A function is invoked with POST'),
  TimeoutInMillis: v.optional(
    v.pipe(v.number(), v.minValue(50), v.maxValue(maxTimeoutMilliseconds)),
    maxTimeoutMilliseconds,
  ),
  Uri: v.string(),
});

const mockResponse = v.strictObject({
  ResponseParameters: v.optional(v.record(v.string(), v.string()), {}),
  ResponseTemplates: templates,
  StatusCode: status,
});

/** As CDK writes it for CORS preflight requests: one response, for every status. */
const mockSchema = v.strictObject({
  Type: v.literal('MOCK'),
  IntegrationResponses: v.strictTuple([mockResponse], 'Only one integration response is understood'),
  PassthroughBehavior: v.optional(v.literal('WHEN_NO_MATCH')),
  RequestTemplates: templates,
});

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
    Integration: v.variant('Type', [proxySchema, mockSchema]),
    MethodResponses: v.optional(v.array(methodResponse), []),
    ResourceId: v.string(),
    RestApiId: v.string(),
  }),
  // Only a request validator enforces request parameters and models, and validators are refused.
  ignored: ['OperationName', 'RequestModels', 'RequestParameters'],
} as const satisfies ResourceType;

type MethodProperties = v.InferOutput<typeof methodType.used>;

interface Sources {
  readonly template: Template;
  readonly resolve: Resolve;
  readonly functions: readonly FunctionDefinition[];
  /** By resource id. */
  readonly paths: ReadonlyMap<string, string>;
}

/** The methods by resource id and HTTP method. */
export function readMethods(sources: Sources): ReadonlyMap<string, ReadonlyMap<string, MethodDefinition>> {
  const authorizers = readAuthorizers(sources);
  const byResource = new Map<string, Map<string, MethodDefinition>>();
  for (const resource of resourcesOfType(sources.template, methodType.type)) {
    const properties = readProperties(resource, methodType, sources.resolve);
    const { AuthorizationType, AuthorizerId, HttpMethod, ResourceId } = properties;
    if (!sources.paths.has(ResourceId)) {
      throw refused(resource, `the resource ${ResourceId} is not in the template`);
    }
    const siblings = byResource.get(ResourceId) ?? new Map<string, MethodDefinition>();
    if (siblings.has(HttpMethod)) throw refused(resource, `its resource has another method ${HttpMethod}`);
    const integration = readIntegration(properties, sources.functions, resource);
    const authorizer = authorizers.get(AuthorizerId ?? '');
    if (AuthorizationType === 'CUSTOM' && authorizer === undefined) {
      throw refused(resource, `the authorizer ${AuthorizerId} is not in the template`);
    }
    const isAuthorized = AuthorizationType === 'CUSTOM' && authorizer !== undefined;
    const method = { logicalId: resource.logicalId, integration, ...(isAuthorized && { authorizer }) };
    byResource.set(ResourceId, siblings.set(HttpMethod, method));
  }
  return byResource;
}

const onlyUncached = 'Only authorizers of type REQUEST with TTL 0 and no identity source are understood';

export const authorizerType = {
  type: 'AWS::ApiGateway::Authorizer',
  used: v.strictObject({
    AuthorizerResultTtlInSeconds: v.literal(0, onlyUncached),
    AuthorizerUri: v.string(),
    IdentitySource: v.exactOptional(v.literal('', onlyUncached)),
    RestApiId: v.string(),
    Type: v.literal('REQUEST', onlyUncached),
  }),
  ignored: ['Name'],
} as const satisfies ResourceType;

/** By logical id. */
function readAuthorizers({
  template,
  resolve,
  functions,
}: Sources): ReadonlyMap<string, AuthorizerDefinition> {
  const authorizers = resourcesOfType(template, authorizerType.type).map((resource) => {
    const { AuthorizerUri } = readProperties(resource, authorizerType, resolve);
    const functionId = findInvokedFunction(AuthorizerUri, functions, resource);
    return { logicalId: resource.logicalId, functionId };
  });
  return new Map(authorizers.map((authorizer) => [authorizer.logicalId, authorizer]));
}

const invocationUri = /^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;

/** The logical id of the function that a URI invokes. Throws if the template has no such function. */
function findInvokedFunction(
  uri: string,
  functions: readonly FunctionDefinition[],
  resource: RawResource,
): string {
  const arn = invocationUri.exec(uri)?.[1];
  const target = functions.find((definition) => definition.arn === arn);
  if (target === undefined) throw refused(resource, `${uri} invokes no function of the template`);
  return target.logicalId;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html */
function readIntegration(
  { Integration, MethodResponses }: MethodProperties,
  functions: readonly FunctionDefinition[],
  resource: RawResource,
): IntegrationDefinition {
  if (Integration.Type === 'AWS_PROXY') {
    return {
      type: 'AWS_PROXY',
      functionId: findInvokedFunction(Integration.Uri, functions, resource),
      timeoutMilliseconds: Integration.TimeoutInMillis,
    };
  }
  const { IntegrationResponses, RequestTemplates } = Integration;
  const [{ ResponseParameters, ResponseTemplates, StatusCode }] = IntegrationResponses;
  const declared = MethodResponses.find((response) => Number(response.StatusCode) === StatusCode);
  for (const parameter of Object.keys(ResponseParameters)) {
    if (!Object.hasOwn(declared?.ResponseParameters ?? {}, parameter)) {
      throw refused(resource, `its responses do not declare ${parameter} for ${StatusCode}`);
    }
  }
  checkMappingTemplates(RequestTemplates, resource);
  checkMappingTemplates(ResponseTemplates, resource);
  return {
    type: 'MOCK',
    requestTemplates: RequestTemplates,
    statusCode: StatusCode,
    headers: readHeaderMappings(ResponseParameters, 'method.response.header.', resource),
    responseTemplates: ResponseTemplates,
  };
}

// Mapping templates, in the Velocity Template Language:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

/** A reference to one of API Gateway's own variables, with the rest of the line. */
const ownReference = /\$!?\{?(input|context|stageVariables|util)\b(?=(.*))/g;

const understoodReferences: Readonly<Record<string, RegExp>> = {
  input: /^\.params\((?:\)\.(?:header|querystring|path)\.get\()?["'][^"']+["']\)/,
  context: /^(?:\.[A-Za-z][\w-]*)+/,
};

/** Throws if a template is not VTL, or uses a variable of API Gateway that is not understood. */
function checkMappingTemplates(byType: ReadonlyMap<string, string>, resource: RawResource): void {
  for (const template of byType.values()) {
    for (const [reference, variable = '', rest = ''] of template.matchAll(ownReference)) {
      if (understoodReferences[variable]?.test(rest)) continue;
      throw refused(resource, `${reference}${rest} in a mapping template is not understood`);
    }
    try {
      parse(template);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      throw refused(resource, `a mapping template is not VTL: ${reason}`);
    }
  }
}

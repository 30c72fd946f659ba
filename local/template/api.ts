/**
 * The API: its stage, its tree of resources and what hangs on it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
 */
import * as v from 'valibot';
import { rootResourceIdOf } from './arns';
import { authorizersOf } from './authorizers';
import type { ApiDefinition, FunctionDefinition } from './deployment';
import { readGatewayResponses } from './gateway-responses';
import type { Resolve } from './intrinsics';
import { methodsOf } from './methods';
import { readResourcePaths } from './resource-paths';
import { type ResourceType, readProperties } from './resource-type';
import { onlyResource, type Template } from './template';
import { refused } from './template-error';

export const restApiType = {
  type: 'AWS::ApiGateway::RestApi',
  used: v.strictObject({ BinaryMediaTypes: v.optional(v.array(v.string()), []) }),
  withoutMeaning: [
    'Description',
    'DisableExecuteApiEndpoint',
    'EndpointConfiguration',
    'FailOnWarnings',
    'Name',
    'Tags',
  ],
} as const satisfies ResourceType;

export const deploymentType = {
  type: 'AWS::ApiGateway::Deployment',
  used: v.strictObject({ RestApiId: v.string() }),
  withoutMeaning: ['Description'],
} as const satisfies ResourceType;

/** Of the settings by method, caching alone would change an answer. */
const methodSetting = v.looseObject({
  CachingEnabled: v.exactOptional(v.literal(false, 'Caching is not understood')),
});

export const stageType = {
  type: 'AWS::ApiGateway::Stage',
  used: v.strictObject({
    DeploymentId: v.string(),
    MethodSettings: v.optional(v.array(methodSetting), []),
    RestApiId: v.string(),
    StageName: v.string(),
  }),
  withoutMeaning: ['AccessLogSetting', 'Description', 'Tags', 'TracingEnabled'],
} as const satisfies ResourceType;

/** The API. Throws unless there is exactly one, with one deployment and one stage, all belonging together. */
export function readApi(
  template: Template,
  resolve: Resolve,
  functions: readonly FunctionDefinition[],
): ApiDefinition {
  const resource = onlyResource(template, restApiType.type);
  const { BinaryMediaTypes } = readProperties(resource, restApiType, resolve);
  const { StageName, DeploymentId } = readStage(template, resolve);
  const authorizers = authorizersOf(template, resolve, functions);
  const paths = readResourcePaths(template, resolve, rootResourceIdOf(resource.logicalId));
  const methods = methodsOf({ template, resolve, functions, authorizers, paths });

  return {
    logicalId: resource.logicalId,
    stageName: StageName,
    deploymentId: DeploymentId,
    binaryMediaTypes: BinaryMediaTypes,
    resources: [...paths].map(([id, path]) => ({ id, path, methods: methods.get(id) ?? new Map() })),
    gatewayResponses: readGatewayResponses(template, resolve),
  };
}

function readStage(template: Template, resolve: Resolve): v.InferOutput<typeof stageType.used> {
  const resource = onlyResource(template, stageType.type);
  const stage = readProperties(resource, stageType, resolve);
  const deployment = onlyResource(template, deploymentType.type);
  readProperties(deployment, deploymentType, resolve);
  if (stage.DeploymentId === deployment.logicalId) return stage;
  throw refused(resource, `the deployment ${stage.DeploymentId} is not in the template`);
}

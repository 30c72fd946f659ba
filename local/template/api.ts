/**
 * An API: its stage, its tree of resources and what hangs on it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
 */
import * as v from 'valibot';
import { rootResourceIdOf } from './arns';
import { authorizersOf } from './authorizers';
import type { ApiDefinition, FunctionDefinition } from './deployment';
import { readGatewayResponses } from './gateway-responses';
import type { Resolve } from './intrinsics';
import { methodSettingSchema, withMethodSettings } from './method-settings';
import { methodsOf } from './methods';
import { partsByApi } from './parts-by-api';
import { readResourcePaths } from './resource-paths';
import { type ResourceType, readProperties } from './resource-type';
import { onlyResource, type RawResource, type Template } from './template';
import { refused, TemplateError } from './template-error';

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

export const stageType = {
  type: 'AWS::ApiGateway::Stage',
  used: v.strictObject({
    DeploymentId: v.string(),
    MethodSettings: v.optional(v.array(methodSettingSchema), []),
    RestApiId: v.string(),
    StageName: v.string(),
  }),
  withoutMeaning: ['AccessLogSetting', 'Description', 'Tags', 'TracingEnabled'],
} as const satisfies ResourceType;

/** The APIs. Throws unless there is at least one, and each has one deployment and one stage, all belonging together. */
export function readApis(
  template: Template,
  resolve: Resolve,
  functions: readonly FunctionDefinition[],
): readonly [ApiDefinition, ...ApiDefinition[]] {
  const [first, ...others] = partsByApi(template, resolve).map((part) => readApi(part, resolve, functions));
  if (first !== undefined) return [first, ...others];
  throw new TemplateError(`The template of ${template.stackName} has no ${restApiType.type}`);
}

/** The only API of a template. */
function readApi(
  template: Template,
  resolve: Resolve,
  functions: readonly FunctionDefinition[],
): ApiDefinition {
  const resource = onlyResource(template, restApiType.type);
  const { BinaryMediaTypes } = readProperties(resource, restApiType, resolve);
  const stage = onlyResource(template, stageType.type);
  const { StageName, DeploymentId, MethodSettings } = readStage(template, resolve, stage);
  const authorizers = authorizersOf(template, resolve, functions);
  const paths = readResourcePaths(template, resolve, rootResourceIdOf(resource.logicalId));
  const methods = methodsOf({ template, resolve, functions, authorizers, paths });
  const resources = [...paths].map(([id, path]) => ({ id, path, methods: methods.get(id) ?? new Map() }));

  return {
    logicalId: resource.logicalId,
    stageName: StageName,
    deploymentId: DeploymentId,
    binaryMediaTypes: BinaryMediaTypes,
    resources: withMethodSettings(resources, MethodSettings, stage),
    gatewayResponses: readGatewayResponses(template, resolve),
  };
}

function readStage(
  template: Template,
  resolve: Resolve,
  resource: RawResource,
): v.InferOutput<typeof stageType.used> {
  const stage = readProperties(resource, stageType, resolve);
  const deployment = onlyResource(template, deploymentType.type);
  readProperties(deployment, deploymentType, resolve);
  if (stage.DeploymentId === deployment.logicalId) return stage;
  throw refused(resource, `the deployment ${stage.DeploymentId} is not in the template`);
}

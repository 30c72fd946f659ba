/**
 * An API: its stage, its tree of resources, and what belongs to it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
 */
import * as v from 'valibot';
import { words } from '../json';
import type {
  ApiDefinition,
  FunctionDefinition,
  ResourceDefinition,
  ThrottlingDefinition,
} from './deployment';
import { readGatewayResponses } from './gateway-responses';
import { rootResourceId } from './intrinsics';
import { readMethods } from './methods';
import {
  onlyResource,
  type RawResource,
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
  TemplateError,
} from './template';

export const restApiType = {
  type: 'AWS::ApiGateway::RestApi',
  used: v.strictObject({ BinaryMediaTypes: v.optional(v.array(v.string()), []) }),
  ignored: words('Description DisableExecuteApiEndpoint EndpointConfiguration FailOnWarnings Name Tags'),
} as const satisfies ResourceType;

export const deploymentType = {
  type: 'AWS::ApiGateway::Deployment',
  used: v.strictObject({ RestApiId: v.string() }),
  ignored: ['Description'],
} as const satisfies ResourceType;

/** The APIs. Throws unless there is at least one, and each has one deployment and one stage, all belonging together. */
export function readApis(
  template: Template,
  resolve: Resolve,
  functions: readonly FunctionDefinition[],
): readonly [ApiDefinition, ...ApiDefinition[]] {
  const [first, ...others] = splitByApi(template, resolve).map((part) => readApi(part, resolve, functions));
  if (first !== undefined) return [first, ...others];
  throw new TemplateError(`The template of ${template.stackName} has no ${restApiType.type}`);
}

/** For each API, the template without the other APIs and what belongs to them. */
function splitByApi(template: Template, resolve: Resolve): Template[] {
  const apiIds = resourcesOfType(template, restApiType.type).map(({ logicalId }) => logicalId);
  const owners = new Map(
    [...template.resources.values()].map((resource) => [resource, findOwner(resource, resolve)]),
  );
  for (const [resource, owner] of owners) {
    if (owner !== undefined && !apiIds.includes(owner))
      throw refused(resource, `the API ${owner} is not in the template`);
  }
  return apiIds.map((apiId) => {
    const own = [...template.resources].filter(([, resource]) =>
      [undefined, apiId].includes(owners.get(resource)),
    );
    return { ...template, resources: new Map(own) };
  });
}

/** The logical id of the API that a resource belongs to; undefined if it belongs to none. */
function findOwner(resource: RawResource, resolve: Resolve): string | undefined {
  if (resource.type === restApiType.type) return resource.logicalId;
  const { RestApiId } = resource.rawProperties;
  if (RestApiId === undefined) return undefined;
  const owner = resolve(RestApiId, resource);
  if (typeof owner !== 'string') throw refused(resource, 'RestApiId: Expected a string');
  return owner;
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
  const { StageName, DeploymentId, MethodSettings } = readProperties(stage, stageType, resolve);
  const deployment = onlyResource(template, deploymentType.type);
  readProperties(deployment, deploymentType, resolve);
  if (DeploymentId !== deployment.logicalId) {
    throw refused(stage, `the deployment ${DeploymentId} is not in the template`);
  }
  const paths = readResourcePaths(template, resolve, rootResourceId(resource.logicalId));
  const methods = readMethods({ template, resolve, functions, paths });
  const resources = [...paths].map(([id, path]) => ({ id, path, methods: methods.get(id) ?? new Map() }));

  return {
    logicalId: resource.logicalId,
    stageName: StageName,
    deploymentId: DeploymentId,
    binaryMediaTypes: BinaryMediaTypes,
    resources: applyMethodSettings(resources, MethodSettings, stage),
    gatewayResponses: readGatewayResponses(template, resolve),
  };
}

// Resources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-resource.html

/** Text without a slash, `{name}`, or `{name+}`. */
const pathPart = v.pipe(
  v.string(),
  v.regex(/^(?:[a-zA-Z0-9._\-:%$!*,;=@~()']+|\{[a-zA-Z0-9._-]+\+?\})$/, 'Not a path part of API Gateway'),
);

export const resourceType = {
  type: 'AWS::ApiGateway::Resource',
  used: v.strictObject({ ParentId: v.string(), PathPart: pathPart, RestApiId: v.string() }),
  ignored: [],
} as const satisfies ResourceType;

interface Node {
  readonly resource: RawResource;
  readonly parentId: string;
  readonly part: string;
}

/** The path of each resource by its id, including the root's. Throws where API Gateway would refuse the tree. */
function readResourcePaths(
  template: Template,
  resolve: Resolve,
  rootId: string,
): ReadonlyMap<string, string> {
  const nodes = new Map<string, Node>();
  for (const resource of resourcesOfType(template, resourceType.type)) {
    const { ParentId, PathPart } = readProperties(resource, resourceType, resolve);
    nodes.set(resource.logicalId, { resource, parentId: ParentId, part: PathPart });
  }
  refuseConflicts([...nodes.values()]);

  const paths = new Map([[rootId, '/']]);
  for (const [id, node] of nodes) paths.set(id, buildPath(node, nodes, rootId));
  return paths;
}

function buildPath(node: Node, nodes: ReadonlyMap<string, Node>, rootId: string): string {
  if (node.parentId === rootId) return `/${node.part}`;
  const parent = nodes.get(node.parentId);
  if (parent === undefined) {
    throw refused(node.resource, `the parent ${node.parentId} is not in the template`);
  }
  if (parent.part.endsWith('+}')) throw refused(node.resource, `nothing can follow ${parent.part}`);
  return `${buildPath(parent, nodes, rootId)}/${node.part}`;
}

/** Among the children of one resource, names are unique and at most one is variable. */
function refuseConflicts(nodes: readonly Node[]): void {
  const taken = new Set<string>();
  for (const { resource, parentId, part } of nodes) {
    const place = `${parentId}/${part.startsWith('{') ? '{}' : part}`;
    if (taken.has(place)) {
      throw refused(resource, `another resource has the same parent and takes ${part} too`);
    }
    taken.add(place);
  }
}

// The stage and its settings for methods, of which throttling is used here:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html

const ignoredSettings = v.entriesFromList(
  ['CacheDataEncrypted', 'CacheTtlInSeconds', 'DataTraceEnabled', 'LoggingLevel', 'MetricsEnabled'],
  v.exactOptional(v.unknown()),
);

const limit = v.pipe(v.number(), v.minValue(0, 'A limit cannot be negative'));

const methodSettingSchema = v.pipe(
  v.strictObject({
    ...ignoredSettings,
    CachingEnabled: v.exactOptional(v.literal(false, 'Caching is not understood')),
    HttpMethod: v.string(),
    ResourcePath: v.pipe(v.string(), v.startsWith('/')),
    ThrottlingBurstLimit: v.optional(v.pipe(limit, v.integer())),
    ThrottlingRateLimit: v.optional(limit),
  }),
  v.transform(({ HttpMethod, ResourcePath, ThrottlingBurstLimit, ThrottlingRateLimit }) => ({
    // `/~1items~1{id}` is written for `/items/{id}`, `/` for the root, and `/*` for every path.
    method: `${HttpMethod} ${ResourcePath.slice(1).replaceAll('~1', '/') || '/'}`,
    burstLimit: ThrottlingBurstLimit,
    rateLimit: ThrottlingRateLimit,
  })),
  v.check(
    ({ burstLimit, rateLimit }) => (burstLimit === undefined) === (rateLimit === undefined),
    // AWS fills in a missing limit with the account's, which a template does not know.
    'ThrottlingRateLimit and ThrottlingBurstLimit are understood only together',
  ),
);

export const stageType = {
  type: 'AWS::ApiGateway::Stage',
  used: v.strictObject({
    DeploymentId: v.string(),
    MethodSettings: v.optional(v.array(methodSettingSchema), []),
    RestApiId: v.string(),
    StageName: v.string(),
  }),
  ignored: ['AccessLogSetting', 'Description', 'Tags', 'TracingEnabled'],
} as const satisfies ResourceType;

const everyMethod = '* *';

/** The resources, their methods throttled. A method's own limits win over those of all. */
function applyMethodSettings(
  resources: readonly ResourceDefinition[],
  settings: readonly v.InferOutput<typeof methodSettingSchema>[],
  stage: RawResource,
): ResourceDefinition[] {
  const known = resources.flatMap(({ path, methods }) =>
    [...methods.keys()].map((name) => `${name} ${path}`),
  );
  const throttlings = new Map<string, ThrottlingDefinition | undefined>();
  for (const { method, burstLimit, rateLimit } of settings) {
    if (throttlings.has(method)) throw refused(stage, `it has two settings for ${method}`);
    // AWS has no setting for some methods of a resource, or for one method on all resources.
    if (![everyMethod, ...known].includes(method)) {
      throw refused(stage, `its setting for ${method} is for no method of the API`);
    }
    const isThrottled = burstLimit !== undefined && rateLimit !== undefined;
    throttlings.set(method, isThrottled ? { burstLimit, rateLimit } : undefined);
  }
  return resources.map((resource) => ({
    ...resource,
    methods: new Map(
      [...resource.methods].map(([httpMethod, method]) => {
        const throttling = throttlings.get(`${httpMethod} ${resource.path}`) ?? throttlings.get(everyMethod);
        return [httpMethod, throttling === undefined ? method : { ...method, throttling }];
      }),
    ),
  }));
}

/**
 * Functions and their roles. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
 */
import * as v from 'valibot';
import { checkUnderstood, type PolicyStatement, statementList } from '../iam/policy';
import type { FunctionDefinition, RoleDefinition } from './deployment';
import { attribute } from './intrinsics';
import {
  type RawResource,
  type Resolve,
  type ResourceType,
  readProperties,
  refused,
  resourcesOfType,
  type Template,
} from './template';

const nodeRuntime = v.pipe(v.string(), v.regex(/^nodejs\d+\.x$/, 'Expected a Node.js runtime'));
const handler = v.pipe(v.string(), v.regex(/^[^./]+\.[^./]+$/, 'Expected <file>.<export>'));

export const functionType = {
  type: 'AWS::Lambda::Function',
  used: v.strictObject({
    Code: v.strictObject({ S3Bucket: v.string(), S3Key: v.string() }),
    Environment: v.optional(
      v.strictObject({ Variables: v.optional(v.record(v.string(), v.string()), {}) }),
      {},
    ),
    Handler: handler,
    MemorySize: v.optional(v.number(), 128),
    Role: v.string(),
    Runtime: nodeRuntime,
    Timeout: v.optional(v.number(), 3),
  }),
  ignored: ['Architectures', 'Description', 'LoggingConfig', 'Tags', 'TracingConfig'],
} as const satisfies ResourceType;

/** The functions, with the folders of their code. Throws if the code or the role is missing. */
export function readFunctions(
  template: Template,
  resolve: Resolve,
  codeFolders: ReadonlyMap<string, string>,
): FunctionDefinition[] {
  const roles = readRoles(template, resolve);
  return resourcesOfType(template, functionType.type).map((resource) => {
    const properties = readProperties(resource, functionType, resolve);
    const role = roles.get(properties.Role);
    if (role === undefined) throw refused(resource, `the role ${properties.Role} is not in the template`);
    const codeFolder = codeFolders.get(properties.Code.S3Key);
    if (codeFolder === undefined) throw refused(resource, `no asset has the key ${properties.Code.S3Key}`);
    return {
      logicalId: resource.logicalId,
      arn: attribute(resource.logicalId, 'Arn', { template, resource }),
      codeFolder,
      handler: properties.Handler,
      environment: properties.Environment.Variables,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      role,
    };
  });
}

const policyDocument = v.strictObject({ Statement: statementList, Version: v.exactOptional(v.string()) });

export const roleType = {
  type: 'AWS::IAM::Role',
  used: v.strictObject({
    ManagedPolicyArns: v.optional(v.array(v.string()), []),
    Policies: v.optional(
      v.array(v.strictObject({ PolicyDocument: policyDocument, PolicyName: v.string() })),
      [],
    ),
  }),
  ignored: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'],
} as const satisfies ResourceType;

export const policyType = {
  type: 'AWS::IAM::Policy',
  used: v.strictObject({ PolicyDocument: policyDocument, Roles: v.optional(v.array(v.string()), []) }),
  ignored: ['PolicyName'],
} as const satisfies ResourceType;

/** Managed policies that grant only actions without meaning here. */
const harmlessManagedPolicies = ['service-role/AWSLambdaBasicExecutionRole', 'AWSXRayDaemonWriteAccess'];

/** The roles by ARN. Throws if a role has grants that the template does not show. */
function readRoles(template: Template, resolve: Resolve): ReadonlyMap<string, RoleDefinition> {
  const attached = readAttachedStatements(template, resolve);
  const roles = resourcesOfType(template, roleType.type).map((resource) => {
    const { ManagedPolicyArns, Policies } = readProperties(resource, roleType, resolve);
    for (const arn of ManagedPolicyArns) {
      const name = arn.slice(arn.indexOf(':policy/') + ':policy/'.length);
      if (!harmlessManagedPolicies.includes(name)) {
        throw refused(resource, `the managed policy ${arn} is not understood`);
      }
    }
    return {
      logicalId: resource.logicalId,
      arn: attribute(resource.logicalId, 'Arn', { template, resource }),
      statements: [
        ...Policies.flatMap((policy) => readStatements(policy.PolicyDocument, resource)),
        ...(attached.get(resource.logicalId) ?? []),
      ],
    };
  });
  return new Map(roles.map((role) => [role.arn, role]));
}

function readAttachedStatements(
  template: Template,
  resolve: Resolve,
): ReadonlyMap<string, PolicyStatement[]> {
  const byRole = new Map<string, PolicyStatement[]>();
  for (const resource of resourcesOfType(template, policyType.type)) {
    const { PolicyDocument, Roles } = readProperties(resource, policyType, resolve);
    for (const role of Roles) {
      if (template.resources.get(role)?.type !== roleType.type) {
        throw refused(resource, `the role ${role} is not in the template`);
      }
      byRole.set(role, [...(byRole.get(role) ?? []), ...readStatements(PolicyDocument, resource)]);
    }
  }
  return byRole;
}

function readStatements(
  { Statement }: v.InferOutput<typeof policyDocument>,
  resource: RawResource,
): readonly PolicyStatement[] {
  const statements: readonly unknown[] = Statement;
  try {
    checkUnderstood(statements);
  } catch (error) {
    throw refused(resource, error instanceof Error ? error.message : String(error));
  }
  return statements;
}

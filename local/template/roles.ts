/**
 * What a function may do: the statements of its role and of the policies attached to the role.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
 */
import * as v from 'valibot';
import { checkUnderstood, type PolicyStatement } from '../iam/policy';
import type { RoleDefinition } from './deployment';
import type { Resolve } from './intrinsics';
import { attribute } from './references';
import { type ResourceType, readProperties } from './resource-type';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

const policyDocument = v.strictObject({
  Statement: v.union([
    v.array(v.unknown()),
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.transform((only) => [only]),
    ),
  ]),
  Version: v.exactOptional(v.string()),
});

export const roleType = {
  type: 'AWS::IAM::Role',
  used: v.strictObject({
    ManagedPolicyArns: v.optional(v.array(v.string()), []),
    Policies: v.optional(
      v.array(v.strictObject({ PolicyDocument: policyDocument, PolicyName: v.string() })),
      [],
    ),
  }),
  withoutMeaning: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'],
} as const satisfies ResourceType;

export const policyType = {
  type: 'AWS::IAM::Policy',
  used: v.strictObject({ PolicyDocument: policyDocument, Roles: v.optional(v.array(v.string()), []) }),
  withoutMeaning: ['PolicyName'],
} as const satisfies ResourceType;

/** Managed policies whose content is not in the template, but which grant only what nothing here asks for. */
const harmlessManagedPolicies = ['service-role/AWSLambdaBasicExecutionRole', 'AWSXRayDaemonWriteAccess'];

/** The roles by ARN. Throws if a role takes its grants from where the template does not show them. */
export function readRoles(template: Template, resolve: Resolve): ReadonlyMap<string, RoleDefinition> {
  const attached = attachedStatements(template, resolve);
  const roles = resourcesOfType(template, roleType.type).map((resource) => {
    const { ManagedPolicyArns, Policies } = readProperties(resource, roleType, resolve);
    refuseManagedPolicies(resource, ManagedPolicyArns);
    return {
      logicalId: resource.logicalId,
      arn: attribute(resource.logicalId, 'Arn', { template, resource }),
      statements: [
        ...Policies.flatMap((policy) => statementsOf(policy.PolicyDocument, resource)),
        ...(attached.get(resource.logicalId) ?? []),
      ],
    };
  });
  return new Map(roles.map((role) => [role.arn, role]));
}

function attachedStatements(template: Template, resolve: Resolve): ReadonlyMap<string, PolicyStatement[]> {
  const byRole = new Map<string, PolicyStatement[]>();
  for (const resource of resourcesOfType(template, policyType.type)) {
    const { PolicyDocument, Roles } = readProperties(resource, policyType, resolve);
    for (const role of Roles) {
      if (template.resources.get(role)?.type !== roleType.type) {
        throw refused(resource, `the role ${role} is not in the template`);
      }
      byRole.set(role, [...(byRole.get(role) ?? []), ...statementsOf(PolicyDocument, resource)]);
    }
  }
  return byRole;
}

function statementsOf(
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

function refuseManagedPolicies(resource: RawResource, arns: readonly string[]): void {
  for (const arn of arns) {
    const name = arn.slice(arn.indexOf(':policy/') + ':policy/'.length);
    if (!harmlessManagedPolicies.includes(name)) {
      throw refused(resource, `the managed policy ${arn} is not understood`);
    }
  }
}

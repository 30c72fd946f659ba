/**
 * Functions: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
 */
import * as v from 'valibot';
import type { FunctionDefinition } from './deployment';
import type { Resolve } from './intrinsics';
import { attribute } from './references';
import { type ResourceType, readProperties } from './resource-type';
import { readRoles } from './roles';
import { resourcesOfType, type Template } from './template';
import { refused } from './template-error';

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
  withoutMeaning: ['Architectures', 'Description', 'LoggingConfig', 'Tags', 'TracingConfig'],
} as const satisfies ResourceType;

/** The functions with their code as it lies in the assembly. Throws if the code or the role is not there. */
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

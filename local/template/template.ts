/** A CloudFormation template as it was written: JSON of the right outer form, nothing in it resolved or trusted. */
import * as v from 'valibot';
import { refused, TemplateError } from './template-error';

const resourceSchema = v.strictObject({
  Condition: v.exactOptional(v.string()),
  DeletionPolicy: v.exactOptional(v.unknown()),
  DependsOn: v.exactOptional(v.unknown()),
  Metadata: v.exactOptional(v.unknown()),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  Type: v.string(),
  UpdateReplacePolicy: v.exactOptional(v.unknown()),
});

/** Sections that only describe, or that only the deployment itself reads, may be there. Others may not. */
const templateSchema = v.strictObject({
  AWSTemplateFormatVersion: v.exactOptional(v.unknown()),
  Conditions: v.exactOptional(v.unknown()),
  Description: v.exactOptional(v.unknown()),
  Mappings: v.exactOptional(v.unknown()),
  Metadata: v.exactOptional(v.unknown()),
  Outputs: v.exactOptional(v.unknown()),
  Parameters: v.optional(v.record(v.string(), v.object({ Default: v.exactOptional(v.unknown()) })), {}),
  Resources: v.record(v.string(), resourceSchema),
  Rules: v.exactOptional(v.unknown()),
});

export interface RawResource {
  readonly logicalId: string;
  readonly type: string;
  readonly rawProperties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly stackName: string;
  readonly parameterDefaults: ReadonlyMap<string, unknown>;
  readonly resources: ReadonlyMap<string, RawResource>;
}

const metadataType = 'AWS::CDK::Metadata';

/** The template's resources, without `AWS::CDK::Metadata`, which exists for statistics only. */
export function readTemplate(stackName: string, content: unknown): Template {
  const { success, output, issues } = v.safeParse(templateSchema, content);
  if (!success) {
    throw new TemplateError(`The template of ${stackName} is not understood: ${describe(issues[0])}`);
  }

  const resources = new Map<string, RawResource>();
  for (const [logicalId, { Type: type, Properties, Condition }] of Object.entries(output.Resources)) {
    if (type === metadataType) continue;
    const resource = { logicalId, type, rawProperties: Properties };
    if (Condition !== undefined) throw refused(resource, `the condition ${Condition} is not understood`);
    resources.set(logicalId, resource);
  }
  return { stackName, resources, parameterDefaults: defaultsOf(output.Parameters) };
}

function defaultsOf(parameters: Readonly<Record<string, { Default?: unknown }>>): Map<string, unknown> {
  const withDefault = Object.entries(parameters).filter(([, parameter]) => parameter.Default !== undefined);
  return new Map(withDefault.map(([name, parameter]) => [name, parameter.Default]));
}

/** What is wrong and where: `Integration.Uri: Expected string but received undefined`. */
export function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

/** The template's resources of one type. */
export function resourcesOfType(template: Template, type: string): RawResource[] {
  return [...template.resources.values()].filter((resource) => resource.type === type);
}

/** The one resource of a type that a stack must have exactly once. */
export function onlyResource(template: Template, type: string): RawResource {
  const [only, ...others] = resourcesOfType(template, type);
  if (only === undefined || others.length > 0) {
    const found =
      only === undefined ? 'none' : [only, ...others].map(({ logicalId }) => logicalId).join(', ');
    throw new TemplateError(`The template of ${template.stackName} must have one ${type}; found: ${found}`);
  }
  return only;
}

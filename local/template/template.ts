/**
 * A CloudFormation template as it was written: nothing in it is resolved or trusted. Every property of a resource is
 * either used, with its form checked, or listed as ignored. Any other property or type is refused at start, by the
 * name of the resource, so nothing in a template is silently ignored.
 */
import * as v from 'valibot';

const resourceSchema = v.strictObject({
  Condition: v.exactOptional(v.string()),
  DeletionPolicy: v.exactOptional(v.unknown()),
  DependsOn: v.exactOptional(v.unknown()),
  Metadata: v.exactOptional(v.unknown()),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  Type: v.string(),
  UpdateReplacePolicy: v.exactOptional(v.unknown()),
});

/** Allows sections that only describe, or that only the deployment itself reads. */
const templateSchema = v.strictObject({
  AWSTemplateFormatVersion: v.exactOptional(v.unknown()),
  Conditions: v.exactOptional(v.unknown()),
  Description: v.exactOptional(v.unknown()),
  Mappings: v.exactOptional(v.unknown()),
  Metadata: v.exactOptional(v.unknown()),
  Outputs: v.optional(v.record(v.string(), v.object({ Value: v.unknown() })), {}),
  Parameters: v.optional(v.record(v.string(), v.object({ Default: v.exactOptional(v.unknown()) })), {}),
  Resources: v.record(v.string(), resourceSchema),
  Rules: v.exactOptional(v.unknown()),
});

interface ResourceName {
  readonly logicalId: string;
  readonly type: string;
}

export interface RawResource extends ResourceName {
  readonly rawProperties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly stackName: string;
  readonly parameterDefaults: ReadonlyMap<string, unknown>;
  readonly resources: ReadonlyMap<string, RawResource>;
  readonly rawOutputs: ReadonlyMap<string, unknown>;
  /** Stands before the logical id in a table's name. */
  readonly tablePrefix: string;
}

/** The template, or the assembly around it, asks for something that cannot be run here. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** A refusal that names the resource: `Users (AWS::DynamoDB::Table): …`. */
export function refused(resource: ResourceName, reason: string): TemplateError {
  return new TemplateError(`${resource.logicalId} (${resource.type}): ${reason}`);
}

/** The template's resources, without `AWS::CDK::Metadata`, which exists for statistics. */
export function readTemplate(stackName: string, content: unknown, tablePrefix: string): Template {
  const { success, output, issues } = v.safeParse(templateSchema, content);
  if (!success) {
    throw new TemplateError(`The template of ${stackName} is not understood: ${describe(issues[0])}`);
  }
  const resources = new Map<string, RawResource>();
  for (const [logicalId, { Type: type, Properties, Condition }] of Object.entries(output.Resources)) {
    if (type === 'AWS::CDK::Metadata') continue;
    const resource = { logicalId, type, rawProperties: Properties };
    if (Condition !== undefined) throw refused(resource, `the condition ${Condition} is not understood`);
    resources.set(logicalId, resource);
  }
  const withDefault = Object.entries(output.Parameters).filter(([, { Default }]) => Default !== undefined);
  const parameterDefaults = new Map(withDefault.map(([name, { Default }]) => [name, Default]));
  const rawOutputs = new Map(Object.entries(output.Outputs).map(([name, { Value }]) => [name, Value]));
  return { stackName, resources, parameterDefaults, rawOutputs, tablePrefix };
}

/** What is wrong and where: `Integration.Uri: Expected string but received undefined`. */
export function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

export function resourcesOfType(template: Template, type: string): RawResource[] {
  return [...template.resources.values()].filter((resource) => resource.type === type);
}

/** The one resource of a type. Throws if there is none or another. */
export function onlyResource(template: Template, type: string): RawResource {
  const [only, ...others] = resourcesOfType(template, type);
  if (only === undefined || others.length > 0) {
    const found =
      only === undefined ? 'none' : [only, ...others].map(({ logicalId }) => logicalId).join(', ');
    throw new TemplateError(`The template of ${template.stackName} must have one ${type}; found: ${found}`);
  }
  return only;
}

type UsedProperties = v.StrictObjectSchema<v.ObjectEntries, undefined>;

export interface ResourceType<Used extends UsedProperties = UsedProperties> {
  readonly type: string;
  readonly used: Used;
  /** Names of properties that mean nothing on one machine. */
  readonly ignored: readonly string[];
}

/** Throws one TemplateError that names everything in the template that none of the types understands. */
export function refuseUnknown(template: Template, types: readonly ResourceType[]): void {
  const byName = new Map(types.map((type) => [type.type, type]));
  const reasons = [...template.resources.values()].flatMap((resource) => {
    const type = byName.get(resource.type);
    if (type === undefined) return [refused(resource, 'this type is not understood').message];
    const known = new Set([...Object.keys(type.used.entries), ...type.ignored]);
    return Object.keys(resource.rawProperties)
      .filter((property) => !known.has(property))
      .map((property) => refused(resource, `the property ${property} is not understood`).message);
  });
  if (reasons.length > 0) throw new TemplateError(reasons.join('\n'));
}

/** Resolves a value of one resource's properties; throws TemplateError naming that resource. */
export type Resolve = (value: unknown, resource: RawResource) => unknown;

/** The used properties of a resource, resolved and checked. */
export function readProperties<Used extends UsedProperties>(
  resource: RawResource,
  type: ResourceType<Used>,
  resolve: Resolve,
): v.InferOutput<Used> {
  const used = Object.keys(type.used.entries).filter((name) => Object.hasOwn(resource.rawProperties, name));
  const raw = Object.fromEntries(used.map((name) => [name, resource.rawProperties[name]]));
  const { success, output, issues } = v.safeParse(type.used, resolve(raw, resource));
  if (!success) throw refused(resource, describe(issues[0]));
  return output;
}

/**
 * How a resource type is understood: every property is either used, with its form checked, or known to have no
 * meaning on one machine. Any other property is refused, so that nothing in a template is passed over in silence.
 */
import * as v from 'valibot';
import type { Resolve } from './intrinsics';
import { describe, type RawResource, type Template } from './template';
import { refused, TemplateError } from './template-error';

type UsedProperties = v.StrictObjectSchema<v.ObjectEntries, undefined>;

export interface ResourceType<Used extends UsedProperties = UsedProperties> {
  readonly type: string;
  readonly used: Used;
  readonly withoutMeaning: readonly string[];
}

/** Throws one TemplateError that names everything in the template that no type of the list understands. */
export function refuseUnknown(template: Template, types: readonly ResourceType[]): void {
  const byName = new Map(types.map((type) => [type.type, type]));
  const reasons: string[] = [];
  for (const resource of template.resources.values()) {
    const type = byName.get(resource.type);
    if (type === undefined) reasons.push(refused(resource, 'this type is not understood').message);
    else reasons.push(...unknownProperties(resource, type));
  }
  if (reasons.length > 0) throw new TemplateError(reasons.join('\n'));
}

function unknownProperties(resource: RawResource, type: ResourceType): string[] {
  const known = new Set([...Object.keys(type.used.entries), ...type.withoutMeaning]);
  const unknown = Object.keys(resource.rawProperties).filter((property) => !known.has(property));
  return unknown.map((property) => refused(resource, `the property ${property} is not understood`).message);
}

/** The used properties of a resource, resolved and checked. The others are not even looked at. */
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

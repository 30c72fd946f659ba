/** A template with several APIs, taken apart: what belongs to one API knows nothing of another. */
import * as v from 'valibot';
import type { Resolve } from './intrinsics';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

const apiType = 'AWS::ApiGateway::RestApi';

const memberSchema = v.object({ RestApiId: v.string() });

/** For each API the template without the others, and without what belongs to them. */
export function partsByApi(template: Template, resolve: Resolve): Template[] {
  const apiIds = resourcesOfType(template, apiType).map(({ logicalId }) => logicalId);
  const owners = new Map(
    [...template.resources.values()].map((resource) => [resource, ownerOf(resource, resolve)]),
  );
  for (const [resource, owner] of owners) {
    if (owner !== undefined && !apiIds.includes(owner))
      throw refused(resource, `the API ${owner} is not in the template`);
  }
  return apiIds.map((apiId) => {
    const own = [...template.resources].filter(([, resource]) => {
      const owner = owners.get(resource);
      return owner === undefined || owner === apiId;
    });
    return { ...template, resources: new Map(own) };
  });
}

/** The logical id of the API that a resource is part of; undefined if it is part of none. */
function ownerOf(resource: RawResource, resolve: Resolve): string | undefined {
  if (resource.type === apiType) return resource.logicalId;
  const { RestApiId } = resource.rawProperties;
  if (RestApiId === undefined) return undefined;
  const { success, output } = v.safeParse(memberSchema, resolve({ RestApiId }, resource));
  if (!success) throw refused(resource, 'RestApiId: Expected a string');
  return output.RestApiId;
}

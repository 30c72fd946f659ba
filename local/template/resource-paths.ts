/**
 * The tree of resources, flattened to paths.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-resource.html
 */
import * as v from 'valibot';
import type { Resolve } from './intrinsics';
import { type ResourceType, readProperties } from './resource-type';
import { type RawResource, resourcesOfType, type Template } from './template';
import { refused } from './template-error';

/** Text without a slash, `{name}`, or `{name+}`. */
const pathPart = v.pipe(
  v.string(),
  v.regex(/^(?:[a-zA-Z0-9._\-:%$!*,;=@~()']+|\{[a-zA-Z0-9._-]+\+?\})$/, 'Not a path part of API Gateway'),
);

export const resourceType = {
  type: 'AWS::ApiGateway::Resource',
  used: v.strictObject({ ParentId: v.string(), PathPart: pathPart, RestApiId: v.string() }),
  withoutMeaning: [],
} as const satisfies ResourceType;

interface Node {
  readonly resource: RawResource;
  readonly parentId: string;
  readonly part: string;
}

/** The path of each resource by its id, the root's among them. Throws where API Gateway would refuse the tree. */
export function readResourcePaths(
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
  for (const [id, node] of nodes) paths.set(id, pathOf(node, nodes, rootId));
  return paths;
}

function pathOf(node: Node, nodes: ReadonlyMap<string, Node>, rootId: string): string {
  if (node.parentId === rootId) return `/${node.part}`;
  const parent = nodes.get(node.parentId);
  if (parent === undefined) {
    throw refused(node.resource, `the parent ${node.parentId} is not in the template`);
  }
  if (parent.part.endsWith('+}')) throw refused(node.resource, `nothing can follow ${parent.part}`);
  return `${pathOf(parent, nodes, rootId)}/${node.part}`;
}

/** Of the children of one resource each name is there once, and at most one is variable. */
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

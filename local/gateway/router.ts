/**
 * Which resource and method a request is for. Static segments win over `{name}`, which wins over `{name+}`; a
 * slash at the end makes no difference; a method that the resource lacks is looked for on greedy resources.
 */
import type { MethodDefinition, ResourceDefinition } from '../template/deployment';

export interface Route {
  readonly resource: ResourceDefinition;
  readonly method: MethodDefinition;
  /** As sent: API Gateway does not decode them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type Router = (method: string, path: string) => Route | undefined;

type Part = { readonly kind: 'static' | 'variable' | 'greedy'; readonly text: string };

interface Candidate {
  readonly resource: ResourceDefinition;
  readonly parts: readonly Part[];
}

const rank = { static: 0, variable: 1, greedy: 2 };

/** What `ANY` stands for. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html */
const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export function routerOf(resources: readonly ResourceDefinition[]): Router {
  const candidates = resources
    .filter((resource) => resource.methods.size > 0)
    .map((resource) => ({ resource, parts: partsOf(resource.path) }))
    .sort(bySpecificity);

  return (method, path) => {
    if (!methods.includes(method) || !path.startsWith('/')) return undefined;
    const segments = path.replace(/\/+$/, '').split('/').slice(1);
    const matches = candidates.flatMap((candidate) => {
      const pathParameters = match(candidate.parts, segments);
      return pathParameters === undefined ? [] : [{ ...candidate, pathParameters }];
    });
    const eligible = matches.filter(({ parts }, index) => index === 0 || parts.at(-1)?.kind === 'greedy');
    for (const { resource, pathParameters } of eligible) {
      const found = resource.methods.get(method) ?? resource.methods.get('ANY');
      if (found !== undefined) return { resource, method: found, pathParameters };
    }
    return undefined;
  };
}

function partsOf(path: string): Part[] {
  const texts = path === '/' ? [] : path.slice(1).split('/');
  return texts.map((text) => {
    if (!text.startsWith('{')) return { kind: 'static', text };
    if (text.endsWith('+}')) return { kind: 'greedy', text: text.slice(1, -2) };
    return { kind: 'variable', text: text.slice(1, -1) };
  });
}

function bySpecificity(left: Candidate, right: Candidate): number {
  for (const [index, part] of left.parts.entries()) {
    const other = right.parts[index];
    if (other !== undefined && other.kind !== part.kind) return rank[part.kind] - rank[other.kind];
  }
  return 0;
}

function match(parts: readonly Part[], segments: readonly string[]): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [index, { kind, text }] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined || (segment === '' && kind !== 'greedy')) return undefined;
    if (kind === 'static' && decoded(segment) !== text) return undefined;
    if (kind === 'variable') parameters.set(text, segment);
    if (kind === 'greedy') {
      return Object.fromEntries(parameters.set(text, segments.slice(index).join('/')));
    }
  }
  return parts.length === segments.length ? Object.fromEntries(parameters) : undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

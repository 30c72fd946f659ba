/**
 * Finds the resource and method of a request. Static segments win over `{name}`, which wins over `{name+}`; a slash at
 * the end makes no difference; a method that the resource lacks is looked for on greedy resources.
 */
import { httpMethods, type MethodDefinition, type ResourceDefinition } from '../template/deployment';

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

export function createRouter(resources: readonly ResourceDefinition[]): Router {
  const candidates = resources
    .filter((resource) => resource.methods.size > 0)
    .map((resource) => ({ resource, parts: splitPath(resource.path) }))
    .sort(bySpecificity);

  return (method, path) => {
    if (!httpMethods.includes(method) || !path.startsWith('/')) return undefined;
    const segments = path.replace(/\/+$/, '').split('/').slice(1);
    const decoded = segments.map(decode);
    const matches = candidates.flatMap((candidate) => {
      const pathParameters = match(candidate.parts, segments, decoded);
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

function splitPath(path: string): Part[] {
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

function match(
  parts: readonly Part[],
  segments: readonly string[],
  decoded: readonly string[],
): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [index, { kind, text }] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined || (segment === '' && kind !== 'greedy')) return undefined;
    if (kind === 'static' && decoded[index] !== text) return undefined;
    if (kind === 'variable') parameters.set(text, segment);
    if (kind === 'greedy') {
      return Object.fromEntries(parameters.set(text, segments.slice(index).join('/')));
    }
  }
  return parts.length === segments.length ? Object.fromEntries(parameters) : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * Each kind of request: functions, calls to DynamoDB and log lines, from the endpoints' definitions. `docs/storage.md` explains the calls;
 * `test/cli/request-kinds.test.ts` counts them on the running API.
 */
import { endpoints, listRoutes, type NamedRoute } from '../functions/endpoints';
import { backendFunctions, type FunctionName } from '../functions/functions';
import type { Call, EndpointDefinition, Steps } from '../functions/shared/definition';

export interface RequestKind {
  readonly request: string;
  /** The authorizer's calls; absent for public routes. */
  readonly authorizer?: Steps;
  /** The function behind it; absent if the gateway or its authorizer answers. */
  readonly function?: FunctionName;
  readonly steps: Steps;
  /** Calls that it causes in the next request. */
  readonly later?: readonly Call[];
  readonly hashes: number;
  readonly logLines: number;
}

const authorizer = backendFunctions.authorizer.steps;

function toRequestKind(route: NamedRoute, steps: Steps, query = ''): RequestKind {
  const { later, events }: EndpointDefinition = endpoints[route.name];
  return {
    request: `${route.methods.join(', ')} ${route.path}/${query}`,
    ...(route.access === 'authenticated' && { authorizer }),
    function: route.name,
    steps,
    ...(later && { later }),
    hashes: route.passwordHashes ?? 0,
    logLines: 1 + events,
  };
}

const listVariants = (route: NamedRoute): RequestKind[] => {
  const { variants = {} }: EndpointDefinition = endpoints[route.name];
  return Object.entries(variants).map(([query, steps]) => toRequestKind(route, steps, query));
};

export const requestKinds: readonly RequestKind[] = [
  ...listRoutes().map((route) => toRequestKind(route, endpoints[route.name].steps)),
  ...listRoutes().flatMap(listVariants),
  { request: '401: a token that is void', authorizer, steps: [], hashes: 0, logLines: 2 },
  { request: '404 and 405', function: 'fallback', steps: [], hashes: 0, logLines: 1 },
];

/** CORS preflight, only with `corsOrigins`. */
export const preflight: RequestKind = {
  request: 'OPTIONS, asked by browsers',
  steps: [],
  hashes: 0,
  logLines: 0,
};

/** Every call that a request makes or causes. */
export const listCalls = ({ authorizer: before = [], steps, later = [] }: RequestKind): readonly Call[] => [
  ...before.flat(),
  ...steps.flat(),
  ...later,
];

/**
 * Request units of a call. Items have at most 1 KB, the result of a query at most 4 KB. Reads are strongly consistent: one for an item of up
 * to 4 KB. Writes: one for up to 1 KB, in a transaction two.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function countUnits(call: Call): { readonly reads: number; readonly writes: number } {
  const [operation = '', , items = '1'] = call.split(' ');
  const count = Number(items);
  if (operation === 'TransactWriteItems') return { reads: 0, writes: 2 * count };
  const isRead = operation === 'Query' || operation.endsWith('GetItem');
  return isRead ? { reads: count, writes: 0 } : { reads: 0, writes: count };
}

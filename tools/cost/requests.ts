/**
 * Each kind of request and what it sets in motion: functions, calls to DynamoDB, log lines. `docs/storage.md` says why these calls;
 * `test/tools/cost/requests.test.ts` counts them.
 */
import { type EndpointName, type Route, routeList } from '../../functions/routes';
import type { FunctionName } from '../../functions/shared/environment';

export interface Call {
  readonly operation:
    | 'BatchGetItem'
    | 'GetItem'
    | 'Query'
    | 'PutItem'
    | 'UpdateItem'
    | 'DeleteItem'
    | 'TransactWriteItems';
  /** Each of at most 1 KB; of a query, 4 KB together. */
  readonly items: number;
}

/** One function's part in a request. */
export interface Run {
  readonly function: FunctionName;
  readonly calls: readonly Call[];
  readonly hashes: number;
}

export interface RequestKind {
  readonly title: string;
  readonly access: Route['access'];
  readonly runs: readonly Run[];
  /** Lines of our own in the log. */
  readonly lines: number;
  /** API Gateway does not charge for a request that its authorizer refuses. */
  readonly isRefused?: boolean;
}

const call = (operation: Call['operation'], items = 1): Call => ({ operation, items });

/** Session and user. */
const judged: Run = { function: 'authorizer', calls: [call('BatchGetItem', 2)], hashes: 0 };

interface Work {
  readonly calls: readonly Call[];
  readonly hashes?: number;
  readonly lines: number;
  /** Of the authorizer, besides the usual. */
  readonly noted?: readonly Call[];
}

const work: Readonly<Record<EndpointName, Work>> = {
  signup: {
    // The address, the counter of ids; user, both names and session.
    calls: [call('UpdateItem'), call('UpdateItem'), call('TransactWriteItems', 4)],
    hashes: 1,
    lines: 2,
  },
  login: {
    calls: [
      // Address and account; name and user; session, account reset; are there too many sessions?
      ...[call('UpdateItem'), call('UpdateItem'), call('GetItem'), call('GetItem')],
      ...[call('PutItem'), call('UpdateItem'), call('Query')],
    ],
    hashes: 1,
    lines: 2,
  },
  dashboard: { calls: [], lines: 1 },
  // The first use of the successor is noted by the authorizer at the next request; it is charged here.
  refresh: { calls: [call('GetItem'), call('UpdateItem')], lines: 2, noted: [call('UpdateItem')] },
  logout: { calls: [call('DeleteItem')], lines: 2 },
  'logout-all': { calls: [call('UpdateItem')], lines: 2 },
  sessions: { calls: [call('Query')], lines: 1 },
  'end-session': { calls: [call('Query'), call('DeleteItem')], lines: 2 },
};

function kindOf({ name, method, path, access }: (typeof routeList)[number], done: Work): RequestKind {
  const own: Run = { function: name, calls: done.calls, hashes: done.hashes ?? 0 };
  const before = { ...judged, calls: [...judged.calls, ...(done.noted ?? [])] };
  return {
    title: `${method} ${path}/`,
    access,
    runs: access === 'public' ? [own] : [before, own],
    lines: done.lines,
  };
}

const routeKinds = Object.fromEntries(
  routeList.map((route) => [route.name, kindOf(route, work[route.name])]),
) as Readonly<Record<EndpointName, RequestKind>>;

export const requestKinds = {
  ...routeKinds,
  keepCurrent: {
    ...kindOf(
      { ...routeOf('logout-all') },
      { calls: [call('BatchGetItem', 2), call('TransactWriteItems', 2)], lines: 2 },
    ),
    title: 'POST /api/logoutall/?keep=current',
  },
  refused: {
    title: '401: a token that is void',
    access: 'authenticated',
    runs: [judged],
    lines: 2,
    isRefused: true,
  },
  unknown: {
    title: '404 and 405',
    access: 'public',
    runs: [{ function: 'fallback', calls: [], hashes: 0 }],
    lines: 1,
  },
} as const satisfies Readonly<Record<string, RequestKind>>;

export type RequestKindName = keyof typeof requestKinds;

function routeOf(name: EndpointName): (typeof routeList)[number] {
  const [route] = routeList.filter((one) => one.name === name);
  if (route === undefined) throw new Error(`There is no route ${name}.`);
  return route;
}

/** A browser asks before a page of another origin may call; API Gateway answers by itself. Only with `corsOrigins`. */
export const preflight: RequestKind = {
  title: 'OPTIONS, asked by browsers',
  access: 'public',
  runs: [],
  lines: 0,
};

/**
 * Request units. Reads here are strongly consistent: one for an item of up to 4 KB. Writes: one for up to 1 KB, in a transaction two.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function unitsOf({ operation, items }: Call): { readonly reads: number; readonly writes: number } {
  if (operation === 'TransactWriteItems') return { reads: 0, writes: 2 * items };
  const isRead = operation === 'Query' || operation.endsWith('GetItem');
  return isRead ? { reads: items, writes: 0 } : { reads: 0, writes: items };
}

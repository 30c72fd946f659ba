/**
 * Each kind of request: functions, calls to DynamoDB, log lines. `docs/storage.md` says why these calls; `test/cli/request-kinds.test.ts`
 * counts them on the running API.
 */
import type { FunctionName } from '../functions/shared/environment';

type Operation = 'BatchGetItem' | 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
/** With the number of items where it is not one. Items have at most 1 KB, the result of a query at most 4 KB. */
export type Call = Operation | `${'BatchGetItem' | 'TransactWriteItems'} ${number}`;

export interface RequestKind {
  readonly request: string;
  /** The authorizer's calls; absent for public routes. */
  readonly authorizer?: readonly Call[];
  /** The function behind it; absent if the gateway or its authorizer answers. */
  readonly function?: FunctionName;
  readonly calls?: readonly Call[];
  readonly hashes?: number;
  readonly logLines: number;
}

const sessionAndUser = ['BatchGetItem 2'] as const;

export const requestKinds = {
  signup: {
    request: 'POST /api/signup/',
    function: 'signup',
    calls: ['UpdateItem', 'UpdateItem', 'TransactWriteItems 4'],
    hashes: 1,
    logLines: 2,
  },
  login: {
    request: 'POST /api/api-token-auth/',
    function: 'login',
    calls: ['UpdateItem', 'GetItem', 'UpdateItem', 'GetItem', 'PutItem', 'UpdateItem', 'Query'],
    hashes: 1,
    logLines: 2,
  },
  dashboard: {
    request: 'GET /api/dashboard/',
    authorizer: sessionAndUser,
    function: 'dashboard',
    logLines: 1,
  },
  refresh: {
    request: 'POST /api/refresh-token/',
    // The authorizer records the first use of the successor: at the next request, charged here.
    authorizer: [...sessionAndUser, 'UpdateItem'],
    function: 'refresh',
    calls: ['GetItem', 'UpdateItem'],
    logLines: 2,
  },
  logout: {
    request: 'POST /api/logout/',
    authorizer: sessionAndUser,
    function: 'logout',
    calls: ['DeleteItem'],
    logLines: 2,
  },
  'logout-all': {
    request: 'POST /api/logoutall/',
    authorizer: sessionAndUser,
    function: 'logout-all',
    // Of a user with one session, whose item goes.
    calls: ['UpdateItem', 'Query', 'DeleteItem'],
    logLines: 2,
  },
  sessions: {
    request: 'GET /api/sessions/',
    authorizer: sessionAndUser,
    function: 'sessions',
    calls: ['Query'],
    logLines: 1,
  },
  'end-session': {
    request: 'DELETE /api/sessions/{id}/',
    authorizer: sessionAndUser,
    function: 'end-session',
    calls: ['Query', 'DeleteItem'],
    logLines: 2,
  },
  'keep-current': {
    request: 'POST /api/logoutall/?keep=current',
    authorizer: sessionAndUser,
    function: 'logout-all',
    calls: ['BatchGetItem 2', 'TransactWriteItems 2', 'Query'],
    logLines: 2,
  },
  refused: { request: '401: a token that is void', authorizer: sessionAndUser, logLines: 2 },
  unknown: { request: '404 and 405', function: 'fallback', logLines: 1 },
} as const satisfies Readonly<Record<string, RequestKind>>;

/** A browser's question before a call from another origin. Only with `corsOrigins`. */
export const preflight: RequestKind = { request: 'OPTIONS, asked by browsers', logLines: 0 };

/**
 * Request units of a call. Reads are strongly consistent: one for an item of up to 4 KB. Writes: one for up to 1 KB, in a transaction two.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function unitsOf(call: Call): { readonly reads: number; readonly writes: number } {
  const [operation = '', items = '1'] = call.split(' ');
  const count = Number(items);
  if (operation === 'TransactWriteItems') return { reads: 0, writes: 2 * count };
  const isRead = operation === 'Query' || operation.endsWith('GetItem');
  return isRead ? { reads: count, writes: 0 } : { reads: 0, writes: count };
}

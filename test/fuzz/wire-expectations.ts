/** What may be answered to a well-framed request, read off the route table. */
import { listRoutes, servedMethods } from '../../functions/endpoints';
import type { Route } from '../../functions/shared/definition';
import { answers, listedStatuses, refusalStatuses } from './contract';
import type { Asked } from './judging';
import { gatewayMethods, headersOf, type WireRequest } from './wire-requests';

/** API Gateway's limit for all headers together, and that of Node.js for them and the request line. */
const MAX_HEADER_BYTES = 10_240;
const MAX_HEAD_BYTES = 16_384;

export function askedBy(request: WireRequest): Asked {
  const { method, path } = request;
  const nothing = { method, endpoints: [] };
  // A path that is no path is seen first.
  if (isTooLarge(request)) return { ...nothing, statuses: isOdd(path) ? [431, 400] : [431] };
  const route = listRoutes().find((one) => patternOf(one).test(path));
  if (!route && isOdd(path)) return oddlyAsked(request);
  if (!route || !gatewayMethods.includes(method)) return { ...nothing, statuses: [404] };
  if (method === 'OPTIONS') return { ...nothing, statuses: [204] };
  if (!servedMethods(route).includes(method)) return { ...nothing, statuses: [405] };
  const isAdmitted = request.isLive || route.access === 'public';
  return { method, endpoints: [route.name], statuses: isAdmitted ? answers[route.name] : [401] };
}

function isTooLarge(request: WireRequest): boolean {
  const headerBytes = headersOf(request).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const headBytes = headerBytes + request.path.length + request.query.length;
  return headerBytes > MAX_HEADER_BYTES || headBytes >= MAX_HEAD_BYTES;
}

const patternOf = ({ path }: Route): RegExp => new RegExp(`^${path.replace(/\{\w+\}/, '[^/]+')}/*$`);

/** Written so that servers may differ about where it leads. */
const isOdd = (path: string): boolean => /[%\\]|\/\/|^[^/]/.test(path);

/** Wherever it leads, nobody gets into a protected route who may not. */
function oddlyAsked({ method, isLive }: WireRequest): Asked {
  const open = listRoutes()
    .filter(({ access }) => isLive || access === 'public')
    .map(({ name }) => name);
  const mayBeEmpty = isLive || method === 'OPTIONS';
  const statuses = anyStatus.filter((status) => status !== 204 || mayBeEmpty);
  return { method, endpoints: open, statuses };
}

const anyStatus = [...listedStatuses, ...refusalStatuses];

/** Of bytes of which nobody knows what they ask, but that it is nothing for which one must be known. */
export const askedUnclearly: Asked = {
  method: '',
  endpoints: ['signup', 'login'],
  statuses: anyStatus,
};

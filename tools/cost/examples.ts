/** Whole months, worked out: what users do, times what that costs. */

import { routeList, servedMethods } from '../../functions/routes';
import { resourcesOfType, type Template } from '../../local/template/template';
import { assumed } from './assumptions';
import { fixedCharges } from './fixed-charges';
import { functionSizes } from './functions';
import { type CostLine, costOf, prices, sumOf } from './prices';
import { millionRequests } from './request-cost';
import { preflight, type RequestKind, type RequestKindName, requestKinds } from './requests';

const DAYS = 30;
const MONTH_SECONDS = DAYS * 86_400;
const SESSIONS_OF_A_USER = 2;

export interface Example {
  readonly title: string;
  readonly lines: readonly CostLine[];
}

type Requests = readonly (readonly [kind: RequestKind, count: number])[];

/** How often a user does what in a month: the app is opened once a day and makes ten requests; its token is refreshed twice a week. */
const aUsersMonth = {
  dashboard: 10 * DAYS,
  refresh: 8,
  login: 0.5,
  signup: 0.05,
  logout: 0.1,
} as const satisfies Partial<Record<RequestKindName, number>>;

export function examples(template: Template): readonly Example[] {
  return [...[1000, 100_000].map((users) => usersMonth(template, users)), ...throttledMonth(template)];
}

function usersMonth(template: Template, users: number): Example {
  const requests = Object.entries(aUsersMonth).map(
    ([name, each]) => [requestKinds[name as RequestKindName], each * users] as const,
  );
  const { charged, whileUsed } = fixedCharges(template);
  const gigabytes = (users * (assumed('user') + SESSIONS_OF_A_USER * assumed('session'))) / 1e9;
  return {
    title: `${users.toLocaleString('en-US')} users who open the app every day`,
    lines: [
      ...requestLines(template, requests),
      {
        what: 'stored',
        arithmetic: `${gigabytes} GB × ${prices.tableStorage.usd}`,
        usd: costOf(gigabytes, prices.tableStorage),
      },
      ...charged,
      ...whileUsed,
    ],
  };
}

function requestLines(template: Template, requests: Requests): readonly CostLine[] {
  const sizes = functionSizes(template);
  return requests.map(([kind, count]) => {
    const ofMillion = sumOf(millionRequests(kind, sizes));
    return {
      what: kind.title,
      arithmetic: `${count.toLocaleString('en-US')} × ${ofMillion.toFixed(2)} a million`,
      usd: (count / 1_000_000) * ofMillion,
    };
  });
}

/** Every method at its throttle all month long: what is asked beyond it is turned away free of charge. */
function throttledMonth(template: Template): readonly Example[] {
  const rates = throttles(template);
  if (rates === undefined) return [];
  const eachRoute = routeList.map((route) => {
    const rate = route.hashesPassword ? rates.eachHashing : rates.each;
    const dearest = route.name === 'logout-all' ? 'keepCurrent' : route.name;
    return [requestKinds[dearest], rate * servedMethods(route).length * MONTH_SECONDS] as const;
  });
  // The fallback has two methods: that of the root, and that of every other path.
  const unknown = [requestKinds.unknown, 2 * rates.each * MONTH_SECONDS] as const;
  const asked = preflightsIn(template) * rates.each * MONTH_SECONDS;
  const requests = [...eachRoute, unknown, ...(asked > 0 ? [[preflight, asked] as const] : [])];
  return [
    { title: 'an attack that fills every throttle all month', lines: requestLines(template, requests) },
  ];
}

/** One for each path, where browsers ask. */
export const preflightsIn = (template: Template): number =>
  resourcesOfType(template, 'AWS::ApiGateway::Method').filter(
    ({ rawProperties }) => rawProperties['HttpMethod'] === 'OPTIONS',
  ).length;

/** Requests a second; `undefined` where nothing is limited. */
function throttles(template: Template): { each: number; eachHashing: number } | undefined {
  const [stage] = resourcesOfType(template, 'AWS::ApiGateway::Stage');
  const settings = (stage?.rawProperties['MethodSettings'] ?? []) as {
    ResourcePath: string;
    ThrottlingRateLimit?: number;
  }[];
  const each = settings.find(({ ResourcePath }) => ResourcePath === '/*')?.ThrottlingRateLimit;
  const eachHashing = settings.find(({ ResourcePath }) =>
    ResourcePath.endsWith('signup'),
  )?.ThrottlingRateLimit;
  return each === undefined || eachHashing === undefined ? undefined : { each, eachHashing };
}

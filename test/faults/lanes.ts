/**
 * A lane is one request on its way through the functions. It names the request's calls to the database, in whatever order they
 * arrive, and says which of them meets a fault; so any number of requests can fail at the same time, each in its own way.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';
import { CALL_ID, CLIENT_REQUEST, type Origin } from '../support/backend';
import { type Fault, type FaultName, faults, type Payload } from '../support/faults';
import type { Call } from '../support/faulty-database';

/** Which attempts at which calls meet a fault. */
export interface Plan {
  readonly fault: FaultName;
  /** The name of the call; absent: every call. */
  readonly call?: string;
  /** So many attempts at the call meet it. */
  readonly attempts: number;
}

/** Every attempt at the call, and at every later call of its kind. */
export const FOR_GOOD = Number.POSITIVE_INFINITY;

export interface Lane {
  readonly plan?: Plan;
  /** How far the request's clock is ahead. */
  readonly clockOffsetMs?: number;
  /** The names of the calls made so far, by the SDK's ids for them. */
  readonly calls: Map<string, string>;
}

export const createLane = (given: Pick<Lane, 'plan' | 'clockOffsetMs'> = {}): Lane => ({
  ...given,
  calls: new Map(),
});

/** How the SDK names the attempt at a call: `attempt=1; max=3`. */
const ATTEMPT = 'amz-sdk-request';

/** The attempts that were sent and have not come to their end. */
const underWay = new Set<string>();
/** The attempts that a fault keeps waiting. */
const held = new Set<string>();

/** Whether a call is under way that nothing keeps waiting. */
export const isBusy = (): boolean => [...underWay].some((attempt) => !held.has(attempt));

/** From now on it is known which calls are under way. Ends with the returned function. */
export function watchCalls(): () => void {
  const note = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const attempt = attemptIn(request.getHeaders());
    underWay.add(attempt);
    request.once('close', () => underWay.delete(attempt));
  };
  subscribe(CLIENT_REQUEST, note);
  return () => unsubscribe(CLIENT_REQUEST, note);
}

const attemptIn = (headers: OutgoingHttpHeaders): string => `${headers[CALL_ID]} ${headers[ATTEMPT]}`;

/** What this attempt at a call meets. */
export function faultOf(call: Call, origin: Origin<Lane> | undefined): FaultName {
  if (!origin) return 'pass';
  const { calls, plan } = origin.lane;
  const id = String(call.headers[CALL_ID]);
  const name = calls.get(id) ?? nameOf(call, origin);
  calls.set(id, name);
  if (!plan || !isStruck(name, origin.lane, call)) return 'pass';
  hold(attemptIn(call.headers), faults[plan.fault]);
  return plan.fault;
}

function isStruck(name: string, { plan, calls }: Lane, { headers }: Call): boolean {
  const { call = name, attempts = 0 } = plan ?? {};
  const attempt = Number(/attempt=(\d+)/.exec(String(headers[ATTEMPT]))?.[1]);
  if (attempts < FOR_GOOD) return name === call && attempt <= attempts;
  return kindOf(name) === kindOf(call) && [...calls.values()].includes(call);
}

/** Until a new attempt takes its place, or its answer is on its way. */
function hold(attempt: string, { answer, delayMs }: Fault): void {
  if (delayMs === undefined && answer !== 'silence' && answer !== 'half-then-silence') return;
  held.add(attempt);
  if (delayMs !== undefined) setTimeout(() => held.delete(attempt), delayMs + 1);
}

/** `login: GetItem Users`, and for the second of the kind `login: GetItem Users 2`. */
function nameOf({ operation, payload }: Call, { lane, functionName }: Origin<Lane>): string {
  const table = tableIn(payload).replace(/^Tables|[0-9A-F]{8}$/g, '');
  const kind = `${functionName}: ${operation} ${table}`;
  const earlier = [...lane.calls.values()].filter((name) => kindOf(name) === kind).length;
  return earlier === 0 ? kind : `${kind} ${earlier + 1}`;
}

const kindOf = (name: string): string => name.replace(/ \d+$/, '');

/** The table of a call, or the first of several. */
function tableIn({ TableName, RequestItems, TransactItems }: Payload): string {
  if (TableName) return TableName;
  if (RequestItems) return Object.keys(RequestItems)[0]!;
  return tableIn(Object.values(TransactItems[0])[0] as Payload);
}

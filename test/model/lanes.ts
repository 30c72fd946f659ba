/**
 * A lane is one request on its way: it numbers the request's calls to the database, strikes them with the request's fault, and
 * makes them wait for their turn where several requests run at once. Every interleaving of calls is thus chosen by
 * fast-check and comes out the same again.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type JsonObject, readElements, readMembers } from '../../local/json';
import type { Reply } from '../support/engine';
import type { Fault } from './requests';

export interface Turns {
  /** Resolves when it is the lane's turn to have one call done. */
  turn(lane: number): Promise<void>;
  /** The call whose turn it was is done. */
  done(): void;
  /** The lane's request was answered. */
  leave(lane: number): void;
}

/** Says which of so many requests goes next: a number from 0 on and below `ready`. */
export type Chooser = (ready: number) => number;

/** Lets one call pass at a time, and chooses only when every request has come to a call or to its end. */
export function createTurns(count: number, choose: Chooser): Turns {
  const waiting: (() => void)[][] = Array.from({ length: count }, () => []);
  const hasLeft: boolean[] = Array.from({ length: count }, () => false);
  let isCallUnderWay = false;
  const proceed = () => {
    const isSettled = waiting.every((calls, lane) => calls.length > 0 || hasLeft[lane]);
    if (isCallUnderWay || !isSettled) return;
    const ready = waiting.filter((calls) => calls.length > 0);
    if (ready.length === 0) return;
    const next = ready[choose(ready.length)]?.shift();
    if (!next) throw new Error('The chooser chose a request that is not there.');
    isCallUnderWay = true;
    next();
  };
  return {
    turn: (lane) =>
      new Promise((resolve) => {
        waiting[lane]?.push(resolve);
        proceed();
      }),
    done: () => {
      isCallUnderWay = false;
      proceed();
    },
    leave: (lane) => {
      hasLeft[lane] = true;
      proceed();
    },
  };
}

export interface Lane {
  readonly number: number;
  readonly turns: Turns;
  readonly fault: Fault | undefined;
  /** Draws of this request that are not random: bytes by their count, once each. */
  readonly draws: Map<number, Buffer>;
  readonly callIds: Set<string>;
  /** The id that the request drew for a new session, the last if it drew several. */
  sessionId: string | undefined;
  /** The ids of the sessions that the request asked to delete. */
  readonly deleted: Set<string>;
  calls: number;
  underWay: number;
  isClosed: boolean;
  isStruck: boolean;
}

export const currentLane = new AsyncLocalStorage<Lane>();

const lanesByCall = new Map<string, Lane>();

/** The lane to which a call belongs, by the id that the SDK gave the call; none after the lane was closed. */
export const laneOf = (callId: string): Lane | undefined => lanesByCall.get(callId);

export function addCall(lane: Lane, callId: string): void {
  if (lane.isClosed) return;
  lanesByCall.set(callId, lane);
  lane.callIds.add(callId);
}

/** From now on nothing of the request reaches the database. Resolves when what was under way is done. */
export async function closeLane(lane: Lane): Promise<void> {
  lane.turns.leave(lane.number);
  while (lane.underWay > 0) await nextTurn();
  lane.isClosed = true;
  for (const callId of lane.callIds) lanesByCall.delete(callId);
}

export const createLane = (given: Pick<Lane, 'number' | 'turns' | 'fault' | 'draws'>): Lane => ({
  ...given,
  callIds: new Set(),
  sessionId: undefined,
  deleted: new Set(),
  calls: 0,
  underWay: 0,
  isClosed: false,
  isStruck: false,
});

/** Does a lane's call, or what a fault makes of it; `undefined` stands for a connection that breaks. */
export async function passThrough(
  lane: Lane,
  call: { readonly operation: string; readonly payload: JsonObject },
  execute: () => Promise<Reply>,
): Promise<Reply | undefined> {
  if (lane.isClosed) return undefined;
  if (call.operation === 'DeleteItem') noteDeletion(lane, call.payload);
  lane.underWay += 1;
  await lane.turns.turn(lane.number);
  try {
    lane.calls += 1;
    const kind = faultNow(lane);
    if (kind) lane.isStruck = true;
    return kind ? await strike(kind, call, execute) : await execute();
  } finally {
    lane.underWay -= 1;
    lane.turns.done();
  }
}

function noteDeletion({ deleted }: Lane, payload: JsonObject): void {
  const { S } = readMembers(readMembers(payload['ExpressionAttributeValues'])[':id']);
  if (typeof S === 'string') deleted.add(S);
}

function faultNow({ fault, calls }: Lane): Fault['kind'] | undefined {
  if (!fault || calls < fault.at) return undefined;
  return fault.kind === 'die' || calls < fault.at + fault.times ? fault.kind : undefined;
}

async function strike(
  kind: Fault['kind'],
  { operation, payload }: { readonly operation: string; readonly payload: JsonObject },
  execute: () => Promise<Reply>,
): Promise<Reply | undefined> {
  if (kind === 'refuse') return failure(500, 'InternalServerError');
  if (kind === 'throttle') return failure(400, 'ThrottlingException');
  if (kind === 'partial' && operation === 'BatchGetItem') return partOf(await execute(), payload);
  if (kind === 'conflict' && operation === 'TransactWriteItems') return conflict(payload);
  if (kind === 'lose') await execute();
  return undefined;
}

const failure = (status: number, name: string, details: JsonObject = {}): Reply => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no', ...details },
});

/** The last table's keys stay unanswered. */
function partOf({ status, body }: Reply, payload: JsonObject): Reply {
  const asked = Object.entries(readMembers(payload['RequestItems']));
  const [table = '', keys] = asked.at(-1) ?? [];
  const { [table]: _, ...answered } = readMembers(body['Responses']);
  return { status, body: { Responses: answered, UnprocessedKeys: { [table]: keys } } };
}

function conflict(payload: JsonObject): Reply {
  const reasons = readElements(payload['TransactItems']).map((_, at) => ({
    Code: at === 0 ? 'TransactionConflict' : 'None',
  }));
  return failure(400, 'TransactionCanceledException', { CancellationReasons: reasons });
}

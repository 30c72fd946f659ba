/**
 * The system under test: every function over the engine, under a clock and an address generator that the test moves. Where several
 * requests run at once, their calls to the database pass one at a time in an order that the test chooses, and that comes out the same
 * again.
 */
import crypto from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type JsonObject, readElements, readMembers } from '../../local/json';
import { assemblyWith } from '../support/assembly';
import { type Backend, type Origin, type Send, startBackend } from '../support/backend';
import { type Fault as FaultDefinition, type FaultName, faults } from '../support/faults';
import type { Call } from '../support/faulty-database';
import { handlerOf } from '../support/functions';
import { postponeTimeOuts } from '../support/time-outs';
import { SESSION_LIFETIME, SESSIONS_PER_USER, TOKEN_LIFETIME } from './model';

/** What befalls a request on its way to the database; `at` counts its calls, repetitions by the SDK included. */
export interface Fault {
  readonly name: FaultName;
  readonly at: number;
  /** How many calls in a row; `Infinity` if the function dies, and nobody gets an answer. */
  readonly times: number;
}

/** One request on its way. */
export interface Lane {
  readonly number: number;
  readonly turns: Turns;
  readonly fault: Fault | undefined;
  /** Draws of this request that are not random: bytes by their count, once each. */
  readonly draws: Map<number, Buffer>;
  /** The id that the request drew for a new session, the last if it drew several. */
  sessionId: string | undefined;
  /** The ids of the sessions that the request asked to delete. */
  readonly deleted: Set<string>;
  calls: number;
  underWay: number;
  isClosed: boolean;
  isStruck: boolean;
}

export const createLane = (given: Pick<Lane, 'number' | 'turns' | 'fault' | 'draws'>): Lane => ({
  ...given,
  sessionId: undefined,
  deleted: new Set(),
  calls: 0,
  underWay: 0,
  isClosed: false,
  isStruck: false,
});

export interface Turns {
  /** Resolves when it is the lane's turn to have one call done: this one, or several of an operator's. */
  turn(lane: number, call?: Call): Promise<void>;
  /** The call whose turn it was is done. */
  done(): void;
  /** The lane's request was answered. */
  leave(lane: number): void;
}

/** Says which of the requests goes next that are ready, by its place among them. It sees the call that each would make. */
export type Chooser = (ready: readonly (Call | undefined)[]) => number;

/** Lets one call pass at a time, and chooses only when every request has come to a call or to its end. */
export function createTurns(count: number, choose: Chooser): Turns {
  const waiting: { call: Call | undefined; begin(): void }[][] = Array.from({ length: count }, () => []);
  const hasLeft: boolean[] = Array.from({ length: count }, () => false);
  let isCallUnderWay = false;
  const proceed = () => {
    const isSettled = waiting.every((calls, lane) => calls.length > 0 || hasLeft[lane]);
    if (isCallUnderWay || !isSettled) return;
    const ready = waiting.filter((calls) => calls.length > 0);
    if (ready.length === 0) return;
    const next = ready[choose(ready.map(([first]) => first?.call))]?.shift();
    if (!next) throw new Error('The chooser chose a request that is not there.');
    isCallUnderWay = true;
    next.begin();
  };
  return {
    turn: (lane, call) =>
      new Promise((resolve) => {
        waiting[lane]?.push({ call, begin: resolve });
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

/** What the next call of a request meets, when its turn has come. */
async function decide(call: Call, origin: Origin<Lane> | undefined): Promise<FaultName> {
  const lane = origin?.lane;
  if (!lane || lane.isClosed) return 'cut';
  if (call.operation === 'DeleteItem') noteDeletion(lane, call.payload);
  lane.underWay += 1;
  await lane.turns.turn(lane.number, call);
  lane.calls += 1;
  const name = nextFault(lane, call);
  if (name !== 'pass') lane.isStruck = true;
  if (!faults[name].isApplied) endTurn(lane);
  return name;
}

function nextFault({ fault, calls }: Lane, { operation }: Call): FaultName {
  if (!fault || calls < fault.at || calls >= fault.at + fault.times) return 'pass';
  const { operations }: FaultDefinition = faults[fault.name];
  return operations && !operations.includes(operation) ? 'cut' : fault.name;
}

function endTurn(lane: Lane): void {
  lane.underWay -= 1;
  lane.turns.done();
}

function noteDeletion({ deleted }: Lane, payload: JsonObject): void {
  const { S } = readMembers(readMembers(payload['ExpressionAttributeValues'])[':id']);
  if (typeof S === 'string') deleted.add(S);
}

export type Item = Readonly<Record<string, string | number | boolean>>;

/** An update of an item, as an operator writes it. */
export interface Update {
  readonly expression: string;
  readonly values: object;
  readonly names?: object;
}

export interface System {
  readonly send: Send<Lane>;
  /** From now on nothing of the request reaches the database. Resolves when what was under way is done. */
  closeLane(lane: Lane): Promise<void>;
  setClock(nowMs: number): void;
  /** Calls of the test's own, which no fault meets: the item of a user or a marker. */
  user(pk: string): Promise<Item | undefined>;
  updateUser(pk: string, update: Update): Promise<void>;
  deleteUser(pk: string): Promise<void>;
  sessions(locator: string): Promise<readonly Item[]>;
  deleteSession(session: Item): Promise<void>;
  close(): Promise<void>;
}

const lifetimes = {
  TOKEN_LIFETIME_SECONDS: String(TOKEN_LIFETIME),
  SESSION_LIFETIME_SECONDS: String(SESSION_LIFETIME),
  SESSIONS_PER_USER: String(SESSIONS_PER_USER),
};

export async function startSystem(variables: Readonly<Record<string, string>> = lifetimes): Promise<System> {
  const backend = await startBackend<Lane>({
    assembly: process.env['TOKEN_AUTH_TEST_ASSEMBLY'] ?? assemblyWith({ rateLimits: 'off' }),
    variables: { BCRYPT_COST: '4', ...variables },
    decide,
    executed: (origin) => origin && endTurn(origin.lane),
  });
  const restoreGlobals = patchGlobals(backend);
  const send = await backend.deploy(handlerOf);
  return {
    ...directCalls(backend),
    send,
    closeLane: async (lane) => {
      lane.turns.leave(lane.number);
      while (lane.underWay > 0) await nextTurn();
      lane.isClosed = true;
      backend.forget(lane);
    },
    setClock: (nowMs) => {
      clockMs = nowMs;
    },
    close: async () => {
      restoreGlobals();
      await backend.close();
    },
  };
}

function directCalls({ engine, stored }: Backend<Lane>) {
  const [users, tokens] = [stored.tableName('users'), stored.tableName('tokens')];
  const execute = async (operation: string, payload: JsonObject): Promise<JsonObject> => {
    const { status, body } = await engine.execute(operation, payload);
    if (status !== 200) throw new Error(`The test's own call failed: ${JSON.stringify(body)}`);
    return body;
  };
  const keyOf = (pk: string) => ({ TableName: users, Key: { pk: { S: pk } } });
  return {
    user: async (pk: string) => {
      const { Item } = await execute('GetItem', keyOf(pk));
      return Item === undefined ? undefined : plain(Item);
    },
    updateUser: async (pk: string, { expression, values, names }: Update) => {
      const ExpressionAttributeNames = names && { ExpressionAttributeNames: names };
      const change = { UpdateExpression: expression, ExpressionAttributeValues: values };
      await execute('UpdateItem', { ...keyOf(pk), ...change, ...ExpressionAttributeNames });
    },
    deleteUser: async (pk: string) => void (await execute('DeleteItem', keyOf(pk))),
    sessions: async (locator: string) => {
      const { Items } = await execute('Query', {
        TableName: tokens,
        KeyConditionExpression: '#user = :user',
        ExpressionAttributeNames: { '#user': 'user' },
        ExpressionAttributeValues: { ':user': { S: locator } },
      });
      return readElements(Items).map(plain);
    },
    deleteSession: async ({ user, session }: Item) => {
      const Key = { user: { S: user }, session: { S: session } };
      await execute('DeleteItem', { TableName: tokens, Key });
    },
  };
}

/** An item of texts, numbers and booleans without their types. */
const plain = (item: unknown): Item =>
  Object.fromEntries(
    Object.entries(readMembers(item)).map(([name, value]) => {
      const { S, N, BOOL } = readMembers(value);
      return [name, N === undefined ? ((S ?? BOOL) as string | boolean) : Number(N)];
    }),
  );

let clockMs = 0;
const SESSION_ID_BYTES = 8;

/** What is not the same in every run otherwise. */
function patchGlobals(backend: Backend<Lane>): () => void {
  const { randomBytes } = crypto;
  const { write } = process.stdout;
  const restores = [
    // Functions read the time through `Date.now` alone.
    replace(Date, 'now', () => clockMs),
    // The SDK's pauses before it tries again are random shares of a maximum.
    replace(Math, 'random', () => 0),
    // Locators (5 bytes) and session digits (2 bytes) come from the lane, if it has any: else no key would ever come again.
    replace(crypto, 'randomBytes', ((size: number) => {
      const lane = backend.currentLane();
      const drawn = lane?.draws.get(size) ?? randomBytes(size);
      lane?.draws.delete(size);
      if (lane && size === SESSION_ID_BYTES) lane.sessionId = drawn.toString('hex');
      return drawn;
    }) as typeof randomBytes),
    // Every request is logged; nobody wants to read thousands.
    replace(
      process.stdout,
      'write',
      ((chunk: never, ...rest: never[]) =>
        String(chunk).startsWith('{"time":') || write.call(process.stdout, chunk, ...rest)) as typeof write,
    ),
    postponeTimeOuts(),
  ];
  return () => {
    for (const restore of restores) restore();
  };
}

function replace<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  value: Target[Name],
): () => void {
  const before = target[name];
  target[name] = value;
  return () => {
    target[name] = before;
  };
}

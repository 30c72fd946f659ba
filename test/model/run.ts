/**
 * One run: a few users of its own, what their clients know, and the state that the model holds to be true. `perform` sends requests
 * and throws unless what came of them can be explained.
 */
import { randomBytes } from 'node:crypto';
import { routes } from '../../functions/endpoints';
import type { Reply } from '../support/backend';
import {
  type ActionName,
  byOperator,
  isNamed,
  isOperators,
  type KnownToken,
  NAMES,
  named,
  type OperatorAction,
  type OperatorRequest,
  type Request,
  spellingOf,
  withToken,
} from './actions';
import { explain, observe } from './judging';
import { isLive, type State, sessionOf } from './model';
import { type Chooser, createLane, createTurns, type Fault, type Lane, type System } from './system';

export type TokenPick = 'current' | 'previous' | 'any' | 'forged';

/** A request as fast-check draws it, without knowing the state. */
export interface RequestPlan {
  readonly action: ActionName;
  readonly pick: TokenPick;
  /** Says which of the tokens, sessions, or users that come into question. */
  readonly which: number;
  readonly other: number;
  /** The first address that a signup or login draws is one of a few, so that addresses come again. */
  readonly draw: number;
  readonly fault: Fault | undefined;
}

/** A request that was sent. */
export interface Exchange {
  readonly request: Request;
  readonly lane: Lane;
  /** Absent if nobody got it, or if an operator asked nobody. */
  readonly reply: Reply | undefined;
}

export interface Run {
  readonly system: System;
  readonly number: number;
  /** Where the users of this run may be found, besides at random. */
  readonly locators: readonly Buffer[];
  /** Every token that a client was ever given. */
  readonly tokens: KnownToken[];
  /** Every locator that was ever seen. */
  readonly seenLocators: Set<string>;
  state: State;
}

const START_MS = 1_800_000_000_000;
let runs = 0;

export function beginRun(system: System): Run {
  runs += 1;
  return {
    system,
    number: runs,
    locators: [randomBytes(5), randomBytes(5)],
    tokens: [],
    seenLocators: new Set(),
    state: { nowMs: START_MS, accounts: [], sessions: [] },
  };
}

const firstReady: Chooser = () => 0;

/** Sends the requests at once, their calls to the database in the order that is chosen. */
export async function perform(
  run: Run,
  plans: readonly RequestPlan[],
  choose: Chooser = firstReady,
): Promise<void> {
  const planned = plans.flatMap((plan) => {
    const request = requestOf(run, plan);
    return request ? [{ request, plan }] : [];
  });
  const { state: before } = run;
  run.state = { ...before, nowMs: before.nowMs + 1 };
  await exchange(run, planned, choose);
  await presentDead(run, before);
}

/** Tokens that these requests made void are refused from the next request on. */
async function presentDead(run: Run, before: State): Promise<void> {
  const stillThere = new Map(run.state.sessions.map((session) => [session.id, session]));
  const dead = run.tokens.filter(({ sessionId, index }) => {
    const was = before.sessions.find(({ id }) => id === sessionId);
    return was?.refreshCount === index && stillThere.get(sessionId)?.refreshCount !== index;
  });
  for (const token of dead.slice(0, 2)) await useToken(run, token);
}

/** Presents a token at an endpoint for every user, and checks the answer as that of any request. */
export async function useToken(run: Run, token: KnownToken): Promise<Reply | undefined> {
  const request = { action: 'use', text: token.text, token, target: '' } as const;
  const [sent] = await exchange(run, [{ request, plan: { fault: undefined, draw: 3 } }], firstReady);
  return sent?.reply;
}

interface PlannedRequest {
  readonly request: Request;
  readonly plan: Pick<RequestPlan, 'fault' | 'draw'>;
}

async function exchange(
  run: Run,
  planned: readonly PlannedRequest[],
  choose: Chooser,
): Promise<readonly Exchange[]> {
  const { state: before, system } = run;
  system.setClock(before.nowMs);
  const turns = createTurns(planned.length, choose);
  const exchanges = await Promise.all(
    planned.map(async ({ request, plan: { fault, draw } }, number) => {
      const lane = createLane({ number, turns, fault, draws: drawsOf(run, draw) });
      const reply = isOperators(request) ? await operate(run, request, lane) : await send(run, request, lane);
      await system.closeLane(lane);
      return { request, lane, reply: fault?.times === Number.POSITIVE_INFINITY ? undefined : reply };
    }),
  );
  const after = await observe(run);
  explain(run, { before, exchanges, after });
  run.state = after;
  return exchanges;
}

/** One of two locators (5 bytes) and one of three sessions (2 bytes), each once: if it is taken, the next is drawn at random. */
function drawsOf({ locators }: Run, draw: number): Map<number, Buffer> {
  const locator = locators[draw % locators.length] ?? randomBytes(5);
  return new Map([
    [5, locator],
    [2, Buffer.from([0, draw >> 1])],
  ]);
}

function send(run: Run, request: Exclude<Request, OperatorRequest>, lane: Lane): Promise<Reply> {
  const { endpoint, id, query, body } = isNamed(request)
    ? { id: '', query: '', ...named[request.action].send(spellingOf(run.number, request.name), request) }
    : { id: '', query: '', body: undefined, ...withToken[request.action].send(request) };
  const {
    methods: [method],
    path,
  } = routes[endpoint];
  const token = isNamed(request) ? undefined : request.text;
  return run.system.send({ method, path: `${path.replace('{id}', id)}/${query}`, token, body }, lane);
}

async function operate(run: Run, { action, name }: OperatorRequest, lane: Lane): Promise<undefined> {
  await lane.turns.turn(lane.number);
  await writeAsOperator(run, action, name).finally(() => lane.turns.done());
}

async function writeAsOperator(run: Run, action: OperatorRequest['action'], name: number): Promise<void> {
  const { username, email } = spellingOf(run.number, name);
  const marker = await run.system.user(`USERNAME#${username}`);
  if (!marker) return;
  const pk = `USER#${marker['locator']}`;
  const { update }: OperatorAction = byOperator[action];
  if (update) return run.system.updateUser(pk, update);
  for (const key of [pk, `USERNAME#${username}`, `EMAIL#${email}`]) await run.system.deleteUser(key);
}

const oneOf = <Item>(items: readonly Item[], which: number): Item | undefined => items[which % items.length];

/** Makes a request out of a plan, as things stand; none if there is nobody and nothing yet to which it could apply. */
function requestOf(run: Run, { action, pick, which, other }: RequestPlan): Request | undefined {
  const { tokens, state } = run;
  const account = oneOf(state.accounts, which);
  if (action in named) {
    // Logins are mostly somebody's.
    const isAnyones = action === 'signup' || other === 6;
    const name = (isAnyones ? undefined : account?.name) ?? which % NAMES;
    return { action: action as keyof typeof named, name, isPasswordRight: other !== 7 };
  }
  if (action in byOperator)
    return (
      account && { action: action as keyof typeof byOperator, name: account.name, userId: account.userId }
    );
  const text = pick === 'forged' ? forge(run, which, other) : pickToken(run, pick, which)?.text;
  if (text === undefined) return undefined;
  const token = tokens.find((known) => known.text === text);
  const target = oneOf(state.sessions, other)?.id ?? 'f'.repeat(16);
  return { action: action as keyof typeof withToken, text, token, target };
}

function pickToken({ tokens, state }: Run, pick: TokenPick, which: number): KnownToken | undefined {
  const steps = pick === 'previous' ? 1 : 0;
  const suitable = tokens.filter(({ sessionId, index }) => {
    const session = sessionOf(state, sessionId);
    return pick === 'any' || (session && isLive(state, session) && session.refreshCount - index === steps);
  });
  return oneOf(suitable, which) ?? oneOf(tokens, which);
}

const ADDRESS_DIGITS = 14;

/** A guess, another case, or one token's secret at another one's address, which is how one user would reach another's session. */
function forge({ tokens }: Run, which: number, other: number): string | undefined {
  const text = oneOf(tokens, which)?.text;
  const address = oneOf(tokens, other)?.text.slice(0, ADDRESS_DIGITS);
  if (text === undefined || address === undefined) return undefined;
  if (other === 7) return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
  if (other === 6) return text.toUpperCase();
  return address + text.slice(ADDRESS_DIGITS);
}

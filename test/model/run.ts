/**
 * One run: a few users of its own, what their clients know, and the state that the model holds to be true. `perform` sends requests
 * and throws unless what came of them can be explained.
 */
import { randomBytes } from 'node:crypto';
import { concrete } from './choosing';
import { explanationOf } from './judging';
import { type Chooser, closeLane, createLane, createTurns, currentLane, type Lane } from './lanes';
import type { State } from './model';
import { observe } from './observing';
import type { ConcreteRequest, KnownToken, RequestPlan } from './requests';
import { replyTo } from './sending';
import type { System } from './system';

export interface Sent {
  readonly request: ConcreteRequest;
  readonly lane: Lane;
  readonly reply: Awaited<ReturnType<typeof replyTo>> | undefined;
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

/** Sends the requests at once, their calls to the database in the order that is chosen. */
export async function perform(
  run: Run,
  plans: readonly RequestPlan[],
  choose: Chooser = firstReady,
): Promise<void> {
  const requests = plans.flatMap((plan) => concrete(run, plan) ?? []);
  const before = { ...run.state, nowMs: run.state.nowMs + 1 };
  const sent = await sendAll(run, requests, { nowMs: before.nowMs, choose });
  const after = await observe(run, before.nowMs);
  explanationOf(run, { before, sent, after });
  run.state = after;
  await presentDead(run, before);
}

const firstReady: Chooser = () => 0;

export interface PlannedRequest {
  readonly request: ConcreteRequest;
  readonly plan: Pick<RequestPlan, 'fault' | 'draw'>;
}

async function sendAll(
  run: Run,
  planned: readonly PlannedRequest[],
  { nowMs, choose }: { readonly nowMs: number; readonly choose: Chooser },
): Promise<readonly Sent[]> {
  run.system.setClock(nowMs);
  const turns = createTurns(planned.length, choose);
  return Promise.all(
    planned.map(async ({ request, plan }, number) => {
      const lane = createLane({ number, turns, fault: plan.fault, draws: drawsOf(run, plan.draw) });
      const reply = await currentLane.run(lane, () => replyTo(run, request, lane));
      await closeLane(lane);
      return { request, lane, reply: plan.fault?.kind === 'die' ? undefined : reply };
    }),
  );
}

/** One of two locators (5 bytes) and one of three sessions (2 bytes), each once: if it is taken, the next is drawn at random. */
function drawsOf({ locators }: Run, draw: number): Map<number, Buffer> {
  const locator = locators[draw % locators.length] ?? randomBytes(5);
  return new Map([
    [5, locator],
    [2, Buffer.from([0, draw >> 1])],
  ]);
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
export async function useToken(run: Run, token: KnownToken): Promise<Sent['reply']> {
  const request = { action: 'use', text: token.text, token, target: '' } as const;
  const before = run.state;
  const sent = await sendAll(run, [{ request, plan: { fault: undefined, draw: 3 } }], {
    nowMs: before.nowMs,
    choose: firstReady,
  });
  const after = await observe(run, before.nowMs);
  explanationOf(run, { before, sent, after });
  run.state = after;
  return sent[0]?.reply;
}

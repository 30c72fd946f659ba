/** One connection and what it knows: it chooses what to do next, does it, judges the answer and learns from it. */
import { type AccountPool, newAccountPool } from './accounts';
import { type Attempt, planOf } from './attempts';
import type { Connection, Sent } from './connection';
import { type Known, nothingKnown } from './known';
import { type Action, chooseAction, REVOKED_AT_ONCE } from './mix';
import { type Random, randomOf } from './random';
import { Sessions } from './sessions';
import { type Verdict, verdictOn } from './verdict';

/** What all connections of a run share. */
export interface Shared {
  readonly accounts: AccountPool;
  readonly known: Known;
}

export interface Client extends Shared {
  readonly connection: Connection;
  readonly sessions: Sessions;
  readonly random: Random;
  /** Whether the last request ended a token, and was answered so. */
  hasJustEnded: boolean;
}

export interface Result extends Verdict {
  readonly attempt: Attempt;
  readonly sent: Sent;
}

export const newShared = (): Shared => ({ accounts: newAccountPool(), known: nothingKnown() });

export function newClient(shared: Shared, connection: Connection, seed: number): Client {
  const random = randomOf(seed);
  const sessions = new Sessions(shared.known, random);
  return { ...shared, connection, sessions, random, hasJustEnded: false };
}

/** Does what the mix says; what cannot be done is a look at the dashboard, and without any session a login or signup. */
export function performNext(client: Client): Promise<Result> {
  const isAtOnce = client.hasJustEnded && client.random() < REVOKED_AT_ONCE;
  return perform(client, isAtOnce ? 'revoked' : chooseAction(client.random));
}

export async function perform(client: Client, action: Action): Promise<Result> {
  const attempt = attemptOf(client, action);
  client.hasJustEnded = false;
  const sentAtMs = performance.now();
  const sent = await client.connection.send(attempt.request);
  const verdict = verdictOn(sent, attempt.check);
  const { outcome } = verdict;
  if (outcome === 'right' && sent.reply) attempt.onRight?.(sent.reply, sentAtMs);
  else if (outcome === 'throttled') attempt.onThrottled?.();
  else attempt.onDoubt?.(outcome);
  return { attempt, sent, ...verdict };
}

function attemptOf(client: Client, wished: Action): Attempt {
  for (const action of [wished, 'dashboard', 'login'] as const) {
    const attempt = planOf[action](client);
    if (attempt) return attempt;
  }
  return planOf.signup(client);
}

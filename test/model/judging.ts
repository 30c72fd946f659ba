/** Reads what is stored of a run's users into the terms of the model, and holds what came of requests against it. */
import { createHash } from 'node:crypto';
import type { Reply } from '../support/backend';
import {
  isNamed,
  isOperators,
  NAMES,
  type Request,
  spellingOf,
  type TokenAction,
  withToken,
} from './actions';
import { type Attempt, isExplained } from './explain';
import { type Account, type ModelSession, type State, secondsOf } from './model';
import type { Exchange, Run } from './run';
import type { Item } from './system';

/** What is stored, with the digest of each session's current token by the session's id. */
interface Seen extends State {
  readonly digests: ReadonlyMap<string, string>;
}

interface Happening {
  readonly before: State;
  readonly exchanges: readonly Exchange[];
  readonly after: Seen;
}

export async function observe({ system, state, seenLocators, number }: Run): Promise<Seen> {
  const accounts: Account[] = [];
  for (let name = 0; name < NAMES; name += 1) {
    const marker = await system.user(`USERNAME#${spellingOf(number, name).username}`);
    if (!marker) continue;
    const user = await system.user(`USER#${marker['locator']}`);
    if (!user) throw new Error(`The name ${name} belongs to nobody.`);
    accounts.push(accountOf(name, user));
  }
  for (const { locator } of accounts) seenLocators.add(locator);
  const stored: Item[] = [];
  for (const locator of seenLocators) stored.push(...(await system.sessions(locator)));
  const digests = new Map(stored.map(({ id, tokenDigest }) => [String(id), String(tokenDigest)]));
  return { nowMs: state.nowMs, accounts, sessions: stored.map(sessionIn), digests };
}

const accountOf = (name: number, user: Item): Account => ({
  name,
  userId: Number(user['id']),
  locator: String(user['pk']).slice('USER#'.length),
  isActive: user['isActive'] === true,
  generation: Number(user['sessionGeneration']),
  passwordVersion: Number(user['passwordVersion'] ?? 0),
});

const sessionIn = (item: Item): ModelSession => ({
  id: String(item['id']),
  userId: Number(item['userId']),
  locator: String(item['user']),
  generation: Number(item['sessionGeneration']),
  createdAtMs: Number(item['createdAtMs']),
  refreshCount: Number(item['refreshCount']),
  refreshedAt: Number(item['refreshedAt']),
  expiresAt: Number(item['expiresAt']),
  sessionExpiresAt: Number(item['sessionExpiresAt']),
  ...(item['successorUsedAt'] === undefined ? {} : { usedAt: Number(item['successorUsedAt']) }),
});

/**
 * Learns from the answers which tokens the clients have.
 * @throws Error that tells the whole happening, unless it can be explained.
 */
export function explain(run: Run, happening: Happening): void {
  const { before, exchanges, after } = happening;
  const attempts = exchanges.map((exchange) => attemptOf(exchange, happening));
  if (!isExplained(before, attempts, after)) throw new Error(describe(happening, attempts));
  attempts.forEach((attempt, at) => {
    learn(run, attempt, exchanges[at]?.reply);
  });
  checkDigests(run, after);
}

function attemptOf({ request, lane, reply }: Exchange, happening: Happening): Attempt {
  return {
    request,
    isFaulty: lane.isStruck || lane.fault?.times === Number.POSITIVE_INFINITY,
    newSessionId: lane.sessionId ?? 'none',
    deleted: lane.deleted,
    newUser: newUserOf(request, reply, happening),
    answer: isOperators(request) ? 'done' : reply && shortAnswer(request, reply),
  };
}

function newUserOf(request: Request, reply: Reply | undefined, { before, after }: Happening) {
  if (reply?.status === 201)
    return { userId: Number(reply.body.user.id), locator: String(reply.body.token).slice(0, 10) };
  const isNew = ({ userId }: Account) => before.accounts.every((old) => old.userId !== userId);
  const account = isNamed(request)
    ? after.accounts.find((one) => one.name === request.name && isNew(one))
    : undefined;
  return { userId: account?.userId ?? -1, locator: account?.locator ?? '' };
}

function shortAnswer(request: Request, { status, body, headers }: Reply): string {
  if (status >= 400 || status === 204) return [status, body?.detail].filter(Boolean).join(' ');
  const short = `${status} ${headers['Token-Expires-In']}`;
  if (isNamed(request) || isOperators(request)) return short;
  const { summary }: TokenAction = withToken[request.action];
  return summary ? `${short} ${summary(body, request.token)}` : short;
}

/** Files the token that an answer brought. A token has one successor and no other. */
function learn(run: Run, { request, newSessionId }: Attempt, reply: Reply | undefined): void {
  const text: string | undefined = reply?.body?.token;
  if (text === undefined) return;
  const from = 'token' in request ? request.token : undefined;
  const place = from
    ? { sessionId: from.sessionId, index: from.index + 1 }
    : { sessionId: newSessionId, index: 0 };
  if (from && from.text.slice(0, 14) !== text.slice(0, 14)) throw new Error('The successor is elsewhere.');
  const same = run.tokens.find((known) => known.text === text);
  const other = run.tokens.find(
    ({ sessionId, index }) => sessionId === place.sessionId && index === place.index,
  );
  if (same !== other) throw new Error('A token has two successors, or two tokens have one.');
  if (!same) run.tokens.push({ text, ...place });
}

/** The current token of each session, where a client knows it, is the one that the session's item tells. */
function checkDigests(run: Run, { sessions, digests }: Seen): void {
  for (const { id, refreshCount } of sessions) {
    const token = run.tokens.find(({ sessionId, index }) => sessionId === id && index === refreshCount);
    if (token && digests.get(id) !== createHash('sha256').update(token.text).digest('hex'))
      throw new Error(`The current token of session ${id} is not the one that its client was given.`);
  }
}

function describe({ before, exchanges, after }: Happening, attempts: readonly Attempt[]): string {
  const told = exchanges.map(({ request, lane }, at) => {
    const fault = lane.fault ? ` (${JSON.stringify(lane.fault)}, ${lane.calls} calls)` : '';
    return `  ${JSON.stringify(request)}${fault} -> ${attempts[at]?.answer ?? 'nobody got the answer'}`;
  });
  const shown = ({ accounts, sessions }: State) => JSON.stringify([accounts, sessions], undefined, 1);
  return [
    'No order of these requests explains their answers and the state.',
    `now: ${secondsOf(before)}`,
    ...told,
    `before: ${shown(before)}`,
    `after: ${shown(after)}`,
  ].join('\n');
}

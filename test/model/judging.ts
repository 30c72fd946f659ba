/** Says whether what came of a few requests can be explained, and learns from their answers which tokens the clients have. */
import { isExplained, type SeenAttempt } from './explain';
import type { GatewayReply } from './gateway';
import { type State, secondsOf } from './model';
import { digestOf, type Seen } from './observing';
import type { ConcreteRequest } from './requests';
import type { Run, Sent } from './run';

export interface Happening {
  readonly before: State;
  readonly sent: readonly Sent[];
  readonly after: Seen;
}

/** @throws Error that tells the whole happening, unless it can be explained. */
export function explanationOf(run: Run, happening: Happening): void {
  const { before, after } = happening;
  const attempts = attemptsOf(happening);
  if (!isExplained(before, attempts, after))
    throw new Error(describe('No order of these requests explains their answers and the state.', happening));
  attempts.forEach((attempt, at) => {
    learn(run, attempt, happening.sent[at]?.reply);
  });
  checkDigests(run, after);
}

function attemptsOf({ before, sent, after }: Happening): readonly SeenAttempt[] {
  return sent.map(({ request, lane, reply }) => ({
    request,
    isFaulty: lane.isStruck || lane.fault?.kind === 'die',
    newSessionId: lane.sessionId ?? 'none',
    deleted: lane.deleted,
    newUser: newUserOf(request, reply, { before, after }),
    answer: reply && shortAnswer(request, reply),
  }));
}

function newUserOf(
  request: ConcreteRequest,
  reply: GatewayReply | undefined,
  { before, after }: Pick<Happening, 'before' | 'after'>,
): { userId: number; locator: string } {
  if (request.action !== 'signup') return { userId: 0, locator: '' };
  const isNew = ({ userId }: { userId: number }) => before.accounts.every((old) => old.userId !== userId);
  const account = after.accounts.find((one) => one.name === request.name && isNew(one));
  if (reply?.status === 201)
    return { userId: reply.body.user.id, locator: String(reply.body.token).slice(0, 10) };
  return { userId: account?.userId ?? -1, locator: account?.locator ?? '' };
}

function shortAnswer(request: ConcreteRequest, reply: GatewayReply): string {
  const { status, body, tokenExpiresIn } = reply;
  if (status === 0) return 'done';
  if (request.action === 'list' && status === 200)
    return `200 ${tokenExpiresIn} ${listed(request.token, body)}`;
  if (status === 200 || status === 201) return `${status} ${tokenExpiresIn}`;
  return body?.detail === undefined ? String(status) : `${status} ${body.detail}`;
}

interface Listed {
  readonly id: string;
  readonly expires_at: string;
  readonly current: boolean;
}

/** The own session is marked as current, and no other; it may have ended since the authorizer looked. */
function listed(token: { readonly sessionId: string } | undefined, sessions: readonly Listed[]): string {
  const isMarkedRight = sessions.every(({ id, current }) => current === (id === token?.sessionId));
  const shown = sessions.map(({ id, expires_at }) => `${id}@${new Date(expires_at).getTime() / 1000}`).sort();
  return isMarkedRight ? shown.join(' ') : `${JSON.stringify(sessions)}, asked by ${token?.sessionId}`;
}

/** Files the token that an answer brought. A token has one successor and no other. */
function learn(run: Run, { request, newSessionId }: SeenAttempt, reply: GatewayReply | undefined): void {
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
    if (token && digests.get(id) !== digestOf(token.text))
      throw new Error(`The current token of session ${id} is not the one that its client was given.`);
  }
}

function describe(problem: string, { before, sent, after }: Happening): string {
  const told = sent.map(({ request, lane, reply }) => {
    const fault = lane.fault ? ` (${JSON.stringify(lane.fault)}, ${lane.calls} calls)` : '';
    const answer = reply ? shortAnswer(request, reply) : 'nobody got the answer';
    return `  ${JSON.stringify(request)}${fault} -> ${answer}`;
  });
  const shown = (state: State) => JSON.stringify([state.accounts, state.sessions], undefined, 1);
  return [
    problem,
    `now: ${secondsOf(before)}`,
    ...told,
    `before: ${shown(before)}`,
    `after: ${shown(after)}`,
  ].join('\n');
}

/** The authorizer and what stands behind it, as atoms. */
import { type Atom, atom, done, type Step } from './atoms';
import {
  changeAccount,
  changeSession,
  endSession,
  INVALID,
  isExpired,
  isLive,
  isRetryWindowOpen,
  judge,
  liveSessions,
  type ModelSession,
  ownerOf,
  refreshSession,
  type State,
  secondsOf,
  sessionOf,
} from './model';
import type { ProtectedRequest } from './requests';

const takesSuperseded = ({ action }: ProtectedRequest): boolean =>
  action === 'refresh' || action === 'logout';

/** The authorizer: one look, and what it notes or ends. */
export const admit = (request: ProtectedRequest, isFaulty: boolean): Atom =>
  atom(`admit ${request.action}`, (state) => {
    const verdict = judge(state, request.token, takesSuperseded(request));
    if (verdict.is === 'refused') return done(state, ...verdict.answers);
    const { session } = verdict;
    if (verdict.is === 'reused')
      return [
        {
          state,
          next: atom('end reused', (later) => done(endSession(later, session.id), INVALID), [session.id]),
        },
      ];
    const act = acting(request, state, { session, isFaulty });
    if (!verdict.isFirstUse) return [{ state, next: act }];
    const noted = changeSession(state, session.id, { usedAt: secondsOf(state) });
    return [{ state: noted, next: act }, ...(isFaulty ? [{ state, next: act }] : [])];
  });

interface Admission {
  readonly session: ModelSession;
  readonly isFaulty: boolean;
}

/** The endpoint, after the authorizer let the request pass at the state `admitted`. */
function acting(request: ProtectedRequest, admitted: State, { session, isFaulty }: Admission): Atom {
  const { id, userId, expiresAt } = session;
  const timeLeft = expiresAt - secondsOf(admitted);
  switch (request.action) {
    case 'use':
      return atom(`use ${timeLeft}`, (state) => done(state, `200 ${timeLeft}`));
    case 'list':
      return list(session, timeLeft, shown(liveSessions(admitted, userId)));
    case 'refresh':
      return atom('refresh', (state) => refresh(state, id, request.token?.index ?? 0));
    case 'logout':
      return atom('logout', (state) => done(endSession(state, id), '200 0'), [id]);
    case 'logout-all':
      return atom('logout-all', (state) => logoutAll(state, userId, isFaulty));
    case 'keep':
      return atom('keep', (state) => keep(state, id));
    case 'end':
      return find(request.target, session, isLiveOf(admitted, request.target, userId));
  }
}

const shown = (sessions: readonly ModelSession[]): string =>
  sessions
    .map((session) => `${session.id}@${session.expiresAt}`)
    .sort()
    .join(' ');

/** The sessions as they were when the request was let in, or as they are when they are read. */
const list = (own: ModelSession, timeLeft: number, atFirst: string): Atom =>
  atom(`list ${own.id} ${own.generation} ${timeLeft} ${atFirst}`, (state) => {
    const now = shown(liveSessions(state, own.userId));
    const seen = isEnded(state, own) ? [atFirst, now, shown(contemporaries(state, own))] : [atFirst, now];
    return done(state, ...new Set(seen.map((sessions) => `200 ${timeLeft} ${sessions}`)));
  });

/** A request whose own session has ended since it was let in knows no better than its session did. */
const isEnded = (state: State, own: ModelSession): boolean => !isLiveOf(state, own.id, own.userId);

const contemporaries = (state: State, own: ModelSession): readonly ModelSession[] =>
  state.sessions.filter(
    (session) =>
      session.userId === own.userId && session.generation === own.generation && !isExpired(state, session),
  );

function refresh(state: State, id: string, index: number): Step[] {
  const session = sessionOf(state, id);
  if (!session) return done(state, INVALID);
  const behind = session.refreshCount - index;
  const after = behind === 0 ? refreshSession(state, session) : state;
  const { expiresAt } = sessionOf(after, id) ?? session;
  const isGiven = behind === 0 || (behind === 1 && isRetryWindowOpen(state, session));
  return done(after, isGiven ? `200 ${expiresAt - secondsOf(state)}` : INVALID);
}

/** A repetition after a lost answer may count more than once. */
function logoutAll(state: State, userId: number, isFaulty: boolean): Step[] {
  const account = state.accounts.find((one) => one.userId === userId);
  if (!account) return done(state, '204');
  const steps = isFaulty ? [1, 2, 3] : [1];
  return steps.flatMap((by) =>
    done(changeAccount(state, userId, { generation: account.generation + by }), '204'),
  );
}

function keep(state: State, id: string): Step[] {
  const session = sessionOf(state, id);
  const owner = session && ownerOf(state, session);
  if (!owner || owner.generation !== session.generation) return done(state, INVALID);
  const generation = owner.generation + 1;
  return done(changeSession(changeAccount(state, owner.userId, { generation }), id, { generation }), '204');
}

function isLiveOf(state: State, id: string, userId: number): boolean {
  const session = sessionOf(state, id);
  return session !== undefined && session.userId === userId && isLive(state, session);
}

const find = (target: string, own: ModelSession, wasLive: boolean): Atom =>
  atom(`find ${own.id} ${own.generation} ${wasLive}`, (state) => {
    const isFound = new Set([wasLive, isLiveOf(state, target, own.userId)]);
    if (isEnded(state, own)) isFound.add(contemporaries(state, own).some(({ id }) => id === target));
    const end = atom('end', (later) => done(endSession(later, target), '204'), [target]);
    return [...isFound].flatMap((found) => (found ? [{ state, next: end }] : done(state, '404 Not found.')));
  });

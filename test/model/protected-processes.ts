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
      return list(session, timeLeft);
    case 'refresh':
      return atom('refresh', (state) => refresh(state, id, request.token?.index ?? 0));
    case 'logout':
      return atom('logout', (state) => done(endSession(state, id), '200 0'), [id]);
    case 'logout-all':
      return atom('logout-all', (state) => logoutAll(state, userId, isFaulty));
    case 'keep':
      return atom('keep', (state) => keep(state, id));
    case 'end':
      return find(request.target, session);
  }
}

const shown = (sessions: readonly ModelSession[]): string =>
  sessions
    .map((session) => `${session.id}@${session.expiresAt}`)
    .sort()
    .join(' ');

/** What a request sees that looks at the sessions which live together with its own; nothing if its own is seen to have ended. */
interface View {
  readonly isOwnEnded: boolean;
  readonly sessions: readonly ModelSession[];
}

/**
 * If all sessions were ended at once, those that lived until then may still be there, or some of them: they are deleted one by one. A
 * request that was let in before knows no better than its own session.
 */
function viewsOf(state: State, { id, userId }: ModelSession): readonly View[] {
  const ended = { isOwnEnded: true, sessions: [] };
  const own = sessionOf(state, id);
  if (!own || isExpired(state, own)) return [ended];
  const ofUser = state.sessions.filter((one) => one.userId === userId);
  if (ofUser.some(({ generation }) => generation > own.generation)) return [ended];
  const peers = ofUser.filter((one) => one.generation === own.generation && !isExpired(state, one));
  if (isLive(state, own)) return [{ isOwnEnded: false, sessions: peers }];
  const others = peers.filter((one) => one !== own);
  const left = subsets(others).map((some) => ({ isOwnEnded: false, sessions: [own, ...some] }));
  return [ended, ...left];
}

function subsets<Item>([first, ...rest]: readonly Item[]): readonly (readonly Item[])[] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

const list = (own: ModelSession, timeLeft: number): Atom =>
  atom(`list ${own.id} ${timeLeft}`, (state) =>
    viewsOf(state, own).flatMap(({ isOwnEnded, sessions }) =>
      done(state, isOwnEnded ? INVALID : `200 ${timeLeft} ${shown(sessions)}`),
    ),
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

const find = (target: string, own: ModelSession): Atom =>
  atom(`find ${own.id} ${target}`, (state) =>
    viewsOf(state, own).flatMap(({ isOwnEnded, sessions }) => {
      if (isOwnEnded) return done(state, INVALID);
      if (!sessions.some(({ id }) => id === target)) return done(state, '404 Not found.');
      return [{ state, next: atom('end', (later) => done(endSession(later, target), '204'), [target]) }];
    }),
  );

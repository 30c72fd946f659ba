/** Signup, and login with what it ends, as atoms. */
import type { NamedRequest } from './actions';
import { type Atom, atom, type Circumstances, done, type Step } from './atoms';
import {
  type Account,
  addSession,
  endSession,
  isExpired,
  isLive,
  type ModelSession,
  SESSIONS_PER_USER,
  type State,
  sessionOf,
  TOKEN_LIFETIME,
} from './model';

export const signup = ({ name }: NamedRequest, { newUser, newSessionId }: Circumstances): Atom =>
  atom('signup', (state) => {
    if (state.accounts.some((account) => account.name === name)) return done(state, '400');
    const account: Account = { name, ...newUser, isActive: true, generation: 0, passwordVersion: 0 };
    const withAccount = { ...state, accounts: [...state.accounts, account] };
    const session = { id: newSessionId, ...newUser, generation: 0 };
    return done(addSession(withAccount, session), `201 ${TOKEN_LIFETIME}`);
  });

export const login = ({ name, isPasswordRight }: NamedRequest, circumstances: Circumstances): Atom =>
  atom('login', (state) => {
    const account = state.accounts.find((one) => one.name === name);
    if (!account?.isActive || !isPasswordRight) return done(state, '400');
    const opening = { ...account, ...circumstances, id: circumstances.newSessionId };
    return [{ state, next: open(opening, { isAdded: false }) }];
  });

type Opening = Pick<ModelSession, 'id' | 'userId' | 'locator' | 'generation'> &
  Pick<Circumstances, 'isFaulty' | 'deleted'>;

interface Progress {
  readonly isAdded: boolean;
  /** The sessions over the limit, once the user's sessions were looked at. */
  readonly surplus?: readonly ModelSession[];
}

/** The session is stored and the user's sessions are looked at, in either order; then those over the limit are ended. */
function open(opening: Opening, { isAdded, surplus }: Progress): Atom {
  const { id, userId, locator, generation, isFaulty, deleted } = opening;
  if (isAdded && surplus) return remove(surplus, isFaulty);
  const seen = surplus?.map((session) => session.id);
  return atom(`open ${id} ${userId} ${generation} ${isAdded} ${seen}`, (state) => {
    const added = addSession(state, { id, userId, locator, generation });
    const own = sessionOf(added, id);
    const steps: Step[] = [];
    if (!isAdded)
      steps.push({ state: added, next: open(opening, { isAdded: true, ...(surplus && { surplus }) }) });
    if (!surplus && own) {
      const found = surplusOf(state, own);
      // What it looked at is known by what it deleted. A dead session may be gone by then, or may go.
      const isSeen = isFaulty || found.every((one) => deleted.has(one.id) || !isLive(state, one));
      const isAll =
        isFaulty ||
        state.sessions.every((one) => !deleted.has(one.id) || found.includes(one) || !isLive(state, one));
      if (isSeen && isAll) steps.push({ state, next: open(opening, { isAdded, surplus: found }) });
    }
    // A fault of the look or the removal keeps nobody from signing in.
    if (isAdded && isFaulty) steps.push(...done(state, `200 ${TOKEN_LIFETIME}`));
    return steps;
  });
}

/** What is over the limit: all but the most recently refreshed, and never the own session. */
function surplusOf(state: State, own: ModelSession): readonly ModelSession[] {
  const others = state.sessions.filter(
    (one) =>
      one.id !== own.id &&
      one.userId === own.userId &&
      one.generation === own.generation &&
      !isExpired(state, one),
  );
  const sorted = [own, ...others].sort(lastRefreshedFirst);
  return sorted.slice(SESSIONS_PER_USER).filter(({ id }) => id !== own.id);
}

const lastRefreshedFirst = (one: ModelSession, other: ModelSession): number =>
  other.refreshedAt - one.refreshedAt || other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1);

/** One after the other, in any order. The user is signed in, whether or not it can be done. */
function remove(victims: readonly ModelSession[], isFaulty: boolean): Atom {
  const ids = victims.map(({ id }) => id);
  const run = (state: State): Step[] => [
    ...(victims.length === 0 || isFaulty ? done(state, `200 ${TOKEN_LIFETIME}`) : []),
    ...victims.map((victim) => ({
      state: endSession(state, victim.id),
      next: remove(
        victims.filter((other) => other !== victim),
        isFaulty,
      ),
    })),
  ];
  return atom(`remove ${ids}`, run, ids);
}

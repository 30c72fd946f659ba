/** Signup, and login with its trimming of the oldest sessions, as atoms. */
import { type Atom, type Attempt, atom, done, type Step } from './atoms';
import {
  type Account,
  addSession,
  endSession,
  liveSessions,
  type ModelSession,
  SESSIONS_PER_USER,
  type State,
  TOKEN_LIFETIME,
} from './model';

export const signup = ({ newUser, newSessionId }: Attempt, name: number): Atom =>
  atom('signup', (state) => {
    if (state.accounts.some((account) => account.name === name)) return done(state, '400');
    const account: Account = { name, ...newUser, isActive: true, generation: 0 };
    const withAccount = { ...state, accounts: [...state.accounts, account] };
    const session = { id: newSessionId, ...newUser, generation: 0 };
    return done(addSession(withAccount, session), `201 ${TOKEN_LIFETIME}`);
  });

export const login = ({ newSessionId, isFaulty }: Attempt, name: number, isPasswordRight: boolean): Atom =>
  atom('login', (state) => {
    const account = state.accounts.find((one) => one.name === name);
    if (!account?.isActive || !isPasswordRight) return done(state, '400');
    const { userId, locator, generation } = account;
    const add = atom(`add ${userId} ${generation}`, (later) => [
      {
        state: addSession(later, { id: newSessionId, userId, locator, generation }),
        next: trim(userId, isFaulty),
      },
    ]);
    return [{ state, next: add }];
  });

/** The newest live sessions stay. Which of those that began in the same millisecond is newer cannot be known before their ids are. */
const trim = (userId: number, isFaulty: boolean): Atom =>
  atom(`trim ${userId}`, (state) => {
    const live = liveSessions(state, userId);
    const last = live[SESSIONS_PER_USER - 1];
    if (!last) return [{ state, next: remove([], isFaulty) }];
    const tied = live.filter(({ createdAtMs }) => createdAtMs === last.createdAtMs);
    const older = live.filter(({ createdAtMs }) => createdAtMs < last.createdAtMs);
    const excess = live.length - SESSIONS_PER_USER - older.length;
    const isOrderKnown = tied.every(({ id }) => !id.startsWith('new:'));
    const choices = isOrderKnown ? [tied.slice(tied.length - excess)] : choose(tied, excess);
    return choices.map((chosen) => ({ state, next: remove([...older, ...chosen], isFaulty) }));
  });

function choose<Item>(items: readonly Item[], count: number): readonly (readonly Item[])[] {
  if (count <= 0) return [[]];
  return items.flatMap((item, at) =>
    choose(items.slice(at + 1), count - 1).map((others) => [item, ...others]),
  );
}

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

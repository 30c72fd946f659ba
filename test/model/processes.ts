/** The process of each request, and what an operator does by hand. */
import { type Atom, type Attempt, atom, done } from './atoms';
import { changeAccount, type State } from './model';
import { admit } from './protected-processes';
import { login, signup } from './public-processes';

export function processOf(attempt: Attempt): Atom {
  const { request } = attempt;
  switch (request.action) {
    case 'signup':
      return signup(attempt, request.name);
    case 'login':
      return login(attempt, request.name, request.isPasswordRight);
    case 'deactivate':
      return atom('deactivate', (state) => done(deactivated(state, request.userId), 'done'));
    case 'activate':
      return atom('activate', (state) =>
        done(changeAccount(state, request.userId, { isActive: true }), 'done'),
      );
    case 'promote':
      return atom('promote', (state) => done(state, 'done'));
    case 'delete':
      return atom('delete', (state) => done(deleted(state, request.userId), 'done'));
    default:
      return admit(request, attempt.isFaulty);
  }
}

function deactivated(state: State, userId: number): State {
  const account = state.accounts.find((one) => one.userId === userId);
  if (!account) return state;
  return changeAccount(state, userId, { isActive: false, generation: account.generation + 1 });
}

function deleted(state: State, userId: number): State {
  const account = state.accounts.find((one) => one.userId === userId);
  const accounts = state.accounts.filter((one) => one !== account);
  const sessions = state.sessions.map((session) =>
    session.userId === userId && session.generation !== account?.generation
      ? { ...session, mayBeGone: true }
      : session,
  );
  return { ...state, accounts, sessions };
}

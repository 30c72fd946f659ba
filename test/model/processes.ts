/** The process of each request, and the two things that an operator does by hand. */
import { type Atom, type Attempt, atom, done } from './atoms';
import { changeAccount } from './model';
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
      return atom('deactivate', (state) =>
        done(changeAccount(state, request.userId, { isActive: false }), 'done'),
      );
    case 'delete':
      return atom('delete', (state) => {
        const accounts = state.accounts.filter(({ userId }) => userId !== request.userId);
        return done({ ...state, accounts }, 'done');
      });
    default:
      return admit(request, attempt.isFaulty);
  }
}

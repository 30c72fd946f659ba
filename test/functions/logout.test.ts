import { logout } from '../../functions/logout/logout';
import { digestOf, parseUnverifiedToken } from '../../functions/shared/domain/token';

const token = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;
const principal = {
  userId: 1,
  role: 'CLERK',
  locator: token.locator,
  session: token.session,
  tokenExpiresAt: 1,
  sessionExpiresAt: 1,
};

describe('POST /api/logout/', () => {
  it('ends the session of the presented token and says so', async () => {
    const endSessionOf = jest.fn(async () => undefined);
    expect(await logout({ principal, token }, { endSessionOf })).toEqual({
      status: 200,
      body: { message: 'Successfully logged out.' },
      headers: { 'Token-Expires-In': '0' },
    });
    expect(endSessionOf).toHaveBeenCalledWith(token, digestOf(token));
  });
});

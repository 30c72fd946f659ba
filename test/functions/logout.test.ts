import { logout } from '../../functions/logout/logout';
import { principal, protectedRequest, token } from '../support/sessions';

describe('POST /api/logout/', () => {
  it('ends the session, whatever its token is by then, and says so', async () => {
    const remove = jest.fn(async () => undefined);
    expect(await logout(protectedRequest(), { sessions: { remove } })).toEqual({
      status: 200,
      body: { message: 'Successfully logged out.' },
      headers: { 'Token-Expires-In': '0', 'Session-Expires-In': '0' },
    });
    expect(remove).toHaveBeenCalledWith(token, principal.sessionId);
  });
});

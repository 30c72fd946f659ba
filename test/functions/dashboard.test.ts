import { dashboard } from '../../functions/dashboard/dashboard';
import { parseUnverifiedToken } from '../../functions/shared/domain/token';

const token = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;
const principal = {
  userId: 1,
  role: 'STORE_MANAGER',
  locator: token.locator,
  session: token.session,
  tokenExpiresAt: 1_800_000_100,
  sessionExpiresAt: 1_800_001_000,
};

describe('GET /api/dashboard/', () => {
  it('greets by the role in words and says how long the token lives', () => {
    expect(dashboard({ principal, token }, 1_800_000_000_999)).toEqual({
      status: 200,
      body: { message: 'Welcome to the Store Manager Dashboard!' },
      headers: { 'Token-Expires-In': '100' },
    });
  });
});

import { dashboard } from '../../functions/dashboard/dashboard';
import { NOW, principal, protectedRequest } from '../support/sessions';

describe('GET /api/dashboard/', () => {
  it('greets by the role in words and says how long the token lives', () => {
    const request = protectedRequest({ principal: { ...principal, role: 'STORE_MANAGER' } });
    expect(dashboard(request, NOW * 1000 + 999)).toEqual({
      status: 200,
      body: { message: 'Welcome to the Store Manager Dashboard!' },
      headers: { 'Token-Expires-In': '100', 'Session-Expires-In': '1000' },
    });
  });
});

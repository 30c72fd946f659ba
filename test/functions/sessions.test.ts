import { sessions } from '../../functions/sessions/sessions';
import { issueToken } from '../../functions/shared/domain/token';
import type { AddressedSession } from '../../functions/shared/store/sessions';
import { NOW, protectedRequest, refreshedSession, sessionWith, token } from '../support/sessions';

const other = (overrides = {}) => ({
  address: { locator: token.locator, session: '0001' },
  session: sessionWith(issueToken(token.locator, '0001'), { id: 'f'.repeat(16), ...overrides }),
});
const current: AddressedSession = {
  address: token,
  session: refreshedSession(token, 1, { refreshedAt: NOW - 5 }),
};

const list = async (...stored: AddressedSession[]) =>
  sessions(protectedRequest(), { clock: () => NOW * 1000, listSessions: async () => stored });

describe('GET /api/sessions/', () => {
  it('shows each session by its public name and marks this one', async () => {
    expect(await list(current, other({ device: 'Tablet' }))).toEqual({
      status: 200,
      headers: { 'Token-Expires-In': '100' },
      body: [
        {
          id: '0123456789abcdef',
          created_at: '2027-01-15T07:59:50Z',
          last_refreshed_at: '2027-01-15T07:59:55Z',
          expires_at: '2027-01-15T08:01:40Z',
          device: 'Phone/1.0',
          current: true,
        },
        {
          id: 'ffffffffffffffff',
          created_at: '2027-01-15T07:59:50Z',
          last_refreshed_at: null,
          expires_at: '2027-01-15T08:01:40Z',
          device: 'Tablet',
          current: false,
        },
      ],
    });
  });

  it('leaves out what no token opens any more', async () => {
    const { body } = await list(
      current,
      other({ expiresAt: NOW }),
      other({ sessionGeneration: 7 }),
      other({ userId: 2 }),
    );
    expect(body).toHaveLength(1);
  });

  it('shows what lives when this session moved to the next generation since the authorizer looked', async () => {
    const moved = { ...current, session: { ...current.session, sessionGeneration: 1 } };
    const { body } = await list(moved, other());
    expect(body).toMatchObject([{ current: true }]);
  });
});

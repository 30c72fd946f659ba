import { sessions } from '../../functions/sessions/sessions';
import { issueToken } from '../../functions/shared/domain/token';
import type { StoredSession } from '../../functions/shared/store/sessions';
import { recordingLog } from '../support/log';
import { NOW, protectedRequest, refreshedSession, sessionWith, token } from '../support/sessions';

const other = (overrides = {}) => ({
  key: { locator: token.locator, session: '0001' },
  session: sessionWith(issueToken(token.locator, '0001'), { id: 'f'.repeat(16), ...overrides }),
});
const current: StoredSession = {
  key: token,
  session: refreshedSession(token, 1, { refreshedAt: NOW - 5 }),
};

const list = (stored: readonly StoredSession[], isComplete = true, log = recordingLog()) =>
  sessions(protectedRequest({ log }), {
    clock: () => NOW * 1000,
    sessions: { list: async () => ({ sessions: stored, isComplete }) },
  });

describe('GET /api/sessions/', () => {
  it('shows each session by its public name and marks this one', async () => {
    expect(await list([current, other({ device: 'Tablet' })])).toEqual({
      status: 200,
      headers: { 'Token-Expires-In': '100', 'Session-Expires-In': '1000' },
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
    const moved = { ...current, session: { ...current.session, sessionGeneration: 1 } };
    const dead = [other({ expiresAt: NOW }), other({ sessionGeneration: 0 }), other({ userId: 2 })];
    expect((await list([moved, ...dead])).body).toMatchObject([{ current: true }]);
  });

  it.each<[string, readonly StoredSession[]]>([
    ['is gone', [other()]],
    ['expired', [{ ...current, session: { ...current.session, expiresAt: NOW } }]],
    ['was ended by another session', [current, other({ sessionGeneration: 1 })]],
  ])('is 401 if this session %s since the authorizer looked', async (_, stored) => {
    await expect(list(stored)).rejects.toMatchObject({ status: 401, message: 'Invalid token.' });
  });

  it('shows what was read of a pile that is too long, and says so in the log', async () => {
    const log = recordingLog();
    expect((await list([other()], false, log)).body).toHaveLength(1);
    expect(log.events).toEqual([{ event: 'sessions_not_all_read' }]);
  });
});

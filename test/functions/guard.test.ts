import { guard } from '../../functions/guard/guard';
import type { Session } from '../../functions/shared/domain/session';
import { deriveSuccessor, digestToken } from '../../functions/shared/domain/token';
import type { AuthenticationDependencies } from '../../functions/shared/http/authenticate';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { recordingLog } from '../support/log';
import { NOW, owner, principal, refreshedSession, SALT, sessionWith, token } from '../support/sessions';

const dependencies = (stored: Session, overrides: Partial<AuthenticationDependencies> = {}) => ({
  clock: () => NOW * 1000,
  roles: ['CLERK'],
  readSessionAndOwner: jest.fn(async () => ({ session: stored, owner })),
  sessions: { markTokenUsed: jest.fn(async () => undefined) },
  ...overrides,
});

const request = (text: string, resource = '/reports') => ({
  headers: { Authorization: `Token ${text}` },
  resource,
  log: recordingLog(),
});

describe('a guard', () => {
  it.each([[['CLERK']], [['ADMIN', 'CLERK']]])('of the roles %j says who is calling', async (roles) => {
    expect(await guard(request(token.text), dependencies(sessionWith(), { roles }))).toEqual({
      allow: true,
      principal,
    });
  });

  it('refuses a user of another role, and says so of whom in the log', async () => {
    const asked = request(token.text);
    expect(await guard(asked, dependencies(sessionWith(), { roles: ['ADMIN'] }))).toEqual({
      allow: false,
      detail: 'You do not have permission to perform this action.',
      reason: 'role_not_admitted',
    });
    expect(asked.log.caller).toEqual({ userId: 1, sessionId: sessionWith().id });
  });

  it('says nothing of roles to one whose token is not good', async () => {
    const expired = dependencies(sessionWith(token, { expiresAt: NOW }), { roles: ['ADMIN'] });
    expect(await guard(request(token.text), expired)).toMatchObject({ reason: 'token_expired' });
    expect(await guard(request('nonsense'), expired)).toMatchObject({ reason: 'token_malformed' });
  });

  it.each(['/reports', '/api/refresh-token', '/api/logout'])(
    'takes no token that was refreshed away, also on a path of that name: %s',
    async (path) => {
      const deps = dependencies(refreshedSession(token, 1));
      expect(await guard(request(token.text, path), deps)).toMatchObject({ reason: 'token_wrong' });
    },
  );

  it('notes the first use of a successor, so that the token before it cannot be refreshed for ever', async () => {
    const successor = deriveSuccessor(token, SALT);
    const deps = dependencies(refreshedSession(token, 1));
    expect(await guard(request(successor.text), deps)).toMatchObject({ allow: true });
    const use = { tokenDigest: digestToken(successor), usedAt: NOW };
    expect(deps.sessions.markTokenUsed).toHaveBeenCalledWith(successor, use);
  });

  it('rejects when the database does not answer', async () => {
    const deps = dependencies(sessionWith(), {
      readSessionAndOwner: () => Promise.reject(new StoreUnavailableError('down')),
    });
    await expect(guard(request(token.text), deps)).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});

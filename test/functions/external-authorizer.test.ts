/** Whom an external authorizer lets in is in test/examples/reports.test.ts, over HTTP. */
import { authorizeExternal } from '../../functions/external-authorizer/external-authorizer';
import type { Session } from '../../functions/shared/domain/session';
import { recordingLog } from '../support/log';
import { NOW, owner, refreshedSession, sessionWith, token } from '../support/sessions';

const dependencies = (stored: Session, roles = ['CLERK']) => ({
  clock: () => NOW * 1000,
  roles,
  readSessionAndOwner: async () => ({ session: stored, owner }),
  sessions: { markTokenUsed: async () => undefined },
});

const request = (text: string, resource = '/reports') => ({
  headers: { Authorization: `Token ${text}` },
  resource,
  log: recordingLog(),
});

describe('an external authorizer', () => {
  it('says nothing of roles to one whose token is not good', async () => {
    const expired = dependencies(sessionWith(token, { expiresAt: NOW }), ['ADMIN']);
    expect(await authorizeExternal(request(token.text), expired)).toMatchObject({ reason: 'token_expired' });
    expect(await authorizeExternal(request('nonsense'), expired)).toMatchObject({
      reason: 'token_malformed',
    });
  });

  it.each(['/reports', '/api/refresh-token', '/api/logout'])(
    'takes no token that was refreshed away, also on a path of that name: %s',
    async (path) => {
      const deps = dependencies(refreshedSession(token, 1));
      expect(await authorizeExternal(request(token.text, path), deps)).toMatchObject({
        reason: 'token_wrong',
      });
    },
  );
});

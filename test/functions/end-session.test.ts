import { endSession } from '../../functions/end-session/end-session';
import { ApiError } from '../../functions/shared/http/errors';
import { NOW, principal, protectedRequest, sessionWith, token } from '../support/sessions';

const address = { locator: token.locator, session: '0001' };
const id = 'f'.repeat(16);

async function end(wanted: string | undefined, overrides = {}) {
  const ended = jest.fn(async () => undefined);
  const outcome = await endSession(protectedRequest({ pathParameters: { id: wanted } }), {
    clock: () => NOW * 1000,
    listSessions: async () => [{ address, session: sessionWith(token, { id, ...overrides }) }],
    endSession: ended,
  }).catch((thrown: unknown) => (thrown instanceof ApiError ? [thrown.status, thrown.message] : thrown));
  return { outcome, ended };
}

describe('DELETE /api/sessions/{id}/', () => {
  it('ends that session', async () => {
    const { outcome, ended } = await end(id);
    expect(outcome).toEqual({ status: 204 });
    expect(ended).toHaveBeenCalledWith(address, id);
  });

  it('ends this very session also when it moved to the next generation since the authorizer looked', async () => {
    const { outcome } = await end(principal.sessionId, { id: principal.sessionId, sessionGeneration: 1 });
    expect(outcome).toEqual({ status: 204 });
  });

  it.each<[string, string | undefined, object]>([
    ['an unknown id', 'e'.repeat(16), {}],
    ['a malformed id', "' OR 1=1", {}],
    ['no id', undefined, {}],
    ['the id of an expired session', id, { expiresAt: NOW }],
    ['the id of a session that was ended with all others', id, { sessionGeneration: 7 }],
    ["the id of another user's session at the same address", id, { userId: 2 }],
  ])('answers %s by the same 404', async (_, wanted, overrides) => {
    const { outcome, ended } = await end(wanted, overrides);
    expect(outcome).toEqual([404, 'Not found.']);
    expect(ended).not.toHaveBeenCalled();
  });
});

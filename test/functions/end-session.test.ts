import { endSession } from '../../functions/end-session/end-session';
import { ApiError } from '../../functions/shared/http/errors';
import { NOW, principal, protectedRequest, sessionWith, token } from '../support/sessions';

const key = { locator: token.locator, session: '0001' };
const id = 'f'.repeat(16);

/** Ends `wanted` where the caller's own session and one other are stored. */
async function end(wanted: string | undefined, other: object = {}, own: object = {}) {
  const remove = jest.fn(async () => undefined);
  const sessions = [
    { key: token, session: sessionWith(token, own) },
    { key, session: sessionWith(token, { id, ...other }) },
  ];
  const outcome = await endSession(protectedRequest({ pathParameters: { id: wanted } }), {
    clock: () => NOW * 1000,
    sessions: { list: async () => ({ sessions, isComplete: true }), remove },
  }).catch((thrown: unknown) => (thrown instanceof ApiError ? [thrown.status, thrown.message] : thrown));
  return { outcome, remove };
}

describe('DELETE /api/sessions/{id}/', () => {
  it('ends this very session also when it moved to the next generation since the authorizer looked', async () => {
    const { outcome } = await end(principal.sessionId, {}, { sessionGeneration: 1 });
    expect(outcome).toEqual({ status: 204 });
  });

  it.each<[string, string | undefined, object]>([
    ['no id', undefined, {}],
    ['the id of an expired session', id, { expiresAt: NOW }],
    ["the id of another user's session at the same key", id, { userId: 2 }],
  ])('answers %s by the same 404', async (_, wanted, other) => {
    const { outcome, remove } = await end(wanted, other);
    expect(outcome).toEqual([404, 'Not found.']);
    expect(remove).not.toHaveBeenCalled();
  });

  it('answers 404 for a session that was ended together with all others but this one', async () => {
    expect((await end(id, {}, { sessionGeneration: 1 })).outcome).toEqual([404, 'Not found.']);
  });

  it.each<[string, object, object]>([
    ['another session ended it', { sessionGeneration: 1 }, {}],
    ['it expired', {}, { expiresAt: NOW }],
    ['it was logged out', {}, { id: 'e'.repeat(16) }],
  ])('ends nothing and is 401 if, since the authorizer looked, %s', async (_, other, own) => {
    const { outcome, remove } = await end(id, other, own);
    expect(outcome).toEqual([401, 'Invalid token.']);
    expect(remove).not.toHaveBeenCalled();
  });
});

import { deleteMe } from '../../functions/delete-me/delete-me';
import type { ApiError } from '../../functions/shared/http/errors';
import { PASSWORD, reauthenticationDependencies, userWithPassword } from '../support/password-check';
import { protectedRequest, sessionWith, token } from '../support/sessions';

async function dependencies(overrides: { readonly isActive?: boolean } = {}) {
  const stored = [1, 2].map((userId) => ({
    key: token,
    session: sessionWith(token, { userId, id: `of-${userId}` }),
  }));
  return {
    ...reauthenticationDependencies(await userWithPassword(overrides)),
    counters: { removeAccountCounter: async () => [] },
    accounts: { deleteUser: jest.fn(async () => 'deleted' as const) },
    sessions: {
      list: async () => ({ sessions: stored, isComplete: true }),
      removeAll: jest.fn(async () => undefined),
    },
    stored,
  };
}

const request = protectedRequest({ body: { current_password: PASSWORD } as never }) as never;

describe('DELETE /api/auth/users/me/', () => {
  it('deletes the sessions of the user, and none of whoever has the locator by then', async () => {
    const deps = await dependencies();
    expect(await deleteMe(request, deps)).toEqual({ status: 204 });
    expect(deps.accounts.deleteUser).toHaveBeenCalledTimes(1);
    expect(deps.sessions.removeAll).toHaveBeenCalledWith([deps.stored[0]]);
    expect(JSON.stringify(jest.mocked(deps.rateLimits.removeCounters).mock.calls)).not.toContain('of-2');
  });

  it('does nothing for a user who was locked out since the authorizer looked', async () => {
    const deps = await dependencies({ isActive: false });
    const error = await deleteMe(request, deps).catch((thrown: unknown) => thrown);
    expect((error as ApiError).status).toBe(401);
    expect(deps.accounts.deleteUser).not.toHaveBeenCalled();
  });
});

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
    announcementRules: { notices: false, events: false },
    deletion: {
      deleteUser: jest.fn(async () => 'deleted' as const),
      list: async () => ({ sessions: stored, isComplete: true }),
      removeAll: jest.fn(async () => undefined),
      removeAccountCounter: async () => [],
      removeCounters: jest.fn(async () => undefined),
    },
    stored,
  };
}

const request = protectedRequest({ body: { current_password: PASSWORD } as never }) as never;

describe('DELETE /api/auth/users/me/', () => {
  it('deletes the sessions of the user, and none of whoever has the locator by then', async () => {
    const deps = await dependencies();
    expect(await deleteMe(request, deps)).toEqual({ status: 204 });
    expect(deps.deletion.deleteUser).toHaveBeenCalledTimes(1);
    expect(deps.deletion.removeAll).toHaveBeenCalledWith([deps.stored[0]]);
    expect(JSON.stringify(deps.deletion.removeCounters.mock.calls)).not.toContain('of-2');
  });

  it('does nothing for a user who was locked out since the authorizer looked', async () => {
    const deps = await dependencies({ isActive: false });
    const error = await deleteMe(request, deps).catch((thrown: unknown) => thrown);
    expect((error as ApiError).status).toBe(401);
    expect(deps.deletion.deleteUser).not.toHaveBeenCalled();
  });
});

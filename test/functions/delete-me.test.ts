import { deleteMe } from '../../functions/delete-me/delete-me';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import type { ApiError } from '../../functions/shared/http/errors';
import { NOW, protectedRequest, sessionWith, token } from '../support/sessions';

const PASSWORD = 'password123';

async function dependencies(overrides: { readonly isActive?: boolean } = {}) {
  const user = {
    id: 1,
    username: 'newuser',
    email: 'newuser@example.com',
    role: 'CLERK',
    passwordHash: await hashPassword(PASSWORD, 4),
    isActive: true,
    createdAt: NOW,
    sessionGeneration: 0,
    locator: token.locator,
    ...overrides,
  };
  const stored = [1, 2].map((userId) => ({
    key: token,
    session: sessionWith(token, { userId, id: `of-${userId}` }),
  }));
  const attempt = { isAllowed: true, attemptId: 'a', waitIfFailed: 0, isLastFree: false } as never;
  return {
    clock: () => NOW * 1000,
    bcryptCost: 4,
    sourceIpRules: { attempts: 100, windowSeconds: 600 },
    accountRules: { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 },
    rateLimits: {
      consumeFixedWindow: async () => 0,
      consumeWithBackoff: async () => attempt,
      refund: async () => undefined,
      removeCounters: jest.fn(async () => undefined),
    },
    counters: { removeAccountCounter: async () => [] },
    users: { find: async () => user },
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
    expect(JSON.stringify(deps.rateLimits.removeCounters.mock.calls)).not.toContain('of-2');
  });

  it('does nothing for a user who was locked out since the authorizer looked', async () => {
    const deps = await dependencies({ isActive: false });
    const error = await deleteMe(request, deps).catch((thrown: unknown) => thrown);
    expect((error as ApiError).status).toBe(401);
    expect(deps.accounts.deleteUser).not.toHaveBeenCalled();
  });
});

import { compare } from 'bcryptjs';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { ThrottledError } from '../../functions/shared/http/errors';
import {
  type ReauthenticationDependencies,
  reauthenticate,
} from '../../functions/shared/http/reauthenticate';
import type { Consumption } from '../../functions/shared/store/rate-limits';
import type { FoundUser } from '../../functions/shared/store/users';
import { NOW, protectedRequest } from '../support/sessions';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});
const hashing = jest.mocked(compare);

let user: FoundUser;
beforeAll(async () => {
  user = {
    id: 1,
    username: 'newuser',
    email: 'newuser@example.com',
    role: 'CLERK',
    passwordHash: await hashPassword('password123', 4),
    isActive: true,
    createdAt: NOW,
    sessionGeneration: 0,
    locator: 'f2afca0567',
  };
});

const dependencies = (
  waits: { readonly address?: number; readonly session?: number } = {},
): ReauthenticationDependencies => ({
  clock: () => NOW * 1000,
  bcryptCost: 4,
  sourceIpRules: { attempts: 100, windowSeconds: 600 },
  accountRules: { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 },
  rateLimits: {
    consumeFixedWindow: async () => waits.address ?? 0,
    consumeWithBackoff: async (attempt): Promise<Consumption> =>
      waits.session
        ? { isAllowed: false, waitSeconds: waits.session }
        : {
            ...attempt,
            isAllowed: true,
            attemptId: 'attempt-1',
            countedIn: attempt.key,
            waitIfFailed: 0,
            isLastFree: false,
            stored: { count: 1, lastAtMs: NOW * 1000, networks: {}, expiresAt: NOW + 86_400 },
          },
    refund: async () => undefined,
    removeCounters: async () => undefined,
  },
  users: { find: async () => user },
});

/** What comes of the right password, and how many hashes are compared for it. */
async function outcomeOf(deps: ReauthenticationDependencies) {
  hashing.mockClear();
  const request = { ...protectedRequest(), body: { current_password: 'password123' } };
  const outcome = await reauthenticate(request, deps, async () => 'done').catch((error: unknown) => error);
  return { outcome, hashes: hashing.mock.calls.length };
}

describe('a password that is asked for again', () => {
  it('is compared once', async () => {
    expect(await outcomeOf(dependencies())).toEqual({ outcome: 'done', hashes: 1 });
  });

  it.each([
    ['address', { address: 7 }],
    ['session', { session: 7 }],
  ])('costs no hash while the %s has to wait', async (_, waits) => {
    const { outcome, hashes } = await outcomeOf(dependencies(waits));
    expect(outcome).toBeInstanceOf(ThrottledError);
    expect(hashes).toBe(0);
  });
});

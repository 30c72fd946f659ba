/** A user with a password, and what a function that checks passwords needs besides. */
import type { LoginDependencies } from '../../functions/login/login';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import type { PasswordCheckRules } from '../../functions/shared/http/check-password';
import type { ReauthenticationDependencies } from '../../functions/shared/http/reauthenticate';
import type { BackoffAttempt, ConsumedAttempt, Consumption } from '../../functions/shared/store/rate-limits';
import type { FoundUser } from '../../functions/shared/store/users';
import { NOW, token } from './sessions';

export const PASSWORD = 'password123';

export const userWithPassword = async (overrides: Partial<FoundUser> = {}): Promise<FoundUser> => ({
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
});

export const passwordCheckRules: PasswordCheckRules = {
  bcryptCost: 4,
  sourceIpRules: { attempts: 100, windowSeconds: 600 },
  accountRules: { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 },
};

/** The first attempt since the last success. */
export const firstAttempt = (
  attempt: BackoffAttempt,
  overrides: Partial<ConsumedAttempt> = {},
): Consumption => ({
  ...attempt,
  isAllowed: true,
  attemptId: 'attempt-1',
  countedIn: attempt.key,
  waitIfFailed: 0,
  isLastFree: false,
  stored: { count: 1, lastAtMs: attempt.nowMs, networks: {}, expiresAt: NOW + 86_400 },
  ...overrides,
});

type RateLimits = LoginDependencies['rateLimits'] & ReauthenticationDependencies['rateLimits'];

/** Rate limits for which every attempt is the first. */
export const newRateLimits = (overrides: Partial<RateLimits> = {}): RateLimits => ({
  consumeFixedWindow: jest.fn(async () => 0),
  consumeWithBackoff: jest.fn(async (attempt) => firstAttempt(attempt)),
  refund: jest.fn(async () => undefined),
  removeCounters: jest.fn(async () => undefined),
  reset: jest.fn(async () => undefined),
  ...overrides,
});

export const reauthenticationDependencies = (
  user: FoundUser,
  limits: Partial<RateLimits> = {},
): ReauthenticationDependencies => ({
  clock: () => NOW * 1000,
  ...passwordCheckRules,
  rateLimits: newRateLimits(limits),
  users: { find: async () => user },
});

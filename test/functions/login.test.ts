import { type LoginDependencies, login } from '../../functions/login/login';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import type { InvalidFieldsError } from '../../functions/shared/http/errors';
import type { AccountCharge } from '../../functions/shared/store/rate-limits';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import type { FoundUser } from '../../functions/shared/store/users';
import { recordingLog } from '../support/log';

const input = { username: 'newuser', password: 'password123' };
const clientWith = (log = recordingLog()) => ({ device: 'Phone/1.0', address: '203.0.113.7', log });
const client = clientWith();
let user: FoundUser;

beforeAll(async () => {
  user = {
    id: 1,
    username: 'newuser',
    email: 'newuser@example.com',
    role: 'CLERK',
    passwordHash: await hashPassword('password123', 10),
    isActive: true,
    createdAt: 1_700_000_000,
    sessionGeneration: 3,
    locator: 'f2afca0567',
  };
});

const dependencies = (overrides: Partial<LoginDependencies> = {}) => ({
  clock: () => 1_800_000_000_500,
  lifetimes: { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 1000 },
  bcryptCost: 10,
  sessionsPerUser: 20,
  chargeAddress: jest.fn(async () => 0),
  chargeAccount: jest.fn(async (): Promise<AccountCharge> => ({ isAdmitted: true, attempts: 1 })),
  waitAfter: () => 0,
  forgetAttempts: jest.fn(async () => undefined),
  replacePasswordHash: jest.fn(async () => true),
  findUserByName: async (): Promise<FoundUser | undefined> => user,
  addSession: jest.fn(async () => true),
  trimSessions: jest.fn(async () => undefined),
  ...overrides,
});

describe('POST /api/api-token-auth/', () => {
  it('answers a new token at the address of the user, and nothing else', async () => {
    const deps = dependencies();
    const answer = await login(input, client, deps);
    expect(answer).toEqual({
      status: 200,
      body: { token: expect.stringMatching(/^f2afca0567[0-9a-f]{30}$/) },
      headers: { 'Token-Expires-In': '100' },
    });
    expect(deps.addSession).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ userId: 1, sessionGeneration: 3, device: 'Phone/1.0' }),
    );
  });

  it('ends the oldest sessions only after the new one is stored', async () => {
    const order: string[] = [];
    await login(input, client, {
      ...dependencies(),
      addSession: async () => order.push('add') > 0,
      trimSessions: async (locator, { userId, sessionGeneration, limit, now }) => {
        order.push(`trim ${locator} of ${userId}/${sessionGeneration} to ${limit} at ${now}`);
      },
    });
    expect(order).toEqual(['add', 'trim f2afca0567 of 1/3 to 20 at 1800000000']);
  });

  it.each<[string, () => [Partial<LoginDependencies>, typeof input]]>([
    ['an unknown user', () => [{ findUserByName: async () => undefined }, input]],
    ['a wrong password', () => [{}, { ...input, password: 'password124' }]],
    ['an inactive user', () => [{ findUserByName: async () => ({ ...user, isActive: false }) }, input]],
    ['a password over 72 bytes', () => [{}, { ...input, password: 'x'.repeat(73) }]],
  ])('answers %s in the same words and opens no session', async (_, arrange) => {
    const [overrides, body] = arrange();
    const deps = dependencies(overrides);
    const error = await login(body, client, deps).catch((thrown: unknown) => thrown);
    expect((error as InvalidFieldsError).fields).toEqual({
      non_field_errors: ['Unable to log in with provided credentials.'],
    });
    expect(deps.addSession).not.toHaveBeenCalled();
  });

  it('draws another session number when one is taken, and gives up only after several', async () => {
    const taken = [false, false, true];
    expect(
      (await login(input, client, dependencies({ addSession: async () => taken.shift() ?? false }))).status,
    ).toBe(200);
    await expect(
      login(input, client, dependencies({ addSession: async () => false })),
    ).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});

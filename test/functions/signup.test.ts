import { hash } from 'bcryptjs';
import { InvalidFieldsError, type ThrottledError } from '../../functions/shared/http/errors';
import type { Creation, NewUser } from '../../functions/shared/store/accounts';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { type SignupDependencies, type SignupRequest, signup } from '../../functions/signup/signup';
import { recordingLog } from '../support/log';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, hash: jest.fn(real.hash) };
});
const hashing = jest.mocked(hash);

const NOW_MS = 1_800_000_000_500;
const input = { username: 'NewUser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };
const request = (body = input, log = recordingLog()): SignupRequest => ({
  body,
  caller: { device: 'Phone/1.0', sourceIp: '203.0.113.7' },
  pathParameters: {},
  query: {},
  log,
});

const sourceIpRules = { attempts: 30, windowSeconds: 600 };

function dependencies(...creations: Creation[]) {
  const created: NewUser[] = [];
  const overrides: SignupDependencies = {
    clock: () => NOW_MS,
    lifetimes: { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 1000 },
    bcryptCost: 4,
    passwordRules: { minLength: 8, usesBlocklist: false },
    sourceIpRules,
    emailVerification: 'off',
    publishesEvents: false,
    rateLimits: { consumeFixedWindow: async () => 0 },
    users: {
      nextId: async () => 7,
      create: async (newUser) => {
        created.push(newUser);
        return creations.shift() ?? 'created';
      },
    },
  };
  return { ...overrides, created };
}

describe('POST /api/signup/', () => {
  it('draws another locator when one is taken, and gives up only after several', async () => {
    const deps = dependencies('locator_taken', 'locator_taken');
    expect((await signup(request(), deps)).status).toBe(201);
    expect(new Set(deps.created.map(({ key }) => key.locator)).size).toBe(3);
    const hopeless = dependencies(...Array<Creation>(10).fill('locator_taken'));
    await expect(signup(request(), hopeless)).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('refuses a bad password before anything is counted, hashed or stored', async () => {
    const [nextId, consumeFixedWindow] = [jest.fn(), jest.fn(async () => 0)];
    const deps = dependencies();
    const counted = {
      ...deps,
      users: { ...deps.users, nextId },
      rateLimits: { ...deps.rateLimits, consumeFixedWindow },
    };
    await expect(signup(request({ ...input, password: '1234567' }), counted)).rejects.toBeInstanceOf(
      InvalidFieldsError,
    );
    expect(consumeFixedWindow).not.toHaveBeenCalled();
    expect(nextId).not.toHaveBeenCalled();
    expect(deps.created).toEqual([]);
  });
});

describe('too many signups from one address', () => {
  it('are refused before anything is hashed or stored, and the log says so', async () => {
    hashing.mockClear();
    const log = recordingLog();
    const consumeFixedWindow = jest.fn(async () => 57);
    const { rateLimits, ...others } = dependencies();
    const deps = { ...others, rateLimits: { ...rateLimits, consumeFixedWindow } };
    const error = await signup(request(input, log), deps).catch((thrown: unknown) => thrown);
    expect((error as ThrottledError).waitSeconds).toBe(57);
    const key = { limitKey: 'ADDRESS#signup#203.0.113.7' };
    expect(consumeFixedWindow).toHaveBeenCalledWith(key, { now: 1_800_000_000, rules: sourceIpRules });
    expect(hashing).not.toHaveBeenCalled();
    expect(deps.created).toEqual([]);
    expect(log.events).toEqual([
      { event: 'signup_refused', reason: 'address_limit', address: '203.0.113.7', waitSeconds: 57 },
    ]);
  });
});

describe('the log of a signup', () => {
  it('says who was made, and what was taken', async () => {
    const log = recordingLog();
    await signup(request(input, log), dependencies());
    expect(log.events).toEqual([
      { event: 'signup_succeeded', address: '203.0.113.7', hashMilliseconds: expect.any(Number) },
    ]);
    expect(log.caller).toEqual({ userId: 7, sessionId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const taken = recordingLog();
    await signup(request(input, taken), dependencies(['username', 'email'])).catch(() => undefined);
    expect(taken.events).toMatchObject([{ event: 'signup_failed', reason: 'username_and_email_taken' }]);
    expect(taken.caller).toEqual({});
  });
});

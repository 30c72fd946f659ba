import { compare, getRounds } from 'bcryptjs';
import { type LoginDependencies, login, loginSchema } from '../../functions/login/login';
import { accountKeyOf } from '../../functions/shared/domain/attempts';
import { hashPassword, matchesPassword } from '../../functions/shared/domain/password-hash';
import { type InvalidFieldsError, ThrottledError } from '../../functions/shared/http/errors';
import { checkFields } from '../../functions/shared/http/fields';
import type { AccountCharge, AdmittedAttempt } from '../../functions/shared/store/rate-limits';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import type { FoundUser } from '../../functions/shared/store/users';
import { recordingLog } from '../support/log';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});

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

const admittedAttempt = (overrides: Partial<AdmittedAttempt> = {}): AccountCharge => ({
  isAdmitted: true,
  attemptId: 'attempt-1',
  waitIfFailed: 0,
  isLastFree: false,
  ...overrides,
});

const dependencies = (overrides: Partial<LoginDependencies> = {}) => ({
  clock: () => 1_800_000_000_500,
  lifetimes: { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 1000 },
  bcryptCost: 10,
  sessionsPerUser: 20,
  chargeAddress: jest.fn(async () => 0),
  chargeAccount: jest.fn(async (): Promise<AccountCharge> => admittedAttempt()),
  returnAttempt: jest.fn(async () => undefined),
  forgetAttempts: jest.fn(async () => undefined),
  replacePasswordHash: jest.fn(async () => true),
  findUserByName: async (): Promise<FoundUser | undefined> => user,
  addSession: jest.fn(async () => true),
  trimSessions: jest.fn(async () => undefined),
  ...overrides,
});

const hashing = jest.mocked(compare);

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

  it('costs one comparison at the cost of today for an unknown user, a wrong password and an inactive user alike', async () => {
    const inactive = { ...user, isActive: false };
    const attempts: [FoundUser | undefined, string][] = [
      [undefined, 'password123'],
      [user, 'password124'],
      [inactive, 'password123'],
      [user, 'x'.repeat(73)],
    ];
    for (const [found, password] of attempts) {
      hashing.mockClear();
      const deps = dependencies({ findUserByName: async () => found });
      await login({ ...input, password }, client, deps).catch(() => undefined);
      expect(hashing.mock.calls.map(([, hash]) => getRounds(hash))).toEqual([10]);
    }
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

  it.each(['forgetAttempts', 'trimSessions', 'replacePasswordHash'] as const)(
    'signs in also when %s fails, which the next login makes up for: no session is left that nobody knows of',
    async (tidying) => {
      const failure = new StoreUnavailableError('down');
      const log = recordingLog();
      const deps = dependencies({ bcryptCost: 11, [tidying]: () => Promise.reject(failure) });
      expect(await login(input, clientWith(log), deps)).toMatchObject({ status: 200 });
      expect(deps.addSession).toHaveBeenCalledTimes(1);
      expect(log.failures).toEqual([failure]);
    },
  );
});

describe('who may try a password', () => {
  beforeEach(() => hashing.mockClear());

  it('is charged to the address, then to the account, before anything is looked up or hashed', async () => {
    const order: string[] = [];
    await login(input, client, {
      ...dependencies(),
      chargeAddress: async (address, now) => {
        order.push(`address ${address} at ${now}, hashes ${hashing.mock.calls.length}`);
        return 0;
      },
      chargeAccount: async ({ account, nowMs }) => {
        order.push(
          `account ${account === accountKeyOf('NEWUSER')} at ${nowMs}, hashes ${hashing.mock.calls.length}`,
        );
        return admittedAttempt();
      },
      findUserByName: async () => {
        order.push('look up');
        return user;
      },
    });
    expect(order).toEqual([
      'address 203.0.113.7 at 1800000000, hashes 0',
      'account true at 1800000000500, hashes 0',
      'look up',
    ]);
    expect(hashing).toHaveBeenCalledTimes(1);
  });

  it.each<[string, Partial<LoginDependencies>, number]>([
    ['address_limit', { chargeAddress: async () => 57 }, 57],
    ['account_wait', { chargeAccount: async () => ({ isAdmitted: false, waitSeconds: 8 }) }, 8],
  ])('hears of the wait when refused for %s, and costs no hash', async (reason, overrides, waitSeconds) => {
    const log = recordingLog();
    const deps = dependencies(overrides);
    const findUserByName = jest.fn();
    const error = await login(input, clientWith(log), { ...deps, findUserByName }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as ThrottledError).waitSeconds).toBe(waitSeconds);
    expect(findUserByName).not.toHaveBeenCalled();
    expect(hashing).not.toHaveBeenCalled();
    expect(log.events).toEqual([{ event: 'login_refused', reason, address: '203.0.113.7', waitSeconds }]);
  });

  it.each([
    ['a name over 150 characters', { username: 'x'.repeat(151), password: 'password123' }],
    ['a name of 60,000 bytes', { username: '\u0344'.repeat(30_000), password: 'password123' }],
    ['a password over 4096 bytes', { username: 'newuser', password: '\u0344'.repeat(2049) }],
  ])(
    'is charged to address and account also with %s, and costs the same hash and the same words',
    async (_, body) => {
      const findUserByName = jest.fn(async () => (body.username === 'newuser' ? user : undefined));
      const deps = dependencies({ findUserByName });
      const normalizing = jest.spyOn(String.prototype, 'normalize');
      const fields = checkFields(loginSchema, new Map(Object.entries(body)));
      const error = await login(fields, client, deps).catch((thrown: unknown) => thrown);
      const sizes = normalizing.mock.contexts.map((text) => String(text).length);
      normalizing.mockRestore();
      expect(sizes.filter((size) => size > 150)).toEqual([]);
      expect((error as InvalidFieldsError).fields).toEqual({
        non_field_errors: ['Unable to log in with provided credentials.'],
      });
      expect(deps.chargeAddress).toHaveBeenCalledTimes(1);
      expect(deps.chargeAccount).toHaveBeenCalledWith(
        expect.objectContaining({ account: accountKeyOf(body.username) }),
      );
      expect(findUserByName).toHaveBeenCalledTimes(1);
      expect(hashing.mock.calls.map(([, hash]) => getRounds(hash))).toEqual([10]);
    },
  );

  it('is not charged to an account when the address is refused, so that nobody can lock others out', async () => {
    const deps = dependencies({ chargeAddress: async () => 57 });
    await expect(login(input, client, deps)).rejects.toBeInstanceOf(ThrottledError);
    expect(deps.chargeAccount).not.toHaveBeenCalled();
  });

  it('is forgotten by success alone', async () => {
    const succeeding = dependencies();
    await login(input, client, succeeding);
    expect(succeeding.forgetAttempts).toHaveBeenCalledWith(accountKeyOf('newuser'));
    const failing = dependencies();
    await login({ ...input, password: 'password124' }, client, failing).catch(() => undefined);
    const inactive = dependencies({ findUserByName: async () => ({ ...user, isActive: false }) });
    await login(input, client, inactive).catch(() => undefined);
    expect(failing.forgetAttempts).not.toHaveBeenCalled();
    expect(inactive.forgetAttempts).not.toHaveBeenCalled();
  });
});

describe('the log of a login', () => {
  const eventsOf = async (overrides: Partial<LoginDependencies>, body = input) => {
    const log = recordingLog();
    await login(body, clientWith(log), dependencies(overrides)).catch(() => undefined);
    return { events: log.events, caller: log.caller };
  };
  const common = { address: '203.0.113.7', hashMilliseconds: expect.any(Number) };

  it('says who came in', async () => {
    const { events, caller } = await eventsOf({});
    expect(events).toEqual([
      { event: 'login_succeeded', address: '203.0.113.7', hashMilliseconds: expect.any(Number) },
    ]);
    expect(events[0]?.hashMilliseconds).toBeGreaterThan(1);
    expect(caller).toEqual({ userId: 1, sessionId: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  it('says why someone did not', async () => {
    const wrong = await eventsOf({}, { ...input, password: 'password124' });
    expect(wrong.events).toEqual([{ event: 'login_failed', reason: 'password_wrong', ...common }]);
    expect(wrong.caller).toEqual({ userId: 1 });
    const unknown = await eventsOf({ findUserByName: async () => undefined });
    expect(unknown.events).toEqual([{ event: 'login_failed', reason: 'user_unknown', ...common }]);
    expect(unknown.caller).toEqual({});
    const inactive = await eventsOf({ findUserByName: async () => ({ ...user, isActive: false }) });
    expect(inactive.events).toEqual([{ event: 'login_failed', reason: 'user_inactive', ...common }]);
  });

  it('says from when on an account has to wait', async () => {
    const wrong = { ...input, password: 'password124' };
    const eventsAfter = async (attempt: Partial<AdmittedAttempt>) => {
      const { events } = await eventsOf({ chargeAccount: async () => admittedAttempt(attempt) }, wrong);
      return events.map(({ event }) => event);
    };
    expect(await eventsAfter({})).toEqual(['login_failed']);
    expect(await eventsAfter({ waitIfFailed: 1, isLastFree: true })).toEqual([
      'login_failed',
      'account_locked',
    ]);
    expect(await eventsAfter({ waitIfFailed: 4 })).toEqual(['login_failed']);
  });
});

describe('an attempt', () => {
  it('is given back when the database fails before the password is judged', async () => {
    const deps = dependencies({
      findUserByName: async () => {
        throw new StoreUnavailableError('down');
      },
    });
    await expect(login(input, client, deps)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(deps.returnAttempt).toHaveBeenCalledWith(accountKeyOf('newuser'), 'attempt-1');
  });

  it('stays counted when the password was judged, whatever fails then', async () => {
    const deps = dependencies({ addSession: async () => false });
    await expect(login(input, client, deps)).rejects.toBeInstanceOf(StoreUnavailableError);
    await login({ ...input, password: 'password124' }, client, deps).catch(() => undefined);
    expect(deps.returnAttempt).not.toHaveBeenCalled();
  });
});

describe('a hash that is weaker than those made now', () => {
  it('is replaced by one of the same password, and only over itself', async () => {
    const deps = dependencies({ bcryptCost: 11 });
    const log = recordingLog();
    await login(input, clientWith(log), deps);
    expect(deps.replacePasswordHash).toHaveBeenCalledWith('f2afca0567', {
      from: user.passwordHash,
      to: expect.stringMatching(/^\$2b\$11\$/),
    });
    const [, { to }] = jest.mocked(deps.replacePasswordHash).mock.calls[0]!;
    expect(await matchesPassword('password123', to, 11)).toBe(true);
    expect(log.events).toContainEqual({ event: 'password_rehashed' });
  });

  it('stays when it is strong enough, stronger than today, and when the password is wrong', async () => {
    const strong = dependencies();
    const stronger = { ...user, passwordHash: await hashPassword('password123', 11) };
    const lowered = dependencies({ findUserByName: async () => stronger });
    expect((await login(input, client, lowered)).status).toBe(200);
    expect(lowered.replacePasswordHash).not.toHaveBeenCalled();
    await login(input, client, strong);
    const wrong = dependencies({ bcryptCost: 11 });
    await login({ ...input, password: 'password124' }, client, wrong).catch(() => undefined);
    expect(strong.replacePasswordHash).not.toHaveBeenCalled();
    expect(wrong.replacePasswordHash).not.toHaveBeenCalled();
  });

  it('keeps nobody from signing in when it cannot be replaced', async () => {
    const log = recordingLog();
    const replacePasswordHash = async () => {
      throw new StoreUnavailableError('down');
    };
    const answer = await login(input, clientWith(log), dependencies({ bcryptCost: 11, replacePasswordHash }));
    expect(answer.status).toBe(200);
    expect(log.failures).toEqual([expect.any(StoreUnavailableError)]);
  });
});

import { compare, getRounds } from 'bcryptjs';
import { type LoginDependencies, type LoginRequest, login } from '../../functions/login/login';
import { accountDigest, networkDigest } from '../../functions/shared/domain/attempts';
import { hashPassword, matchesPassword } from '../../functions/shared/domain/password-hash';
import { ThrottledError } from '../../functions/shared/http/errors';
import type { ConsumedAttempt } from '../../functions/shared/store/rate-limits';
import { accountLimitKey, laneLimitKey, sourceIpLimitKey } from '../../functions/shared/store/schema';
import type { StoredSessions } from '../../functions/shared/store/sessions';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import type { FoundUser } from '../../functions/shared/store/users';
import { recordingLog } from '../support/log';
import { firstAttempt, newRateLimits, passwordCheckRules, userWithPassword } from '../support/password-check';
import { sessionWith, token } from '../support/sessions';

/** The real one, counted. */
jest.mock('bcryptjs', () => {
  const real = jest.requireActual('bcryptjs');
  return { ...real, compare: jest.fn(real.compare) };
});

const input = { username: 'newuser', password: 'password123' };
const request = (body = input, log = recordingLog()): LoginRequest => ({
  body,
  caller: { device: 'Phone/1.0', sourceIp: '203.0.113.7' },
  pathParameters: {},
  query: {},
  log,
});
let user: FoundUser;

beforeAll(async () => {
  user = await userWithPassword({ sessionGeneration: 3 });
});

const account = accountDigest('newuser');
const network = networkDigest(account, 'f2afca0567', '203.0.113.7');
const attempt = {
  key: accountLimitKey(account),
  lane: { network, key: laneLimitKey(account, network) },
  nowMs: 1_800_000_000_500,
};
const consumed = (overrides: Partial<ConsumedAttempt> = {}) => firstAttempt(attempt, overrides);
const { sourceIpRules, accountRules } = passwordCheckRules;

const dependencies = (overrides: Partial<LoginDependencies> = {}) => ({
  clock: () => 1_800_000_000_500,
  lifetimes: { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 1000 },
  ...passwordCheckRules,
  sessionsPerUser: 20,
  requiresVerifiedEmail: false,
  rateLimits: newRateLimits(),
  users: users(),
  sessions: sessions(),
  ...overrides,
});

const users = (overrides: Partial<LoginDependencies['users']> = {}) => ({
  findLocator: jest.fn(async () => 'f2afca0567'),
  findNamed: jest.fn(async (): Promise<FoundUser | undefined> => user),
  replacePasswordHash: jest.fn(async () => true),
  ...overrides,
});
const finding = (found: FoundUser | undefined) => ({ users: users({ findNamed: async () => found }) });

const sessions = (overrides: Partial<LoginDependencies['sessions']> = {}) => ({
  add: jest.fn(async () => true),
  list: jest.fn(async (): Promise<StoredSessions> => ({ sessions: [], isComplete: true })),
  removeAll: jest.fn(async () => undefined),
  ...overrides,
});

const hashing = jest.mocked(compare);

describe('POST /api/api-token-auth/', () => {
  it('answers a new token at the address of the user, and nothing else', async () => {
    const deps = dependencies();
    const answer = await login(request(), deps);
    expect(answer).toEqual({
      status: 200,
      body: { token: expect.stringMatching(/^f2afca0567[0-9a-f]{30}$/) },
      headers: { 'Token-Expires-In': '100', 'Session-Expires-In': '1000' },
    });
    expect(deps.sessions.add).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ userId: 1, sessionGeneration: 3, device: 'Phone/1.0' }),
    );
  });

  it('deletes what is over the limit and what is dead, only after the new session is stored', async () => {
    const stored = (id: string, overrides = {}) => ({
      key: token,
      session: sessionWith(token, { id, sessionGeneration: 3, ...overrides }),
    });
    const [older, newer] = [stored('older', { refreshedAt: 1 }), stored('newer')];
    const dead = stored('dead', { sessionGeneration: 2 });
    const order: unknown[] = [];
    const store = sessions({
      add: async () => order.push('add') > 0,
      list: async () => ({ sessions: [newer, dead, older], isComplete: true }),
      removeAll: async (surplus) => void order.push(surplus),
    });
    await login(request(), dependencies({ sessions: store, sessionsPerUser: 2 }));
    expect(order).toEqual(['add', [older, dead]]);
  });

  it('says in the log when a user has too many sessions to read', async () => {
    const log = recordingLog();
    const store = sessions({ list: async () => ({ sessions: [], isComplete: false }) });
    await login(request(input, log), dependencies({ sessions: store }));
    expect(log.events.map(({ event }) => event)).toEqual(['sessions_not_all_read', 'login_succeeded']);
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
      const deps = dependencies(finding(found));
      await login(request({ ...input, password }), deps).catch(() => undefined);
      expect(hashing.mock.calls.map(([, hash]) => getRounds(hash))).toEqual([4]);
    }
  });

  it('draws another session number when one is taken, and gives up only after several', async () => {
    const taken = [false, false, true];
    const drawing = sessions({ add: async () => taken.shift() ?? false });
    expect((await login(request(), dependencies({ sessions: drawing }))).status).toBe(200);
    const hopeless = dependencies({ sessions: sessions({ add: async () => false }) });
    await expect(login(request(), hopeless)).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});

describe('who may try a password', () => {
  beforeEach(() => hashing.mockClear());

  it('is counted by source IP, then by account, before anything is hashed, while name and user are read', async () => {
    const order: string[] = [];
    const note = (what: string) => order.push(`${what}, hashes ${hashing.mock.calls.length}`);
    await login(request({ ...input, username: 'NEWUSER' }), {
      ...dependencies(),
      rateLimits: newRateLimits({
        consumeFixedWindow: async (key, { now, rules }) => {
          expect([key, rules]).toEqual([sourceIpLimitKey('login', '203.0.113.7'), sourceIpRules]);
          note(`source IP at ${now}`);
          return 0;
        },
        consumeWithBackoff: async (given, rules) => {
          expect([given, rules]).toEqual([attempt, accountRules]);
          note('account');
          return consumed();
        },
      }),
      users: users({
        findLocator: async (name) => {
          note(`name ${name}`);
          return 'f2afca0567';
        },
        findNamed: async (locator, name) => {
          note(`user ${locator} ${name}`);
          return user;
        },
      }),
    });
    expect(order).toEqual([
      'source IP at 1800000000, hashes 0',
      'name NEWUSER, hashes 0',
      'account, hashes 0',
      'user f2afca0567 NEWUSER, hashes 0',
    ]);
    expect(hashing).toHaveBeenCalledTimes(1);
  });

  it.each<[string, Partial<LoginDependencies['rateLimits']>]>([
    ['source IP', { consumeFixedWindow: async () => 57 }],
    ['account', { consumeWithBackoff: async () => ({ isAllowed: false, waitSeconds: 57 }) }],
  ])('hears of the wait of the %s also when what was read beside it failed', async (_, limits) => {
    const fails = () => Promise.reject(new StoreUnavailableError('down'));
    const reads = 'consumeFixedWindow' in limits ? { findLocator: fails } : { findNamed: fails };
    const refused = dependencies({ rateLimits: newRateLimits(limits), users: users(reads) });
    const log = recordingLog();
    await expect(login(request(input, log), refused)).rejects.toBeInstanceOf(ThrottledError);
    expect(log.failures).toEqual([]);
    expect(log.caller).toEqual({});
  });

  it.each<[string, Partial<LoginDependencies['rateLimits']>, number]>([
    ['address_limit', { consumeFixedWindow: async () => 57 }, 57],
    ['account_wait', { consumeWithBackoff: async () => ({ isAllowed: false, waitSeconds: 8 }) }, 8],
  ])('hears of the wait when refused for %s, and costs no hash', async (reason, limits, waitSeconds) => {
    const log = recordingLog();
    const deps = dependencies({ rateLimits: newRateLimits(limits) });
    const error = await login(request(input, log), deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as ThrottledError).waitSeconds).toBe(waitSeconds);
    expect(hashing).not.toHaveBeenCalled();
    expect(log.events).toEqual([{ event: 'login_refused', reason, address: '203.0.113.7', waitSeconds }]);
  });

  it('costs no account an attempt when the source IP is refused, so that nobody can lock others out', async () => {
    const limits = newRateLimits({ consumeFixedWindow: async () => 57 });
    await expect(login(request(), dependencies({ rateLimits: limits }))).rejects.toBeInstanceOf(
      ThrottledError,
    );
    expect(limits.consumeWithBackoff).not.toHaveBeenCalled();
  });

  it('is reset by success alone, and known by its network for as long as the session may last', async () => {
    const resetAfter = async (overrides: Partial<LoginDependencies>, body = input) => {
      const reset = jest.fn(async () => undefined);
      const deps = dependencies({ rateLimits: newRateLimits({ reset }), ...overrides });
      await login(request(body), deps).catch(() => undefined);
      return reset.mock.calls;
    };
    expect(await resetAfter({})).toEqual([[consumed(), 1_800_000_000 + 1000]]);
    expect(await resetAfter({}, { ...input, password: 'password124' })).toEqual([]);
    expect(await resetAfter(finding({ ...user, isActive: false }))).toEqual([]);
  });
});

describe('the log of a login', () => {
  const eventsOf = async (overrides: Partial<LoginDependencies>, body = input) => {
    const log = recordingLog();
    await login(request(body, log), dependencies(overrides)).catch(() => undefined);
    return { events: log.events, caller: log.caller };
  };

  it('says from when on an account has to wait', async () => {
    const wrong = { ...input, password: 'password124' };
    const eventsAfter = async (overrides: Partial<ConsumedAttempt>) => {
      const { events } = await eventsOf(
        { rateLimits: newRateLimits({ consumeWithBackoff: async () => consumed(overrides) }) },
        wrong,
      );
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
  it('is refunded when the database fails before the password is verified', async () => {
    const limits = newRateLimits();
    const deps = dependencies({
      rateLimits: limits,
      users: users({ findNamed: () => Promise.reject(new StoreUnavailableError('down')) }),
    });
    await expect(login(request(), deps)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(limits.refund).toHaveBeenCalledWith(consumed());
  });

  it('stays counted when the password was verified, whatever fails then', async () => {
    const limits = newRateLimits();
    const deps = dependencies({ rateLimits: limits, sessions: sessions({ add: async () => false }) });
    await expect(login(request(), deps)).rejects.toBeInstanceOf(StoreUnavailableError);
    await login(request({ ...input, password: 'password124' }), deps).catch(() => undefined);
    expect(limits.refund).not.toHaveBeenCalled();
  });
});

describe('a hash that is weaker than those made now', () => {
  it('is replaced by one of the same password, and only over itself', async () => {
    const deps = dependencies({ bcryptCost: 5 });
    const log = recordingLog();
    await login(request(input, log), deps);
    expect(deps.users.replacePasswordHash).toHaveBeenCalledWith('f2afca0567', {
      from: user.passwordHash,
      to: expect.stringMatching(/^bcrypt_sha256\$\$2b\$05\$/),
    });
    const [, { to }] = jest.mocked(deps.users.replacePasswordHash).mock.calls[0]!;
    expect(await matchesPassword('password123', to, 5)).toBe(true);
    expect(log.events).toContainEqual({ event: 'password_rehashed' });
  });

  it('stays when it is strong enough, stronger than today, and when the password is wrong', async () => {
    const strong = dependencies();
    const stronger = { ...user, passwordHash: await hashPassword('password123', 5) };
    const lowered = dependencies(finding(stronger));
    expect((await login(request(), lowered)).status).toBe(200);
    expect(lowered.users.replacePasswordHash).not.toHaveBeenCalled();
    await login(request(), strong);
    const wrong = dependencies({ bcryptCost: 5 });
    await login(request({ ...input, password: 'password124' }), wrong).catch(() => undefined);
    expect(strong.users.replacePasswordHash).not.toHaveBeenCalled();
    expect(wrong.users.replacePasswordHash).not.toHaveBeenCalled();
  });
});

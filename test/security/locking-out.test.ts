/**
 * An attacker who guesses whenever he may, and the user meanwhile: the login function over a database, by a clock that only the test moves.
 * That a live session goes on is in test/contract/logins.ts.
 */
import { type LoginDependencies, login } from '../../functions/login/login';
import { hashPassword } from '../../functions/shared/domain/password-hash';
import { InvalidFieldsError, ThrottledError } from '../../functions/shared/http/errors';
import { startDatabase, type TestDatabase } from '../support/database';
import { recordingLog } from '../support/log';
import { rateLimitStore } from '../support/stores';

const DAY_MS = 86_400_000;
const START_MS = 1_800_000_000_000;
const HOME = '203.0.113.7';
const CAFE = '203.0.113.8';
const ATTACKER = '198.51.100.1';

let database: TestDatabase;
let dependencies: LoginDependencies;
let nowMs = START_MS;

beforeAll(async () => {
  database = await startDatabase();
  // Nobody runs out of patience on a busy machine.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n);
  const passwordHash = await hashPassword('password123', 4);
  const user = { id: 1, email: 'e@example.com', role: 'CLERK', passwordHash, isActive: true, createdAt: 1 };
  dependencies = {
    clock: () => nowMs,
    lifetimes: { tokenLifetimeSeconds: 7 * 86_400, sessionLifetimeSeconds: 90 * 86_400 },
    bcryptCost: 4,
    sessionsPerUser: 20,
    requiresVerifiedEmail: false,
    rateLimits: rateLimitStore(database),
    sourceIpRules: { attempts: 100, windowSeconds: 600 },
    accountRules: { freeFailures: 5, firstWaitSeconds: 1, longestWaitSeconds: 900, keptSeconds: 86_400 },
    users: {
      findLocator: async () => 'f2afca0567',
      findNamed: async (locator, username) =>
        username === 'nobody' ? undefined : { ...user, username, sessionGeneration: 0, locator },
      replacePasswordHash: async () => true,
    },
    sessions: {
      add: async () => true,
      list: async () => ({ sessions: [], isComplete: true }),
      removeAll: async () => undefined,
    },
  };
});
afterAll(async () => {
  jest.restoreAllMocks();
  await database.close();
});

/** The status, and after 429 the seconds to wait. */
async function send(username: string, password: string, address: string): Promise<[number, number]> {
  const caller = { device: 'Phone/1.0', sourceIp: address };
  const request = {
    body: { username, password },
    caller,
    pathParameters: {},
    query: {},
    log: recordingLog(),
  };
  try {
    return [(await login(request, dependencies)).status, 0];
  } catch (error) {
    if (error instanceof ThrottledError) return [429, error.waitSeconds];
    if (error instanceof InvalidFieldsError) return [400, 0];
    throw error;
  }
}
const logIn = async (username: string, address: string) => (await send(username, 'password123', address))[0];

/** Guesses until told to wait; so many seconds. Whoever comes next comes too late. */
async function guessUntilRefused(username: string): Promise<{ guesses: number; waitSeconds: number }> {
  for (let guesses = 0; ; guesses += 1) {
    const [status, waitSeconds] = await send(username, 'a guess', ATTACKER);
    if (status === 429) return { guesses, waitSeconds };
  }
}

/** A day of guesses, each at the end of a wait, and after each of them what the user does. */
async function attack(username: string, meanwhile: () => Promise<void>): Promise<number> {
  let total = 0;
  for (const endMs = nowMs + DAY_MS; nowMs < endMs; ) {
    const { guesses, waitSeconds } = await guessUntilRefused(username);
    total += guesses;
    await meanwhile();
    nowMs += waitSeconds * 1000;
  }
  return total;
}

describe('33. No attacker can lock an account for ever; a user with a live session stays signed in.', () => {
  it('from a network on which the account signed in before, every right login succeeds during a day of guesses', async () => {
    expect(await logIn('at-home', HOME)).toBe(200);
    let lastLoginMs = nowMs;
    const statuses: number[] = [];
    const guesses = await attack('at-home', async () => {
      if (nowMs - lastLoginMs < 2 * 3_600_000) return;
      lastLoginMs = nowMs;
      statuses.push(await logIn('at-home', HOME));
    });
    expect(statuses.length).toBeGreaterThan(9);
    expect(new Set(statuses)).toEqual(new Set([200]));
    // Each login forgets the failures; the attacker has no more of it than some quick guesses.
    expect(guesses).toBeLessThan(300);
  });

  it('deviation: on a network that is new to the account nobody signs in as long as the guesses last, and anybody a quarter of an hour later', async () => {
    expect(await logIn('in-cafe', HOME)).toBe(200);
    const statuses: number[] = [];
    const guesses = await attack('in-cafe', async () => {
      statuses.push(await logIn('in-cafe', CAFE));
    });
    expect(statuses.length).toBeGreaterThan(100);
    expect(new Set(statuses)).toEqual(new Set([429]));
    expect(guesses).toBeLessThan(115);
    expect(await logIn('in-cafe', HOME)).toBe(200);
    await guessUntilRefused('in-cafe');
    nowMs += 900_000;
    expect(await logIn('in-cafe', CAFE)).toBe(200);
    await guessUntilRefused('in-cafe');
    expect(await logIn('in-cafe', CAFE)).toBe(200);
  });
});

it('a wait tells an outsider nothing of the account: not whether it exists, nor whether it has signed in before', async () => {
  const historyOf = async (username: string) => {
    nowMs += DAY_MS;
    const history = [];
    for (const password of [...Array(8).fill('a guess'), 'password124'])
      history.push(await send(username, password, ATTACKER));
    return history;
  };
  await logIn('known', HOME);
  const outsiders = [await historyOf('nobody'), await historyOf('never-in'), await historyOf('known')];
  expect(outsiders[0]!.map(([status]) => status)).toEqual([400, 400, 400, 400, 400, 429, 429, 429, 429]);
  expect(outsiders[1]).toEqual(outsiders[0]);
  expect(outsiders[2]).toEqual(outsiders[0]);
});

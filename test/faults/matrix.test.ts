/** Every endpoint, each of its calls to the database, and each fault that the call can meet: 503 or the right answer, and nothing half done. */
import { listRoutes } from '../../functions/endpoints';
import { backendFunctionNames, backendFunctions } from '../../functions/functions';
import { CALL_ATTEMPTS } from '../../functions/shared/domain/limits';
import { type Fault, type FaultName, faults } from '../support/faults';
import { type FaultyBackend, startFaultyBackend } from './backend';
import { type Cell, isRetried, play } from './cell';
import { FOR_GOOD, isBusy } from './lanes';
import { type Scenario, scenarios } from './scenarios';
import { pause, startVirtualTime } from './virtual-time';

jest.mock('node:timers/promises', () => ({
  ...jest.requireActual('node:timers/promises'),
  setTimeout: (milliseconds: number, value: unknown) => pause(milliseconds, value),
}));

/**
 * Faults that look alike to the code. A call meets one of them, once or for good, and the next call the next one; so do the requests each of
 * whose calls meets one. With FAULTS=all every call and request meets all, in both ways: `FAULTS=all npx jest test/faults`.
 */
const ALIKE: readonly (readonly FaultName[])[] = [
  ['error', 'throttle', 'throughput'],
  ['silence', 'cut'],
  ['late', 'lose-answer', 'cut-answer'],
];

const isEveryFaultPlayed = process.env['FAULTS'] === 'all';

/** So many cells are played at once. */
const CELLS_AT_ONCE = 16;

let backend: FaultyBackend;
/** The calls of each scenario, seen while all goes well. */
const calls = new Map<Scenario, readonly string[]>();
let endVirtualTime: (() => Promise<void>) | undefined;

beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  // The SDK's pauses before it tries again are random shares of a maximum.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  backend = await startFaultyBackend();
  const send = await backend.deploy();
  for (const scenario of scenarios)
    calls.set(scenario, await play({ scenario, plan: { fault: 'pass', attempts: 0 } }, backend, send));
  // From here on nothing reads a file, which virtual time would not wait for: the SDK has read its settings.
  endVirtualTime = startVirtualTime(isBusy);
});
afterAll(async () => {
  // Absent if a scenario failed without a fault.
  await endVirtualTime?.();
  await backend.close();
  jest.restoreAllMocks();
});

/** First the cells that end well: the SDK has a limited number of repetitions in stock, and gets back those that helped. */
function cellsOf(fault: FaultName): Cell[] {
  // Harmless one by one if they are all together.
  if (fault === 'slow' && !isEveryFaultPlayed) return cellsAtEveryCall(fault, 1);
  const { operations }: Fault = faults[fault];
  const canMeet = (call: string) => operations?.some((operation) => call.includes(operation)) ?? true;
  const met = [...calls]
    .flatMap(([scenario, names]) => names.map((call) => ({ scenario, call })))
    .filter(({ call }, turn) => canMeet(call) && isTurn(turn, alikeTo(fault).indexOf(fault), alikeTo(fault)));
  const ways = isRetried(fault) ? [1, FOR_GOOD] : [1];
  return ways.flatMap((attempts, way) =>
    met
      .filter((_, turn) => isTurn(turn, way, ways))
      .map(({ scenario, call }) => ({ scenario, plan: { call, fault, attempts } })),
  );
}

const alikeTo = (fault: FaultName): readonly FaultName[] =>
  ALIKE.find((group) => group.includes(fault)) ?? [fault];

/** Whether it is the turn of the one at that place among several. */
const isTurn = (turn: number, place: number, { length }: readonly unknown[]): boolean =>
  isEveryFaultPlayed || turn % length === place;

/** So many attempts at each call meet it. */
const cellsAtEveryCall = (fault: FaultName, attempts: number): Cell[] =>
  scenarios
    .filter((_, turn) => isTurn(turn, alikeTo(fault).indexOf(fault), alikeTo(fault)))
    .map((scenario) => ({ scenario, plan: { fault, attempts } }));

async function problemsOf(cells: Cell[]): Promise<string[]> {
  const send = await backend.deploy();
  const found: string[] = [];
  const playNext = async (): Promise<void> => {
    const cell = cells.shift();
    if (!cell) return;
    await play(cell, backend, send).catch(({ message }) => found.push(`${titleOf(cell)}: ${message}`));
    await playNext();
  };
  await Promise.all(Array.from({ length: CELLS_AT_ONCE }, playNext));
  return found;
}

const titleOf = ({ scenario, plan }: Cell): string =>
  [scenario.endpoint, scenario.when, plan.call ?? 'every call', `${plan.attempts} times`]
    .filter(Boolean)
    .join(', ');

it('has a scenario for every route, and each calls the database', () => {
  const played = [...calls].filter(([, names]) => names.length > 0).map(([{ endpoint }]) => endpoint);
  expect(new Set(played)).toEqual(new Set(listRoutes().map(({ name }) => name)));
});

it.each(backendFunctionNames)('%s makes no more calls in a row than its time-out has room for', (name) => {
  for (const [{ beside = [] }, names] of calls) {
    const inARow = names.filter((call) => call.startsWith(`${name}: `) && !beside.includes(call));
    expect(inARow.length).toBeLessThanOrEqual(backendFunctions[name].slowest.calls);
  }
});

const faultNames = (Object.keys(faults) as FaultName[]).filter((fault) => fault !== 'pass');

describe('503 or the right answer, and nothing half done, when a call meets', () => {
  it.each(faultNames)(
    '%s',
    async (fault) => {
      expect(await problemsOf(cellsOf(fault))).toEqual([]);
    },
    120_000,
  );
});

describe('the right answer, when each call succeeds at the last attempt after', () => {
  const names = faultNames.filter((fault) => isRetried(fault) && !('operations' in faults[fault]));
  it.each(names)(
    '%s',
    async (fault) => {
      expect(await problemsOf(cellsAtEveryCall(fault, CALL_ATTEMPTS - 1))).toEqual([]);
    },
    120_000,
  );
});

it('no id was given to two users in all of this', async () => {
  const ids = (await backend.stored.all('users')).flatMap(({ id }) => id ?? []);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});

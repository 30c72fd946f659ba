/**
 * What ends sessions against what makes or renews them: every order of their calls to the database, not a sample, but for orders that
 * differ only by calls of which each is the same before and after the other.
 */

import type { Call } from '../support/faulty-database';
import type { ActionName } from './actions';
import { isLive } from './model';
import { beginRun, perform, type RequestPlan, type Run, useToken } from './run';
import { type Chooser, type System, startSystem } from './system';

jest.setTimeout(300_000);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** Plays `play` of two requests once for every order of their calls that can make a difference, and counts how often. */
async function inEveryOrder(play: (choose: Chooser) => Promise<void>): Promise<number> {
  const path: (0 | 1)[] = [];
  for (let plays = 1; ; plays += 1) {
    let depth = 0;
    // Whether the next call of the first request would be the same before what the second one has called since: that order was played.
    let isPlayed = false;
    await play((ready) => {
      if (ready.length === 1) return 0;
      const chosen = isPlayed ? 1 : (path[depth] ?? 0);
      if (!isPlayed) {
        path[depth] = chosen;
        depth += 1;
      }
      isPlayed = chosen === 1 && commute(ready[0], ready[1]);
      return chosen;
    });
    path.length = depth;
    while (path.at(-1) === 1) path.pop();
    if (path.length === 0) return plays;
    path[path.length - 1] = 1;
  }
}

/** Whether nobody can tell which of them came first: both read, or they are on different tables. */
function commute(one: Call | undefined, other: Call | undefined): boolean {
  if (!one || !other) return false;
  const isRead = ({ operation }: Call) => /Get|Query/.test(operation);
  if (isRead(one) && isRead(other)) return true;
  const tables = tablesIn(other);
  return !tablesIn(one).some((table) => tables.includes(table));
}

const tablesIn = ({
  payload: { TableName, RequestItems = {}, TransactItems = [] },
}: Call): readonly string[] =>
  TableName === undefined
    ? [
        ...Object.keys(RequestItems),
        ...TransactItems.flatMap((item: object) => Object.values(item).map((part) => part.TableName)),
      ]
    : [TableName];

/** Lets the second request make so many calls before there is anything to choose. */
const afterCalls = (choose: Chooser, calls: number): Chooser => {
  let turn = 0;
  return (ready) => {
    turn += 1;
    return turn <= calls ? ready.length - 1 : choose(ready);
  };
};

const plan = (action: ActionName): RequestPlan => ({
  action,
  pick: 'current',
  which: 0,
  other: 0,
  draw: 4,
  fault: undefined,
});

/** What the tokens that still open something are greeted with. */
async function greetingsIn(run: Run): Promise<readonly string[]> {
  const greetings: string[] = [];
  for (const token of run.tokens) {
    const reply = await useToken(run, token);
    if (reply?.status === 200) greetings.push(reply.body.message);
  }
  return greetings;
}

describe.each<{ maker: ActionName; callsBefore: number }>([
  // Those of its rate limits touch no session.
  { maker: 'login', callsBefore: 2 },
  { maker: 'refresh', callsBefore: 0 },
  { maker: 'use', callsBefore: 0 },
])('in every order of the calls of a $maker and', ({ maker, callsBefore }) => {
  /** A user with one session, whose token was refreshed once and not used since. */
  const afterBoth = (ender: ActionName, check: (run: Run) => Promise<void>) =>
    inEveryOrder(async (choose) => {
      const run = beginRun(system);
      await perform(run, [plan('signup')]);
      await perform(run, [plan('refresh')]);
      await perform(run, [plan(ender), plan(maker)], afterCalls(choose, callsBefore));
      await check(run);
    });

  it('a logout of all sessions, nothing lives that began before it', async () => {
    const orders = await afterBoth('logoutAll', async (run) => {
      const [account] = run.state.accounts;
      const live = run.state.sessions.filter((session) => isLive(run.state, session));
      expect(await greetingsIn(run)).toHaveLength(live.length);
      // A token that was refreshed away in time ends nothing.
      const isDone = account?.generation === 1;
      if (isDone && maker !== 'login') expect(live).toEqual([]);
    });
    expect(orders).toBeGreaterThan(3);
  });

  it('a ban, nothing lives, also once the ban is lifted', async () => {
    await afterBoth('deactivate', async (run) => {
      await perform(run, [plan('activate')]);
      expect(await greetingsIn(run)).toEqual([]);
    });
  });

  it('a change of role, every token that lives has the new role', async () => {
    await afterBoth('promote', async (run) => {
      expect(new Set(await greetingsIn(run))).toEqual(new Set(['Welcome to the Manager Dashboard!']));
    });
  });
});

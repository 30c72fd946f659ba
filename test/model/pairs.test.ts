/** What ends sessions against what makes or renews them: every order of their calls to the database, not a sample. */
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

/** Plays `play` once for every sequence of choices, and counts how often. */
async function inEveryOrder(play: (choose: Chooser) => Promise<void>): Promise<number> {
  const path: { ready: number; chosen: number }[] = [];
  for (let plays = 1; ; plays += 1) {
    let depth = 0;
    await play((ready) => {
      const step = path[depth] ?? { ready, chosen: 0 };
      path[depth] = step;
      depth += 1;
      return step.chosen;
    });
    path.length = depth;
    while (path.length > 0 && path.at(-1)!.chosen + 1 === path.at(-1)!.ready) path.pop();
    const last = path.at(-1);
    if (!last) return plays;
    last.chosen += 1;
  }
}

/** Lets the second request make so many calls before there is anything to choose. */
const afterCalls = (choose: Chooser, calls: number): Chooser => {
  let turn = 0;
  return (ready) => {
    turn += 1;
    return turn <= calls ? ready - 1 : choose(ready);
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

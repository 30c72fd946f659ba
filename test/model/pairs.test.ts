/** What ends sessions against what makes or renews them: every order of their calls to the database, not a sample. */
import type { Chooser } from './lanes';
import { isLive } from './model';
import type { ConcreteRequest } from './requests';
import { beginRun, perform, type Run, useToken } from './run';
import { type System, startSystem } from './system';

jest.setTimeout(300_000);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** Lets the second request make so many calls before there is anything to choose: those of a login's rate limits touch no session. */
const afterLimits = (choose: Chooser, calls: number): Chooser => {
  let turn = 0;
  return (ready) => {
    turn += 1;
    return turn <= calls ? ready - 1 : choose(ready);
  };
};

/** Plays `play` once for every sequence of choices. */
async function everyOrder(play: (choose: Chooser) => Promise<void>): Promise<number> {
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

const plan = (action: ConcreteRequest['action']) =>
  ({ action, pick: 'current', which: 0, other: 0, draw: 4, fault: undefined }) as const;

/** A user with one session, whose token was refreshed once and not used since. */
async function begin(): Promise<Run> {
  const run = beginRun(system);
  await perform(run, [plan('signup')]);
  await perform(run, [plan('refresh')]);
  return run;
}

/** What the tokens that still open something are greeted with. */
async function greetings(run: Run): Promise<readonly string[]> {
  const greeted: string[] = [];
  for (const token of run.tokens) {
    const reply = await useToken(run, token);
    if (reply?.status === 200) greeted.push(reply.body.message);
  }
  return greeted;
}

describe.each([
  ['login', 2],
  ['refresh', 0],
  ['use', 0],
] as const)('in every order of the calls of a %s and', (maker, limits) => {
  it('a logout of all sessions, nothing lives that began before it', async () => {
    const orders = await everyOrder(async (choose) => {
      const run = await begin();
      await perform(run, [plan('logout-all'), plan(maker)], afterLimits(choose, limits));
      const live = run.state.sessions.filter((session) => isLive(run.state, session));
      expect(await greetings(run)).toHaveLength(live.length);
      expect(live.every(({ generation }) => generation === run.state.accounts[0]?.generation)).toBe(true);
      // A token that was refreshed away in time ends nothing.
      const isDone = run.state.accounts[0]?.generation === 1;
      if (isDone && maker !== 'login') expect(live).toEqual([]);
    });
    expect(orders).toBeGreaterThan(3);
  });

  it('a ban, nothing lives, also once the ban is lifted', async () => {
    await everyOrder(async (choose) => {
      const run = await begin();
      await perform(run, [plan('deactivate'), plan(maker)], afterLimits(choose, limits));
      await perform(run, [plan('activate')]);
      expect(await greetings(run)).toEqual([]);
    });
  });

  it('a change of role, every token that lives has the new role', async () => {
    await everyOrder(async (choose) => {
      const run = await begin();
      await perform(run, [plan('promote'), plan(maker)], afterLimits(choose, limits));
      const greeted = await greetings(run);
      expect(new Set(greeted)).toEqual(new Set(['Welcome to the Manager Dashboard!']));
    });
  });
});

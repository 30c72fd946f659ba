/** The commands that fast-check puts in a row: requests, one or several at once; the clock; the expiry of items. */
import fc from 'fast-check';
import type { Chooser } from './lanes';
import { isExpired, type ModelSession, type State, secondsOf } from './model';
import { observe } from './observing';
import { action, pick, type RequestPlan, requestPlan } from './requests';
import { perform, type Run } from './run';

type Command = fc.AsyncCommand<object, Run>;

const command = (text: string, run: (run: Run) => Promise<void>): Command => ({
  check: () => true,
  run: (_, real) => run(real),
  toString: () => text,
});

const textOf = ({ action, pick, which, other, draw, fault }: RequestPlan): string => {
  const struck = fault ? ` !${fault.kind}@${fault.at}x${fault.times}` : '';
  return `${action}(${pick} ${which} ${other} ${draw}${struck})`;
};

const single = requestPlan(8).map((plan) => command(textOf(plan), (run) => perform(run, [plan])));

const choices = fc.array(fc.nat(4), { maxLength: 20 });

const together = (plans: readonly RequestPlan[], order: readonly number[]): Command =>
  command(`together[${plans.map(textOf).join(' ')} | ${order}]`, (run) =>
    perform(run, plans, inOrder(order)),
  );

function inOrder(choices: readonly number[]): Chooser {
  let turn = 0;
  return (ready) => {
    turn += 1;
    return (choices[turn - 1] ?? 0) % ready;
  };
}

const parallel = fc
  .tuple(fc.array(requestPlan(12), { minLength: 2, maxLength: 5 }), choices)
  .map(([plans, order]) => together(plans, order));

/** All of them with one token or by one user, and all logins draw the same address. */
const crowd = fc
  .record({
    actions: fc.array(action, { minLength: 2, maxLength: 5 }),
    shared: fc.record({ pick, which: fc.nat(3), other: fc.nat(3), draw: fc.nat(3) }),
    choices,
  })
  .map(({ actions, shared, choices: order }) =>
    together(
      actions.map((one) => ({ ...shared, action: one, fault: undefined })),
      order,
    ),
  );

/** Moments at which something changes, one second to either side included. */
const moments: Readonly<Record<string, (session: ModelSession) => number>> = {
  token: ({ expiresAt }) => expiresAt,
  session: ({ sessionExpiresAt }) => sessionExpiresAt,
  retry: ({ usedAt, refreshedAt }) => (usedAt ?? refreshedAt) + 30,
  refresh: ({ refreshedAt }) => refreshedAt + 30,
};

const waitUntil = fc
  .record({
    moment: fc.constantFrom(...Object.keys(moments)),
    which: fc.nat(5),
    offset: fc.integer({ min: -1, max: 1 }),
  })
  .map(({ moment, which, offset }) =>
    command(`until(${moment} ${which} ${offset})`, async (run) => {
      const session = run.state.sessions[which % run.state.sessions.length];
      const at = session && moments[moment]?.(session);
      if (at !== undefined) advance(run, (at + offset) * 1000);
    }),
  );

const wait = fc
  .constantFrom(1, 29, 30, 31, 599)
  .map((seconds) =>
    command(`wait(${seconds})`, async (run) => advance(run, (secondsOf(run.state) + seconds) * 1000)),
  );

/** Time never goes back. */
function advance(run: Run, toMs: number): void {
  const state: State = run.state;
  if (toMs > state.nowMs) run.state = { ...state, nowMs: toMs };
}

/** DynamoDB deletes expired items when it gets to it. */
const sweep = fc.constant(
  command('sweep()', async (run) => {
    const { engine } = run.system;
    for (const locator of run.seenLocators)
      for (const item of await engine.sessions(locator))
        if (isExpired(run.state, item as unknown as ModelSession)) await engine.deleteSession(item);
    run.state = await observe(run, run.state.nowMs);
  }),
);

/** A refresh that arrives: the new token is used, which closes the retry window in half a minute. */
const renew = fc.nat(3).map((which) =>
  command(`renew(${which})`, async (run) => {
    const plan = { pick: 'current', which, other: 0, draw: 3, fault: undefined } as const;
    await perform(run, [{ ...plan, action: 'refresh' }]);
    await perform(run, [{ ...plan, action: 'use' }]);
  }),
);

const anyCommand = [
  single,
  single,
  single,
  single,
  parallel,
  crowd,
  crowd,
  renew,
  waitUntil,
  waitUntil,
  wait,
  sweep,
];

/** Short ones too: they reach what needs few commands sooner. */
export const sequences = fc.oneof(
  { weight: 2, arbitrary: fc.commands(anyCommand, { maxCommands: 8, size: 'max' }) },
  { weight: 1, arbitrary: fc.commands(anyCommand, { maxCommands: 25, size: 'max' }) },
);

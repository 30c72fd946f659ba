/** The commands that fast-check puts in a row: requests, one or several at once; the clock; the expiry of items. */
import fc from 'fast-check';
import { type ActionName, byOperator, named, withToken } from './actions';
import { observe } from './judging';
import { isExpired, type ModelSession, secondsOf } from './model';
import { beginRun, perform, type RequestPlan, type Run, type TokenPick } from './run';
import type { Chooser, Fault, System } from './system';

type Command = fc.AsyncCommand<object, Run>;

const command = (text: string, run: (run: Run) => Promise<void>): Command => ({
  check: () => true,
  run: (_, real) => run(real),
  toString: () => text,
});

const action = fc.oneof(
  ...Object.entries({ ...named, ...withToken, ...byOperator }).map(([name, { weight }]) => ({
    weight,
    arbitrary: fc.constant(name as ActionName),
  })),
);

const pick = fc.oneof(
  { weight: 8, arbitrary: fc.constant<TokenPick>('current') },
  { weight: 6, arbitrary: fc.constant<TokenPick>('previous') },
  { weight: 2, arbitrary: fc.constant<TokenPick>('any') },
  { weight: 1, arbitrary: fc.constant<TokenPick>('forged') },
);

/** Most requests make few calls. */
const at = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }));
const passing: fc.Arbitrary<Fault> = fc.record({
  name: fc.constantFrom('error', 'throttle', 'cut', 'lose-answer', 'unprocessed', 'conflict'),
  at,
  times: fc.constantFrom(1, 3),
});
const death: fc.Arbitrary<Fault> = fc.record({
  name: fc.constant('cut'),
  at,
  times: fc.constant(Number.POSITIVE_INFINITY),
});
const fault = fc.oneof({ weight: 6, arbitrary: passing }, { weight: 1, arbitrary: death });

/** One in so many requests meets a fault. */
const planned = (oneFaultIn: number): fc.Arbitrary<RequestPlan> =>
  fc.record({
    action,
    pick,
    which: fc.nat(7),
    other: fc.nat(7),
    draw: fc.nat(5),
    fault: fc.oneof(
      { weight: oneFaultIn - 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fault },
    ),
  });

const textOf = ({ action, pick, which, other, draw, fault }: RequestPlan): string => {
  const struck = fault ? ` !${fault.name}@${fault.at}x${fault.times}` : '';
  return `${action}(${pick} ${which} ${other} ${draw}${struck})`;
};

const single = planned(8).map((plan) => command(textOf(plan), (run) => perform(run, [plan])));

const order = fc.array(fc.nat(4), { maxLength: 20 });

const together = (plans: readonly RequestPlan[], choices: readonly number[]): Command =>
  command(`together[${plans.map(textOf).join(' ')} | ${choices}]`, (run) =>
    perform(run, plans, chooseInOrder(choices)),
  );

function chooseInOrder(choices: readonly number[]): Chooser {
  let turn = 0;
  return (ready) => {
    turn += 1;
    return (choices[turn - 1] ?? 0) % ready.length;
  };
}

const parallel = fc
  .tuple(fc.array(planned(12), { minLength: 2, maxLength: 5 }), order)
  .map(([plans, choices]) => together(plans, choices));

/** All of them with one token or by one user, and all logins draw the same address. */
const crowd = fc
  .record({
    actions: fc.array(action, { minLength: 2, maxLength: 5 }),
    shared: fc.record({ pick, which: fc.nat(3), other: fc.nat(3), draw: fc.nat(3) }),
    order,
  })
  .map(({ actions, shared, order: choices }) =>
    together(
      actions.map((one) => ({ ...shared, action: one, fault: undefined })),
      choices,
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
      const end = session && moments[moment]?.(session);
      if (end !== undefined) advance(run, end + offset);
    }),
  );

const wait = fc
  .constantFrom(1, 29, 30, 31, 599)
  .map((seconds) => command(`wait(${seconds})`, async (run) => advance(run, secondsOf(run.state) + seconds)));

/** Time never goes back. */
function advance(run: Run, toSeconds: number): void {
  run.state = { ...run.state, nowMs: Math.max(run.state.nowMs, toSeconds * 1000) };
}

/** DynamoDB deletes expired items when it gets to it. */
const sweep = fc.constant(
  command('sweep()', async (run) => {
    const { system } = run;
    for (const locator of run.seenLocators)
      for (const item of await system.sessions(locator))
        if (isExpired(run.state, item as unknown as ModelSession)) await system.deleteSession(item);
    run.state = await observe(run);
  }),
);

const plain = { pick: 'current', other: 0, draw: 3, fault: undefined } as const;

/** A refresh that arrives: the new token is used, which closes the retry window in half a minute. */
const renew = fc.nat(3).map((which) =>
  command(`renew(${which})`, async (run) => {
    await perform(run, [{ ...plain, which, action: 'refresh' }]);
    await perform(run, [{ ...plain, which, action: 'use' }]);
  }),
);

const commands = [
  ...[single, single, single, single],
  ...[parallel, crowd, crowd],
  ...[renew, waitUntil, waitUntil, wait, sweep],
];

/** Short ones too: they reach what needs few commands sooner. */
const sequences = fc.oneof(
  { weight: 2, arbitrary: fc.commands(commands, { maxCommands: 8, size: 'max' }) },
  { weight: 1, arbitrary: fc.commands(commands, { maxCommands: 25, size: 'max' }) },
);

export interface Length {
  readonly runs: number;
  /** Hears of every sequence. */
  readonly onSequence?: () => void;
}

/**
 * The property: whatever is done in whatever order, the model can explain it. Rejects with fast-check's report of the shortest sequence
 * that fails, and how to repeat it.
 */
export async function checkModel(system: System, { runs, onSequence }: Length): Promise<void> {
  const property = fc.asyncProperty(sequences, async (sequence) => {
    onSequence?.();
    const run = beginRun(system);
    await perform(run, [{ ...plain, which: 0, draw: 0, action: 'signup' }]);
    await fc.asyncModelRun(() => ({ model: {}, real: run }), sequence);
  });
  await fc.assert(property, { numRuns: runs });
}

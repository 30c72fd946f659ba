/** The requests of a run: as fast-check draws them, without knowing the state, and as they are made of it. */
import fc from 'fast-check';
import type { TokenPlace } from './model';

/** A token that a client knows. */
export interface KnownToken extends TokenPlace {
  readonly text: string;
}

export interface ProtectedRequest {
  readonly action: 'use' | 'list' | 'refresh' | 'logout' | 'logout-all' | 'keep' | 'end';
  readonly text: string;
  /** Absent for a text that is no token. */
  readonly token: KnownToken | undefined;
  /** The public id of the session that `end` is to end. */
  readonly target: string;
}

export interface OperatorRequest {
  readonly action: 'deactivate' | 'activate' | 'promote' | 'delete';
  readonly name: number;
  readonly userId: number;
}

export type ClientRequest =
  | ProtectedRequest
  | { readonly action: 'signup'; readonly name: number }
  | { readonly action: 'login'; readonly name: number; readonly isPasswordRight: boolean };

export type ConcreteRequest = ClientRequest | OperatorRequest;

/** What befalls a request on its way to the database; `at` counts its calls, repetitions by the SDK included. */
export interface Fault {
  readonly kind: 'refuse' | 'throttle' | 'drop' | 'lose' | 'partial' | 'conflict' | 'die';
  readonly at: number;
  /** How many calls in a row. */
  readonly times: number;
}

export type Pick = 'current' | 'previous' | 'any' | 'forged';

export interface RequestPlan {
  readonly action: ConcreteRequest['action'];
  readonly pick: Pick;
  /** Says which of the tokens, sessions, or users that come into question. */
  readonly which: number;
  readonly other: number;
  /** The first address that a signup or login draws is one of a few, so that addresses come again. */
  readonly draw: number;
  readonly fault: Fault | undefined;
}

export const action: fc.Arbitrary<RequestPlan['action']> = fc.oneof(
  { weight: 14, arbitrary: fc.constant('refresh' as const) },
  { weight: 10, arbitrary: fc.constant('use' as const) },
  { weight: 8, arbitrary: fc.constant('login' as const) },
  { weight: 4, arbitrary: fc.constant('logout' as const) },
  { weight: 3, arbitrary: fc.constant('keep' as const) },
  { weight: 3, arbitrary: fc.constant('end' as const) },
  { weight: 3, arbitrary: fc.constant('list' as const) },
  { weight: 2, arbitrary: fc.constant('logout-all' as const) },
  { weight: 2, arbitrary: fc.constant('signup' as const) },
  { weight: 1, arbitrary: fc.constantFrom('deactivate' as const, 'activate' as const, 'delete' as const) },
);

export const pick: fc.Arbitrary<Pick> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('current' as const) },
  { weight: 6, arbitrary: fc.constant('previous' as const) },
  { weight: 2, arbitrary: fc.constant('any' as const) },
  { weight: 1, arbitrary: fc.constant('forged' as const) },
);

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('refuse', 'lose', 'die', 'drop', 'throttle', 'partial', 'conflict'),
  at: fc.integer({ min: 1, max: 9 }),
  times: fc.constantFrom(1, 3),
});

/** One in so many requests meets a fault. */
export const requestPlan = (oneFaultIn: number): fc.Arbitrary<RequestPlan> =>
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

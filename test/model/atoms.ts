/**
 * What a request does to the state, cut where requests that run at the same time may come between: one atom after the other. An atom
 * yields every step that it may take; an answer ends the request. Answers are short texts, so that they compare.
 */
import type { Account, State } from './model';

export interface Step {
  readonly state: State;
  readonly next: Atom | string;
}

export interface Atom {
  /** Names the atom and all it remembers, so that two with one label are the same. */
  readonly label: string;
  /** The sessions that it, or what surely follows, ends. */
  readonly ends: readonly string[];
  run(state: State): readonly Step[];
}

/** What explains a request's answer besides the request. */
export interface Circumstances {
  /** Something may go wrong on the way to the database. */
  readonly isFaulty: boolean;
  /** The id of the session that the request makes. */
  readonly newSessionId: string;
  /** The user that a signup makes. */
  readonly newUser: Pick<Account, 'userId' | 'locator'>;
  /** The sessions that the request was seen to delete. */
  readonly deleted: ReadonlySet<string>;
}

export const done = (state: State, ...answers: readonly string[]): Step[] =>
  answers.map((next) => ({ state, next }));

export const atom = (label: string, run: Atom['run'], ends: readonly string[] = []): Atom => ({
  label,
  run,
  ends,
});

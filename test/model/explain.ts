/**
 * Finds an order in which the atoms of requests that ran at the same time lead to what was seen: every answer, and the state
 * afterwards. If there is none, something happened that must not.
 */
import { processOf, type Request } from './actions';
import type { Atom, Circumstances, Step } from './atoms';
import { isLive, type State } from './model';

export interface Attempt extends Circumstances {
  readonly request: Request;
  /** The answer as a short text; absent if nobody got it. */
  readonly answer: string | undefined;
}

interface Node {
  readonly state: State;
  /** What each request has yet to do; an answer once it is done. */
  readonly places: readonly (Atom | string)[];
}

/** Whether some order of the attempts leads from the state before them to the one that was seen after them. */
export function isExplained(before: State, attempts: readonly Attempt[], after: State): boolean {
  const seen = fingerprint(after);
  const survivors = after.sessions.filter((session) => isLive(after, session)).map(({ id }) => id);
  const known = new Set<string>();
  const places = attempts.map((attempt) => processOf(attempt.request, attempt));
  const open: Node[] = [{ state: before, places }];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.places.every((place) => typeof place === 'string')) {
      if (fingerprint(node.state) === seen) return true;
      continue;
    }
    const key = keyOf(node);
    if (known.has(key)) continue;
    known.add(key);
    for (let at = attempts.length - 1; at >= 0; at -= 1)
      open.push(...following(node, at, attempts[at]!).filter((next) => spares(survivors, next, attempts)));
  }
  return false;
}

/** What is not shared by two states that nobody can tell apart. */
function fingerprint(state: State): string {
  const live = state.sessions.filter((session) => isLive(state, session));
  return [...state.accounts.map(sortedJson).sort(), ...live.map(sortedJson).sort()].join('\n');
}

const sortedJson = (value: object): string => JSON.stringify(value, Object.keys(value).sort());

/** No session comes back, so a request that nothing keeps from it does not end one that is live afterwards. */
const spares = (survivors: readonly string[], { places }: Node, attempts: readonly Attempt[]): boolean =>
  places.every(
    (place, at) =>
      typeof place === 'string' ||
      attempts[at]?.isFaulty ||
      place.ends.every((id) => !survivors.includes(id)),
  );

const keyOf = ({ state, places }: Node): string =>
  JSON.stringify([
    places.map((place) => (typeof place === 'string' ? '' : place.label)),
    state.accounts,
    state.sessions,
  ]);

function following({ state, places }: Node, at: number, { isFaulty, answer }: Attempt): Node[] {
  const place = places[at];
  if (place === undefined || typeof place === 'string') return [];
  const steps = place.run(state);
  return [...(isFaulty ? stopping(state, steps) : []), ...steps]
    .filter(({ next }) => typeof next !== 'string' || answer === undefined || next === answer)
    .map((step) => ({ state: step.state, places: places.with(at, step.next) }));
}

/** A fault may end a request before or after what it was about to do. */
const stopping = (state: State, steps: readonly Step[]): Step[] =>
  [state, ...steps.map((step) => step.state)].map((stopped) => ({ state: stopped, next: UNAVAILABLE }));

const UNAVAILABLE = '503 Service temporarily unavailable.';

/** Makes a request out of a plan: which token, which user, which session, as things stand. */
import { isLive, type State, sessionOf } from './model';
import { NAMES } from './observing';
import type { ConcreteRequest, KnownToken, Pick, RequestPlan } from './requests';
import type { PlannedRequest, Run } from './run';

/** Nothing if there is nobody and nothing yet to which the plan could apply. */
export function concrete(run: Run, plan: RequestPlan): PlannedRequest | undefined {
  const request = requestOf(run, plan);
  return request && { request, plan };
}

function requestOf(run: Run, { action, pick, which, other }: RequestPlan): ConcreteRequest | undefined {
  switch (action) {
    case 'signup':
      return { action, name: which % NAMES };
    case 'login':
      return { action, name: loginName(run, which, other), isPasswordRight: other !== 7 };
    case 'deactivate':
    case 'activate':
    case 'promote':
    case 'delete': {
      const account = oneOf(run.state.accounts, which);
      return account && { action, name: account.name, userId: account.userId };
    }
    default: {
      const text = pick === 'forged' ? forged(run, which, other) : chosen(run, pick, which)?.text;
      if (text === undefined) return undefined;
      const token = run.tokens.find((known) => known.text === text);
      const target = oneOf(run.state.sessions, other)?.id ?? 'f'.repeat(16);
      return { action, text, token, target };
    }
  }
}

/** Mostly somebody's. */
const loginName = ({ state }: Run, which: number, other: number): number =>
  (other === 6 ? undefined : oneOf(state.accounts, which)?.name) ?? which % NAMES;

const oneOf = <Item>(items: readonly Item[], which: number): Item | undefined => items[which % items.length];

function chosen({ tokens, state }: Run, pick: Pick, which: number): KnownToken | undefined {
  const behind = { current: 0, previous: 1 } as const;
  const suitable = tokens.filter(
    (token) => pick === 'any' || isBehind(state, token, behind[pick === 'previous' ? pick : 'current']),
  );
  return oneOf(suitable, which) ?? oneOf(tokens, which);
}

function isBehind(state: State, { sessionId, index }: KnownToken, steps: number): boolean {
  const session = sessionOf(state, sessionId);
  return session !== undefined && isLive(state, session) && session.refreshCount - index === steps;
}

const ADDRESS_DIGITS = 14;

/** A guess, another case, or one token's secret at another one's address, which is how one user would reach another's session. */
function forged({ tokens }: Run, which: number, other: number): string | undefined {
  const text = oneOf(tokens, which)?.text;
  const address = oneOf(tokens, other)?.text.slice(0, ADDRESS_DIGITS);
  if (text === undefined || address === undefined) return undefined;
  if (other === 7) return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
  if (other === 6) return text.toUpperCase();
  return address + text.slice(ADDRESS_DIGITS);
}

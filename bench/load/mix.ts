/** What the connections do, and how often. */
import type { Random } from './random';

export const actions = ['dashboard', 'revoked', 'refresh', 'login', 'signup', 'logout'] as const;

/** `revoked` is a dashboard request with a token that was logged out or refreshed away. */
export type Action = (typeof actions)[number];

/** In per cent of all requests. Everything but the last four is a dashboard request. */
const SHARES: Readonly<Record<Action, number>> = {
  dashboard: 94.5,
  revoked: 0.5,
  refresh: 2,
  login: 1.5,
  signup: 0.75,
  logout: 0.75,
};

/**
 * How often a token is presented again in the very next request after the one that ended it. With the share above about 2 % of the
 * dashboard requests bear a dead token.
 */
export const REVOKED_AT_ONCE = 0.5;

export function chooseAction(random: Random): Action {
  let rest = random() * 100;
  for (const action of actions) {
    rest -= SHARES[action];
    if (rest < 0) return action;
  }
  return 'dashboard';
}

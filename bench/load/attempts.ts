/** What each action sends, what must come back, and what the client then knows. */
import { type Account, newAccount } from './accounts';
import { type Check, checkOf } from './checks';
import type { Client } from './client';
import type { Reply } from './connection';
import type { Action } from './mix';
import { type ApiRequest, requestTo } from './requests';
import type { Outcome } from './tally';

export interface Attempt {
  readonly action: Action;
  readonly request: ApiRequest;
  readonly check: Check;
  /** What explains a wrong answer. */
  readonly note?: string;
  /** Never to be shown. */
  readonly password?: string;
  /** @param sentAtMs on the clock of `performance.now()`. */
  readonly onRight?: (reply: Reply, sentAtMs: number) => void;
  /** The server did nothing. */
  readonly onThrottled?: () => void;
  /** After a wrong answer or none: the server may have done it or not. */
  readonly onDoubt?: (outcome: Outcome) => void;
}

/** `undefined` if there is nothing to do it with. */
type Plan = (client: Client) => Attempt | undefined;

const dashboard: Plan = ({ sessions }) => {
  const session = sessions.choose();
  if (!session) return undefined;
  return {
    action: 'dashboard',
    request: requestTo.dashboard(session.token),
    check: checkOf.dashboard,
    // It changes nothing, so a session without an answer is as alive as before.
    onDoubt: (outcome) => outcome === 'wrong' && sessions.forget(session),
  };
};

const revoked: Plan = ({ sessions, hasJustEnded }) => {
  const dead = hasJustEnded ? sessions.lastDead : sessions.chooseDead();
  if (!dead) return undefined;
  const milliseconds = (performance.now() - dead.endedAtMs).toFixed(1);
  return {
    action: 'revoked',
    request: requestTo.dashboard(dead.token),
    check: checkOf.revoked,
    note: `${dead.end} ${milliseconds} ms before`,
  };
};

const refresh: Plan = (client) => {
  const { sessions, known } = client;
  const session = sessions.choose();
  if (!session) return undefined;
  return {
    action: 'refresh',
    request: requestTo.refresh(session.token),
    check: checkOf.refresh(known),
    onRight: (reply, sentAtMs) => {
      sessions.end(session, 'refreshed away');
      addSession(client, session.account, { reply, sentAtMs });
      client.hasJustEnded = true;
    },
    onDoubt: () => sessions.forget(session),
  };
};

/** Never the last session, so that no connection depends on a login that may be throttled. */
const logout: Plan = (client) => {
  const { sessions } = client;
  const session = sessions.liveCount > 1 ? sessions.choose() : undefined;
  if (!session) return undefined;
  return {
    action: 'logout',
    request: requestTo.logout(session.token),
    check: checkOf.logout,
    onRight: () => {
      sessions.end(session, 'logged out');
      session.account.possibleSessions -= 1;
      client.hasJustEnded = true;
    },
    onDoubt: () => sessions.forget(session),
  };
};

const login: Plan = (client) => {
  const account = client.accounts.choose(client.random);
  if (!account) return undefined;
  account.possibleSessions += 1;
  return {
    action: 'login',
    request: requestTo.login(account),
    check: checkOf.login(client.known),
    password: account.password,
    onRight: (reply, sentAtMs) => addSession(client, account, { reply, sentAtMs }),
    onThrottled: () => {
      account.possibleSessions -= 1;
    },
  };
};

const signup = (client: Client): Attempt => {
  const account = newAccount();
  return {
    action: 'signup',
    request: requestTo.signup(account),
    check: checkOf.signup(account, client.known),
    password: account.password,
    onRight: (reply, sentAtMs) => {
      const { user } = reply.body as { user: { id: number } };
      client.known.ids.add(user.id);
      account.possibleSessions = 1;
      client.accounts.add(account);
      addSession(client, account, { reply, sentAtMs });
    },
  };
};

export const planOf = { dashboard, revoked, refresh, logout, login, signup } satisfies Record<Action, Plan>;

interface Answered {
  readonly reply: Reply;
  readonly sentAtMs: number;
}

/** Files the token of an answer that was checked. The server began to count after the request was sent. */
function addSession({ sessions }: Client, account: Account, { reply, sentAtMs }: Answered): void {
  const { token } = reply.body as { token: string };
  const expiresInSeconds = Number(reply.headers['token-expires-in']);
  sessions.add({ account, token, validUntilMs: sentAtMs + expiresInSeconds * 1000 });
}

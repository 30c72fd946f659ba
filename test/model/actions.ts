/**
 * Every action of a run: how often fast-check draws it, what is sent, and what it may do to the state. An action is added by one entry
 * in one of the three tables, according to who acts: anyone who has a name, a client with a token, or an operator at the database.
 */
import type { EndpointName } from '../../functions/endpoints';
import { type Atom, atom, type Circumstances, done, type Step } from './atoms';
import { login, signup } from './entering';
import {
  changeAccount,
  changeSession,
  endSession,
  INACTIVE,
  INVALID,
  isExpired,
  isLive,
  isRetryWindowOpen,
  judge,
  type ModelSession,
  ownerOf,
  refreshSession,
  type State,
  secondsOf,
  sessionOf,
  type TokenPlace,
} from './model';
import type { Update } from './system';

/** A token that a client knows. */
export interface KnownToken extends TokenPlace {
  readonly text: string;
}

/** A request whose user, token and session have been chosen. */
export interface NamedRequest {
  readonly action: keyof typeof named;
  readonly name: number;
  readonly isPasswordRight: boolean;
}

interface TokenRequest {
  readonly action: keyof typeof withToken;
  readonly text: string;
  /** Absent for a text that is no token. */
  readonly token: KnownToken | undefined;
  /** The public id of a session, which may be somebody else's. */
  readonly target: string;
}

export interface OperatorRequest {
  readonly action: keyof typeof byOperator;
  readonly name: number;
  readonly userId: number;
}

export type Request = NamedRequest | TokenRequest | OperatorRequest;
export type ActionName = Request['action'];

/** What goes over HTTP besides the token. */
interface Sent {
  readonly endpoint: EndpointName;
  readonly query?: string;
  /** The path's `{id}`. */
  readonly id?: string;
  readonly body?: object;
}

/** How many names there are in a run. */
export const NAMES = 2;

interface Spelling {
  readonly username: string;
  readonly email: string;
}

export function spellingOf(run: number, name: number): Spelling {
  const username = `model${run}n${name}`;
  return { username, email: `${username}@example.com` };
}

const PASSWORD = 'correct horse 7';

interface NamedAction {
  readonly weight: number;
  send(spelling: Spelling, request: NamedRequest): Sent;
  process(request: NamedRequest, circumstances: Circumstances): Atom;
}

/** Anyone may ask for these. */
export const named = {
  signup: {
    weight: 4,
    send: (spelling) => ({ endpoint: 'signup', body: { ...spelling, password: PASSWORD } }),
    process: signup,
  },
  login: {
    weight: 16,
    send: ({ username }, { isPasswordRight }) => ({
      endpoint: 'login',
      body: { username, password: isPasswordRight ? PASSWORD : 'wrong horse 7' },
    }),
    process: login,
  },
} as const satisfies Record<string, NamedAction>;

/** A request that the authorizer has let pass. */
interface Admitted {
  readonly request: TokenRequest;
  readonly isFaulty: boolean;
  /** The session as the authorizer saw it, and how many seconds its token had left. */
  readonly session: ModelSession;
  readonly timeLeft: number;
}

export interface TokenAction {
  readonly weight: number;
  /** Whether the token that the last refresh replaced will do. */
  readonly acceptsSuperseded?: boolean;
  send(request: TokenRequest): Sent;
  /** What the endpoint does, as its first atom. */
  act(admitted: Admitted): Atom;
  /** The answer's body as far as the model tells it. */
  readonly summary?: (body: any, token: TokenPlace | undefined) => string;
}

/** The authorizer stands before these. */
export const withToken = {
  use: {
    weight: 20,
    send: () => ({ endpoint: 'dashboard' }),
    act: ({ timeLeft }) => atom(`use ${timeLeft}`, (state) => done(state, `200 ${timeLeft}`)),
  },
  refresh: {
    weight: 28,
    acceptsSuperseded: true,
    send: () => ({ endpoint: 'refresh' }),
    act: ({ request: { token }, session: { id } }) =>
      atom('refresh', (state) => refresh(state, id, token?.index ?? 0)),
  },
  logout: {
    weight: 8,
    acceptsSuperseded: true,
    send: () => ({ endpoint: 'logout' }),
    act: ({ session: { id } }) => atom('logout', (state) => done(endSession(state, id), '200 0'), [id]),
  },
  logoutAll: {
    weight: 4,
    send: () => ({ endpoint: 'logout-all' }),
    act: ({ session: { userId }, isFaulty }) =>
      atom('logout all', (state) => logoutAll(state, userId, isFaulty)),
  },
  logoutOthers: {
    weight: 6,
    send: () => ({ endpoint: 'logout-all', query: '?keep=current' }),
    act: ({ session: { id } }) => atom('logout others', (state) => logoutOthers(state, id)),
  },
  list: {
    weight: 6,
    send: () => ({ endpoint: 'sessions' }),
    act: ({ session, timeLeft }) => list(session, timeLeft),
    summary: (sessions: readonly ListedSession[], token) => {
      // The own session is marked as current, and no other; it may have ended since the authorizer looked.
      const isMarkedRight = sessions.every(({ id, current }) => current === (id === token?.sessionId));
      return isMarkedRight
        ? inOrder(sessions.map(({ id, expires_at }) => `${id}@${new Date(expires_at).getTime() / 1000}`))
        : `wrong session marked: ${JSON.stringify(sessions)}`;
    },
  },
  endSession: {
    weight: 6,
    send: ({ target }) => ({ endpoint: 'end-session', id: target }),
    act: ({ request: { target }, session }) => endOne(target, session),
  },
  /** To the same password, so that every client goes on knowing it. */
  setPassword: {
    weight: 4,
    send: () => ({ endpoint: 'set-password', body: { current_password: PASSWORD, new_password: PASSWORD } }),
    act: ({ session: { id, userId } }) => reauthenticate(userId, (version) => setPassword(id, version)),
  },
  deleteOneself: {
    weight: 2,
    send: () => ({ endpoint: 'delete-me', body: { current_password: PASSWORD } }),
    act: ({ session: { userId } }) => reauthenticate(userId, (version) => deleteOneself(userId, version)),
  },
} as const satisfies Record<string, TokenAction>;

export interface OperatorAction {
  readonly weight: number;
  /** The update of the user's item; absent: the user is deleted. */
  readonly update?: Update;
  /** What it does to the state, at once. */
  apply(state: State, userId: number): State;
}

/** There is no endpoint for these: an operator writes to the table. */
export const byOperator = {
  deactivate: {
    weight: 1,
    update: {
      expression: 'SET isActive = :no ADD sessionGeneration :one',
      values: { ':no': { BOOL: false }, ':one': { N: '1' } },
    },
    apply: (state, userId) => advance(changeAccount(state, userId, { isActive: false }), userId, 1),
  },
  activate: {
    weight: 1,
    update: { expression: 'SET isActive = :yes', values: { ':yes': { BOOL: true } } },
    apply: (state, userId) => changeAccount(state, userId, { isActive: true }),
  },
  /** Roles are no part of the state, so only pairs.test.ts asks for it. */
  promote: {
    weight: 0,
    update: {
      expression: 'SET #role = :role',
      values: { ':role': { S: 'MANAGER' } },
      names: { '#role': 'role' },
    },
    apply: (state) => state,
  },
  delete: { weight: 1, apply: deleteAccount },
} as const satisfies Record<string, OperatorAction>;

export const isNamed = (request: Request): request is NamedRequest => request.action in named;
export const isOperators = (request: Request): request is OperatorRequest => request.action in byOperator;

/** The first atom of a request. */
export function processOf(request: Request, circumstances: Circumstances): Atom {
  if (isNamed(request)) return named[request.action].process(request, circumstances);
  if (!isOperators(request)) return authorize(request, circumstances.isFaulty);
  const { action, userId } = request;
  return atom(action, (state) => done(byOperator[action].apply(state, userId), 'done'));
}

/** The authorizer: one look, and what it notes or ends. */
function authorize(request: TokenRequest, isFaulty: boolean): Atom {
  const { act, acceptsSuperseded = false }: TokenAction = withToken[request.action];
  return atom(`authorize ${request.action}`, (state) => {
    const verdict = judge(state, request.token, acceptsSuperseded);
    if (verdict.is === 'refused') return done(state, ...verdict.answers);
    const { session } = verdict;
    const { id } = session;
    if (verdict.is === 'reused') {
      const end = (later: State) => done(endSession(later, id), INVALID);
      return [{ state, next: atom('end reused', end, [id]) }];
    }
    const next = act({ request, isFaulty, session, timeLeft: session.expiresAt - secondsOf(state) });
    if (!verdict.isFirstUse) return [{ state, next }];
    const noted = changeSession(state, id, { usedAt: secondsOf(state) });
    return [{ state: noted, next }, ...(isFaulty ? [{ state, next }] : [])];
  });
}

function refresh(state: State, id: string, index: number): Step[] {
  const session = sessionOf(state, id);
  if (!session) return done(state, INVALID);
  const behind = session.refreshCount - index;
  const after = behind === 0 ? refreshSession(state, session) : state;
  const { expiresAt } = sessionOf(after, id) ?? session;
  const isGiven = behind === 0 || (behind === 1 && isRetryWindowOpen(state, session));
  return done(after, isGiven ? `200 ${expiresAt - secondsOf(state)}` : INVALID);
}

/** Moves a user to a later generation, which ends all sessions of the earlier ones. */
function advance(state: State, userId: number, by: number): State {
  const account = state.accounts.find((one) => one.userId === userId);
  return account ? changeAccount(state, userId, { generation: account.generation + by }) : state;
}

/** A repetition after a lost answer may count more than once. */
const logoutAll = (state: State, userId: number, isFaulty: boolean): Step[] =>
  (isFaulty ? [1, 2, 3] : [1]).flatMap((by) => done(advance(state, userId, by), '204'));

function logoutOthers(state: State, id: string): Step[] {
  const session = sessionOf(state, id);
  const owner = session && ownerOf(state, session);
  if (!owner || owner.generation !== session.generation) return done(state, INVALID);
  const generation = owner.generation + 1;
  return done(changeSession(advance(state, owner.userId, 1), id, { generation }), '204');
}

/** One look at the user, who has to be the same when something is made of it. */
const reauthenticate = (userId: number, then: (passwordVersion: number) => Atom): Atom =>
  atom(`reauthenticate ${userId}`, (state) => {
    const account = state.accounts.find((one) => one.userId === userId);
    if (!account?.isActive) return done(state, INACTIVE);
    return [{ state, next: then(account.passwordVersion) }];
  });

const setPassword = (id: string, version: number): Atom =>
  atom(`set password ${id} ${version}`, (state) => {
    const [step] = logoutOthers(state, id);
    const session = sessionOf(state, id);
    const owner = session && ownerOf(state, session);
    if (!step || !owner || step.state === state) return done(state, INVALID);
    if (owner.passwordVersion !== version) return done(state, '400');
    return done(changeAccount(step.state, owner.userId, { passwordVersion: version + 1 }), '204');
  });

/** The sessions are deleted one by one after the user, and not for certain. */
const deleteOneself = (userId: number, version: number): Atom =>
  atom(`delete ${userId} ${version}`, (state) => {
    const account = state.accounts.find((one) => one.userId === userId);
    if (!account) return done(state, INACTIVE);
    if (account.passwordVersion !== version) return done(state, '400');
    const sessions = state.sessions.map((session) =>
      session.userId === userId ? { ...session, mayBeGone: true } : session,
    );
    return done(deleteAccount({ ...state, sessions }, userId), '204');
  });

function deleteAccount(state: State, userId: number): State {
  const account = state.accounts.find((one) => one.userId === userId);
  const accounts = state.accounts.filter((one) => one !== account);
  const sessions = state.sessions.map((session) =>
    session.userId === userId && session.generation !== account?.generation
      ? { ...session, mayBeGone: true }
      : session,
  );
  return { ...state, accounts, sessions };
}

/** What a request sees that looks at the sessions which live together with its own; nothing if its own is seen to have ended. */
type View = readonly ModelSession[] | undefined;

/**
 * If all sessions were ended at once, those that lived until then may still be there, or some of them: they are deleted one by one. A
 * request that was let in before knows no better than its own session.
 */
function viewsOf(state: State, { id, userId }: ModelSession): readonly View[] {
  const own = sessionOf(state, id);
  if (!own || isExpired(state, own)) return [undefined];
  const ofUser = state.sessions.filter((one) => one.userId === userId);
  if (ofUser.some(({ generation }) => generation > own.generation)) return [undefined];
  const peers = ofUser.filter((one) => one.generation === own.generation && !isExpired(state, one));
  if (isLive(state, own)) return [peers];
  return [undefined, ...subsets(peers.filter((one) => one !== own)).map((some) => [own, ...some])];
}

function subsets<Item>([first, ...rest]: readonly Item[]): readonly (readonly Item[])[] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

interface ListedSession {
  readonly id: string;
  readonly expires_at: string;
  readonly current: boolean;
}

const inOrder = (texts: readonly string[]): string => [...texts].sort().join(' ');

const list = (own: ModelSession, timeLeft: number): Atom =>
  atom(`list ${own.id} ${timeLeft}`, (state) =>
    viewsOf(state, own).flatMap((view) => {
      const shown = view?.map(({ id, expiresAt }) => `${id}@${expiresAt}`);
      return done(state, shown ? `200 ${timeLeft} ${inOrder(shown)}` : INVALID);
    }),
  );

const endOne = (target: string, own: ModelSession): Atom =>
  atom(`find ${own.id} ${target}`, (state) =>
    viewsOf(state, own).flatMap((view) => {
      if (!view) return done(state, INVALID);
      if (!view.some(({ id }) => id === target)) return done(state, '404 Not found.');
      return [{ state, next: atom('end', (later) => done(endSession(later, target), '204'), [target]) }];
    }),
  );

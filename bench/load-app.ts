/** One app on one connection: chooses requests and checks responses. Its messages contain no token and no password. */
import { randomBytes } from 'node:crypto';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';

const routes = {
  signup: ['POST', 'api/signup/'],
  login: ['POST', 'api/api-token-auth/'],
  dashboard: ['GET', 'api/dashboard/'],
  sessions: ['GET', 'api/sessions/'],
  refresh: ['POST', 'api/refresh-token/'],
  logout: ['POST', 'api/logout/'],
  /** With a token that was logged out or refreshed away. */
  revoked: ['GET', 'api/dashboard/'],
} as const;
type Action = keyof typeof routes;
export const actions = Object.keys(routes) as Action[];
const BEARS_TOKEN: readonly Action[] = ['signup', 'login', 'refresh'];

/** Requests of 400. The others request the dashboard. */
const SHARES = { sessions: 8, refresh: 8, login: 6, logout: 6, signup: 3, revoked: 2 };
const mix = Object.entries(SHARES).flatMap(([action, share]) => Array<Action>(share).fill(action as Action));
/** The probability that the next request after a token's end presents that token. */
const REVOKED_AT_ONCE = 0.5;
/** Far below the setting `sessionsPerUser`, so that the server ends no session by itself. */
const MAX_SESSIONS_PER_ACCOUNT = 5;
/** For live and for dead sessions; older ones are forgotten. */
const MAX_REMEMBERED = 50;
/** If a token expires during its request, both responses are correct. */
const EXPIRY_MARGIN_MS = 40_000;

interface Account {
  readonly profile: { readonly username: string; readonly email: string; readonly role: string };
  readonly password: string;
  /** The maximum on the server: a login without a response counts. */
  possibleSessions: number;
}

interface Session {
  readonly account: Account;
  readonly token: string;
  readonly expiresAtMs: number;
  ended?: { readonly how: string; readonly atMs: number };
}

interface Exchange {
  readonly action: Action;
  readonly account: Account;
  readonly session?: Session;
  readonly sentAtMs: number;
}

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const outcomes = ['right', 'wrong', 'throttled', 'unavailable'] as const;
type Outcome = (typeof outcomes)[number];
const REFUSALS: Readonly<Record<number, Outcome>> = { 429: 'throttled', 503: 'unavailable' };

/** Shared by all apps of a run. */
export interface Run {
  readonly counts: Readonly<Record<Action, Record<Outcome, number>>>;
  /** Microseconds, of correct responses. */
  readonly latencies: Readonly<Record<Action, RecordableHistogram>>;
  /** Requests whose connection ended before the response. */
  missing: number;
  /** Every token and user id received: none may be received twice. */
  readonly given: Set<unknown>;
  readonly onWrong: (description: string) => void;
}

const byAction = <Value>(make: () => Value) =>
  Object.fromEntries(actions.map((action) => [action, make()])) as Record<Action, Value>;

export const newRun = (onWrong: Run['onWrong']): Run => ({
  counts: byAction(() => ({ right: 0, wrong: 0, throttled: 0, unavailable: 0 })),
  latencies: byAction(createHistogram),
  missing: 0,
  given: new Set(),
  onWrong,
});

export class App {
  readonly #run: Run;
  #account: Account | undefined;
  #live: Session[] = [];
  #dead: Session[] = [];
  #pending: Exchange | undefined;
  #hasJustEnded = false;
  #serverCloses = false;
  /** The pending request was sent after `Connection: close`, so a missing response is not a fault. */
  #isInVain = false;

  constructor(run: Run) {
    this.#run = run;
  }

  /** The next request. If the last one had no response, it is unknown whether it was done, so its session is forgotten. */
  next() {
    if (this.#pending) {
      this.#forget(this.#pending.session);
      if (!this.#isInVain) this.#run.missing += 1;
    }
    const exchange = this.#choose();
    this.#pending = exchange;
    this.#hasJustEnded = false;
    this.#isInVain = this.#serverCloses;
    this.#serverCloses = false;
    const { action, account, session } = exchange;
    const [method, path] = routes[action];
    if (session) return { method, path, headers: { Authorization: `Token ${session.token}` } };
    const { profile, password } = account;
    const body = action === 'signup' ? { ...profile, password } : { username: profile.username, password };
    return { method, path, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  }

  /** Checks the response to the last request, and updates the app's state. */
  answered(response: Response): Outcome {
    const exchange = this.#pending as Exchange;
    this.#pending = undefined;
    this.#serverCloses = /\bclose\b/i.test(response.headers.get('connection') ?? '');
    const { counts, latencies, given, onWrong } = this.#run;
    const problems = findProblems(exchange, response, given);
    const outcome = REFUSALS[response.status] ?? (problems.length > 0 ? 'wrong' : 'right');
    const { action, account, session, sentAtMs } = exchange;
    counts[action][outcome] += 1;
    if (outcome === 'right') {
      latencies[action].record(Math.max(1, Math.round((performance.now() - sentAtMs) * 1000)));
      this.#learn(exchange, response);
    } else if (outcome === 'throttled') {
      if (action === 'login') account.possibleSessions -= 1;
    } else if (action !== 'revoked') this.#forget(session);
    if (outcome === 'wrong') onWrong(describe(exchange, response, problems));
    return outcome;
  }

  #choose(): Exchange {
    const sentAtMs = performance.now();
    this.#live = this.#live.filter(({ expiresAtMs }) => expiresAtMs > sentAtMs + EXPIRY_MARGIN_MS);
    const account = this.#account;
    const wished = account ? this.#draw() : 'signup';
    const dead = this.#hasJustEnded ? this.#dead.at(-1) : pickAny(this.#dead);
    if (wished === 'revoked' && dead)
      return { action: wished, account: dead.account, session: dead, sentAtMs };
    const session = pickAny(this.#live);
    const mayLogIn = account !== undefined && account.possibleSessions < MAX_SESSIONS_PER_ACCOUNT;
    if (mayLogIn && (wished === 'login' || !session)) {
      account.possibleSessions += 1;
      return { action: 'login', account, sentAtMs };
    }
    if (!session || wished === 'signup') return { action: 'signup', account: newAccount(), sentAtMs };
    const action = wished === 'login' || wished === 'revoked' ? 'dashboard' : wished;
    return { action, account: session.account, session, sentAtMs };
  }

  #draw(): Action {
    if (this.#hasJustEnded && Math.random() < REVOKED_AT_ONCE) return 'revoked';
    return mix[Math.floor(Math.random() * 400)] ?? 'dashboard';
  }

  #learn({ action, account, session, sentAtMs }: Exchange, { text, headers }: Response): void {
    if (action === 'signup') this.#account = account;
    if (action === 'logout') account.possibleSessions -= 1;
    if (session && (action === 'logout' || action === 'refresh')) {
      this.#forget(session);
      session.ended = { how: action === 'logout' ? 'logged out' : 'refreshed away', atMs: performance.now() };
      this.#dead = [...this.#dead, session].slice(-MAX_REMEMBERED);
      this.#hasJustEnded = true;
    }
    if (!BEARS_TOKEN.includes(action)) return;
    const { token, user } = JSON.parse(text);
    this.#run.given.add(token);
    if (user) this.#run.given.add(user.id);
    const expiresAtMs = sentAtMs + Number(headers.get('token-expires-in')) * 1000;
    this.#live = [...this.#live, { account, token, expiresAtMs }].slice(-MAX_REMEMBERED);
  }

  #forget(session: Session | undefined): void {
    this.#live = this.#live.filter((one) => one !== session);
  }
}

const pickAny = <Item>(items: readonly Item[]): Item | undefined =>
  items[Math.floor(Math.random() * items.length)];

function newAccount(): Account {
  const username = `load-${randomBytes(8).toString('hex')}`;
  const profile = { username, email: `${username}@example.com`, role: 'CLERK' };
  return { profile, password: randomBytes(18).toString('base64url'), possibleSessions: 1 };
}

const BODIES: Readonly<Partial<Record<Action, object>>> = {
  dashboard: { message: 'Welcome to the Clerk Dashboard!' },
  logout: { message: 'Successfully logged out.' },
  revoked: { detail: 'Invalid token.' },
};

/** Every rule of the contract that the response breaks. */
function findProblems(
  { action, account }: Exchange,
  { status, headers, text }: Response,
  given: Run['given'],
): readonly string[] {
  const expected = action === 'signup' ? 201 : action === 'revoked' ? 401 : 200;
  if (status !== expected) return [`status ${status} instead of ${expected}`];
  const body = parsed(text);
  const { token, user, ...others } = { ...(body as Record<string, unknown>) };
  const { id, ...profile } = { ...(user as Record<string, unknown>) };
  const [isSignup, isRefused, bearsToken] = [
    action === 'signup',
    status === 401,
    BEARS_TOKEN.includes(action),
  ];
  const isBearing = Object.keys(others).length === 0 && (user !== undefined) === isSignup;
  const current = Array.isArray(body) ? body.filter((listed) => listed?.current === true) : [];
  const isList = Array.isArray(body) && current.length === 1 && body.length <= account.possibleSessions;
  const is = (name: string, value: RegExp) => value.test(headers.get(name) ?? '');
  const rules: readonly (readonly [isDue: boolean, isKept: boolean, problem: string])[] = [
    [true, is('content-type', /^application\/json\b/), 'it is not JSON'],
    [action in BODIES, isDeepStrictEqual(body, BODIES[action]), 'another body'],
    [bearsToken || isRefused, is('cache-control', /^no-store$/), 'Cache-Control is not no-store'],
    [isRefused, is('www-authenticate', /^Token$/), 'WWW-Authenticate is not Token'],
    [!isRefused, is('token-expires-in', /^\d{1,10}$/), 'Token-Expires-In is no number'],
    [bearsToken, /^[0-9a-f]{40}$/.test(String(token)), 'no token of 40 hex digits'],
    [bearsToken, isBearing, 'other members than those of the contract'],
    [bearsToken, !given.has(token), 'the token is not new'],
    [isSignup, isDeepStrictEqual(profile, account.profile), 'another user'],
    [isSignup, Number.isSafeInteger(id) && !given.has(id), 'the id is not new'],
    [action === 'sessions', isList, 'no list of at most the live sessions, one of them current'],
  ];
  return rules.filter(([isDue, isKept]) => isDue && !isKept).map(([, , problem]) => problem);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ action, session }: Exchange, { headers }: Response, problems: readonly string[]): string {
  const { ended } = session ?? {};
  const age = ended && `${ended.how} ${(performance.now() - ended.atMs).toFixed(0)} ms before`;
  const id = headers.get('x-amzn-requestid') ?? '';
  const request = /^[\w-]{1,64}$/.test(id) && `request ${id}`;
  return [`Wrong answer to ${action}: ${problems.join(', ')}`, age, request].filter(Boolean).join('; ');
}

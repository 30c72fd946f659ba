/** The seven guarantees of docs/client.md, watched at every request, write and result. What the server knows is read from its tables. */
import type { Result } from '../../client/index';
import { verifyToken } from '../../functions/shared/domain/session';
import { parseUnverifiedToken } from '../../functions/shared/domain/token';
import { SESSION_LIFETIME, type Server, TOKEN_LIFETIME } from './server';
import type { Process, Received, Sent, Witness, World } from './world';

/** A session as its tokens show it: all of them begin alike. */
interface Chain {
  readonly username: string;
  readonly startedAt: number;
  readonly tokens: string[];
  /** When the last of them ends. */
  endsAt: number;
  /** Refusals of its tokens that the server did not mean. */
  refusals: number;
}

interface Call {
  readonly sessions: string[];
}

const sessionOf = (token: string): string => token.slice(0, 14);
const tokenIn = (stored: string | null): string | undefined =>
  stored ? JSON.parse(stored).token : undefined;

/** The longest way from the store to the network. */
const SLACK_MS = 10;
/** The client's limit for the store, and some more. */
const STORE_LIMIT_MS = 11_000;

export class Judge implements Witness {
  /** The first sentence that did not hold. */
  violation: string | undefined;
  readonly #server: Server;
  readonly #world: () => World;
  readonly #epochMs: number;
  readonly #chains = new Map<string, Chain>();
  /** The session of each login, by its number. */
  readonly #logins = new Map<string, string>();
  /** Sessions that the user left, or that the server ended for a cause. */
  readonly #left = new Set<string>();
  /** What the store had, from when on. */
  readonly #stored: { readonly at: number; readonly token: string | undefined }[] = [];
  readonly #refreshing = new Set<string>();
  readonly #calls = new Map<string, Call>();
  /** What has not ended yet, and whose it is. */
  readonly #open = new Map<Promise<unknown>, Process>();
  readonly #leaving = new Set<Process>();
  /** How many sign-ins and logouts each process has behind it. */
  readonly #turns = new Map<Process, number>();
  #numbers = 0;

  constructor(server: Server, epochMs: number, world: () => World) {
    this.#server = server;
    this.#epochMs = epochMs;
    this.#world = world;
  }

  nextNumber(): string {
    this.#numbers += 1;
    return String(this.#numbers);
  }

  #demand(condition: boolean, sentence: string): void {
    if (!condition) this.violation ??= `${sentence} (at ${this.#world().now} ms)`;
  }

  sends({ process, path, token, headers }: Sent): void {
    const call = this.#calls.get(headers['X-Call'] ?? '');
    if (call && token) {
      call.sessions.push(sessionOf(token));
      this.#demand(call.sessions.length <= 2, '3: A request is sent twice at most.');
      this.#demand(new Set(call.sessions).size === 1, '2: A request is not repeated as somebody else.');
    }
    if (token === undefined || path === '/api/logout/') return;
    this.#demand(
      this.#stored.some((entry) => entry.token === token),
      '4: A token is stored before it is used.',
    );
    this.#demand(
      this.#storedLately(process).includes(sessionOf(token)),
      '2, 5: No request bears the token of a session that is stored no more.',
    );
    if (path !== '/api/refresh-token/') return;
    const refresh = `${process.number} ${token}`;
    this.#demand(!this.#refreshing.has(refresh), '3: One refresh of a token is in flight at most.');
    this.#refreshing.add(refresh);
  }

  /** The sessions that the store had since a moment ago, or before the process was suspended if it has only just been resumed. */
  #storedLately({ suspendedAt, resumedAt }: Process): readonly string[] {
    const { now } = this.#world();
    const since = (now - resumedAt <= SLACK_MS ? suspendedAt : now) - SLACK_MS;
    return this.#stored.flatMap(({ token }, place) => {
      const until = this.#stored[place + 1]?.at ?? Number.POSITIVE_INFINITY;
      return token !== undefined && until >= since ? [sessionOf(token)] : [];
    });
  }

  ends({ process, path, token }: Sent): void {
    if (path === '/api/refresh-token/') this.#refreshing.delete(`${process.number} ${token}`);
  }

  answers({ path, token, body }: Sent, { status, text }: Received): void {
    if (status !== 200) return;
    const issued: string | undefined = JSON.parse(text).token;
    if (issued === undefined) return;
    const { now } = this.#world();
    if (path === '/api/api-token-auth/') {
      const { username, number } = JSON.parse(body ?? '');
      this.#logins.set(number, sessionOf(issued));
      const endsAt = now + TOKEN_LIFETIME * 1000;
      const chain = { username, startedAt: now, tokens: [issued], endsAt, refusals: 0 };
      this.#chains.set(sessionOf(issued), chain);
    }
    const chain = token && this.#chains.get(sessionOf(token));
    if (!chain || chain.tokens.includes(issued)) return;
    chain.tokens.push(issued);
    chain.endsAt = Math.min(now + TOKEN_LIFETIME * 1000, chain.startedAt + SESSION_LIFETIME * 1000);
    const shares = Math.floor((((now - chain.startedAt) / 1000) * 1.5) / (TOKEN_LIFETIME - 2));
    this.#demand(
      chain.tokens.length - 1 <= shares + chain.refusals,
      '6: A token is replaced once in two thirds of its lifetime, and once for each refusal.',
    );
  }

  /** The network refuses a token in the words of the server, which knows nothing of it. */
  refuses({ token }: Sent): void {
    const chain = token && this.#chains.get(sessionOf(token));
    if (chain) chain.refusals += 1;
  }

  async writes(process: Process, from: string | null, to: string | null): Promise<void> {
    const [before, after] = [tokenIn(from), tokenIn(to)];
    if (after !== undefined && before !== undefined && sessionOf(before) === sessionOf(after)) {
      const tokens = this.#chains.get(sessionOf(after))?.tokens ?? [];
      const isNewer = tokens.indexOf(before) < tokens.indexOf(after);
      this.#demand(isNewer, '7: No token is overwritten by an older one.');
    } else if (after !== undefined) {
      const isFirst = !this.#stored.some(({ token }) => token && sessionOf(token) === sessionOf(after));
      this.#demand(isFirst, '7: No session comes back after another.');
    } else if (before !== undefined && !this.#leaving.has(process) && !this.#left.has(sessionOf(before))) {
      const verdict = await this.#verify(before);
      this.#demand(verdict !== 'alive', '1: The store is cleared only if the session is over.');
    }
    this.#stored.push({ at: this.#world().now, token: after });
  }

  /** Whether a stored token still leads on, or why not. */
  async #verify(text: string): Promise<string> {
    const token = parseUnverifiedToken(text);
    if (!token) return 'no token';
    const now = Math.floor((this.#epochMs + this.#world().now) / 1000);
    const verdict = verifyToken({ token, ...(await this.#server.find(token)), now, acceptsSuperseded: true });
    return verdict.ok ? 'alive' : verdict.reason;
  }

  /** The stored token leads on, unless its session ended for a cause. */
  async checkStored(): Promise<void> {
    const token = tokenIn(this.#world().stored);
    if (token === undefined || this.#leaving.size > 0 || this.#left.has(sessionOf(token))) return;
    const verdict = await this.#verify(token);
    const endsAt = this.#chains.get(sessionOf(token))?.endsAt ?? 0;
    this.#demand(
      verdict === 'alive' || endsAt - 1000 < this.#world().now,
      `1: No session ends without a cause; ${verdict}.`,
    );
  }

  /** After everything works again, a process that knows nothing finds the session, or that there is none. */
  async checkEnd(
    answer: Promise<Result<{ readonly username: string }>>,
    pass: () => Promise<void>,
  ): Promise<void> {
    const token = tokenIn(this.#world().stored);
    const verdict = token && (await this.#verify(token));
    const username = verdict === 'alive' && token ? this.#chains.get(sessionOf(token))?.username : undefined;
    await pass();
    const result = await Promise.race([answer, undefined]);
    const found = result?.ok ? result.value.username : undefined;
    this.#demand(result !== undefined, '4: Every call ends.');
    this.#demand(
      found === username,
      `1: A live session goes on: ${found} instead of ${username}; ${verdict}.`,
    );
  }

  async #end<Value>(process: Process, work: Promise<Value>): Promise<Value> {
    this.#open.set(work, process);
    return work.finally(() => this.#open.delete(work));
  }

  checkEnds(): void {
    const open = [...this.#open.values()].filter(({ isAlive }) => isAlive);
    this.#demand(open.length === 0, '4: Every call ends.');
  }

  /** The server ends all sessions of a user. */
  bans(username: string): void {
    for (const [session, chain] of this.#chains) if (chain.username === username) this.#left.add(session);
  }

  #turn(process: Process): void {
    this.#turns.set(process, (this.#turns.get(process) ?? 0) + 1);
  }

  async watchLogin(process: Process, number: string, login: Promise<Result<void>>): Promise<void> {
    const result = await this.#end(process, login);
    const session = this.#logins.get(number);
    if (result.ok) this.#turn(process);
    else if (session !== undefined) this.#left.add(session);
  }

  async watchLogout(process: Process, logout: Promise<Result<unknown>>): Promise<void> {
    const { now } = this.#world();
    const { resumedAt } = process;
    this.#turn(process);
    this.#leave();
    this.#leaving.add(process);
    const result = await this.#end(process, logout);
    this.#leaving.delete(process);
    if (!result.ok) this.#leave();
    const isAtOnce = this.#world().now - now <= STORE_LIMIT_MS || process.resumedAt !== resumedAt;
    this.#demand(isAtOnce, '5: A logout waits for the store alone.');
  }

  /** What a killed logout has told the server is not known. */
  killed(process: Process): void {
    if (this.#leaving.delete(process)) this.#leave();
  }

  #leave(): void {
    const token = tokenIn(this.#world().stored);
    if (token !== undefined) this.#left.add(sessionOf(token));
  }

  async watchCall(process: Process, number: string, calling: () => Promise<Result<unknown>>): Promise<void> {
    const call: Call = { sessions: [] };
    this.#calls.set(number, call);
    const turns = this.#turns.get(process);
    const { length } = this.#stored;
    const { stored } = this.#world();
    const result = await this.#end(process, calling());
    const token = tokenIn(stored);
    if (result.ok) {
      this.#demand(this.#turns.get(process) === turns, '2: A late answer is dropped.');
    } else if (result.error.kind === 'signed_out' && token && this.#stored.length === length) {
      const isLeft = this.#leaving.size > 0 || this.#left.has(sessionOf(token));
      this.#demand(isLeft, '1: Nobody is told to be signed out while the session is stored.');
    }
  }
}

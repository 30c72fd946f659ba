/**
 * The session of one device: which token a request bears, when it is refreshed, and when the session is over. The store is the truth, so
 * that several processes can share it; what is in memory only saves requests. Knows two endpoints: refresh and logout.
 * The algorithm in words: docs/client.md.
 */
import { type Failure, fail, failAs, type Result, succeed } from './errors.ts';
import { type Clock, inTime, type Signal } from './platform.ts';
import {
  type Answer,
  type Http,
  type HttpRequest,
  isTokenRefused,
  memberOf,
  readSeconds,
} from './request.ts';
import { type Held, isToken, type Vault } from './store.ts';

const REFRESH: HttpRequest = { method: 'POST', path: '/api/refresh-token/' };
const LOGOUT: HttpRequest = { method: 'POST', path: '/api/logout/' };

/** Methods that may be sent again although the first may have been carried out (RFC 9110, section 9.2.2). */
const IDEMPOTENT = ['GET', 'PUT', 'DELETE'];

/** How long after a refresh, or one that failed, the next is not tried ahead of time. */
const AHEAD_PAUSE_MS = 60_000;
/** The longest `Retry-After` that a refresh obeys. */
const LONGEST_PAUSE_SECONDS = 300;

export interface SessionOptions {
  readonly vault: Vault;
  readonly http: Http;
  readonly clock: Clock;
}

/** How long a token lives, by the headers of an answer. */
interface Age {
  readonly token: string;
  /** Before the server counted the seconds, so that the end is never thought to be later than it is. */
  readonly sentAt: number;
  readonly tokenSeconds: number;
  readonly sessionSeconds: number;
}

/** One process's view of the session. Its methods never reject. */
export class Session {
  readonly #vault: Vault;
  readonly #http: Http;
  readonly #clock: Clock;
  /** Numbers sign-ins and logouts in the order in which they began. */
  #begun = 0;
  /** The number of the last one in force. An answer to what began before it is dropped. */
  #generation = 0;
  /** What was last seen in the store. */
  #known: Held | undefined;
  #age: Age | undefined;
  /** By old token: the refresh that is under way. */
  readonly #refreshing = new Map<string, Promise<Result<Held>>>();
  /** A successor that could not be stored. It is not used before it is. */
  #unsaved: { readonly from: Held; readonly to: Held } | undefined;
  /** The session that the user left the last time, in case it is still stored. */
  #left: string | undefined;
  /** Until when the server wants no refresh, and what it said. */
  #pause: { readonly until: number; readonly failure: Failure } | undefined;
  #aheadFrom = Number.NEGATIVE_INFINITY;

  constructor({ vault, http, clock }: SessionOptions) {
    this.#vault = vault;
    this.#http = http;
    this.#clock = clock;
  }

  /**
   * Sends a request with the token, at most twice: again with a newer token after a 401, or again after a lost answer if the method is
   * idempotent. An aborted signal ends the call, not the refresh that it waits for.
   */
  async call(request: HttpRequest): Promise<Result<Answer>> {
    const { signal } = request;
    return (await inTime(this.#call(request), this.#clock, { signal })) ?? failAs('aborted');
  }

  /**
   * Makes the token of an answer the session, if it has one, and ends the session before it on the server. Of two sign-ins the one that
   * began later holds; after a logout neither does.
   */
  async signIn(exchange: () => Promise<Result<Answer>>, signal?: Signal): Promise<Result<Answer>> {
    this.#begun += 1;
    const number = this.#begun;
    const answer = await exchange();
    const issued = readIssued(answer, this.#clock.random().toString(36).slice(2));
    if (!answer.ok || !issued) return answer;
    if (signal?.aborted) return this.#drop(issued, 'aborted');
    const stored = await this.#vault.exclusive(async ({ read, write }) => {
      if (number < this.#generation) return undefined;
      // The user asked for it: a store that cannot be read is overwritten.
      const before = await read().catch(() => undefined);
      await write(issued);
      this.#generation = Math.max(this.#generation, number);
      return before;
    });
    if (!stored.ok) return this.#drop(issued, 'store_unavailable');
    if (number !== this.#generation) return this.#drop(issued, 'superseded');
    this.#known = issued;
    this.#unsaved = undefined;
    this.#noteAge(issued.token, answer.value);
    if (stored.value) void this.#end(stored.value.token);
    return answer;
  }

  /**
   * Forgets the session, and tells the server without waiting: `ended` resolves to whether the server knows. If the store cannot be written,
   * this process knows nobody any more, and the server is told all the same.
   */
  async signOut(): Promise<Result<{ readonly ended: Promise<boolean> }>> {
    this.#begun += 1;
    this.#generation = this.#begun;
    let held = this.#known;
    this.#known = undefined;
    this.#age = undefined;
    this.#unsaved = undefined;
    const stored = await this.#vault.exclusive(async ({ read, write }) => {
      held = (await read().catch(() => undefined)) ?? held;
      await write(undefined);
    });
    this.#left = held?.session ?? this.#left;
    const ended = held ? this.#end(held.token) : Promise.resolve(true);
    return stored.ok ? succeed({ ended }) : stored;
  }

  /** Forgets the session, which is over on the server. */
  async forget(): Promise<void> {
    if (this.#known) await this.#replace(this.#known, undefined);
  }

  async isSignedIn(): Promise<Result<boolean>> {
    const held = await this.#current();
    if (held.ok) return succeed(true);
    return held.error.kind === 'signed_out' ? succeed(false) : held;
  }

  async #call(request: HttpRequest): Promise<Result<Answer>> {
    const startedIn = this.#generation;
    const stored = await this.#current();
    if (!stored.ok) return stored;
    let held = stored.value;
    let failure: Failure | undefined;
    if (this.#isDue(held)) {
      const renewed = await this.#refresh(held);
      if (!renewed.ok) failure = renewed;
      // A refresh that fails for a while is no reason to do without a token that works.
      const going = renewed.ok || isOver(renewed) ? renewed : await this.#stillIn(held.session);
      if (!going.ok) return going;
      held = going.value;
    }
    const answer = await this.#sendIn(startedIn, request, held);
    if (isTokenRefused(answer)) {
      const renewed = failure ?? (await this.#refresh(held));
      return renewed.ok ? this.#sendIn(startedIn, request, renewed.value) : renewed;
    }
    if (!IDEMPOTENT.includes(request.method)) return answer;
    if (!(await this.#http.waitToRepeat(answer, request.signal))) return answer;
    return this.#repeat(startedIn, request, held);
  }

  /** The second sending after a lost answer, with what is stored by now. */
  async #repeat(startedIn: number, request: HttpRequest, held: Held): Promise<Result<Answer>> {
    const now = await this.#stillIn(held.session);
    if (!now.ok) return now;
    const answer = await this.#sendIn(startedIn, request, now.value);
    if (!isTokenRefused(answer)) return answer;
    // No third sending; the next call finds the session as it is.
    const renewed = await this.#refresh(now.value);
    return renewed.ok ? failAs('no_response') : renewed;
  }

  /** Sends a request once, unless its session was left meanwhile. An answer that shows the token to be old starts a refresh. */
  async #sendIn(startedIn: number, request: HttpRequest, held: Held): Promise<Result<Answer>> {
    if (this.#generation !== startedIn) return failAs('superseded');
    const answer = await this.#http.send(request, held.token);
    if (this.#generation !== startedIn) return failAs('superseded');
    if (answer.ok) this.#noteAge(held.token, answer.value);
    if (answer.ok && this.#isDue(held)) void this.#refresh(held);
    return answer;
  }

  /** What is stored now. Fails with `signed_out` if it is nothing. */
  async #current(): Promise<Result<Held>> {
    const startedIn = this.#generation;
    const stored = await this.#vault.read();
    if (this.#generation !== startedIn) return failAs('superseded');
    if (!stored.ok) return stored;
    const held = stored.value;
    if (!held || held.session === this.#left) return failAs('signed_out');
    this.#known = held;
    const { from, to } = this.#unsaved ?? {};
    return from && from.token === held.token ? this.#replace(from, to) : succeed(held);
  }

  /** What is stored now, if it is still of this session. */
  async #stillIn(session: string): Promise<Result<Held>> {
    const stored = await this.#current();
    return !stored.ok || stored.value.session === session ? stored : failAs('superseded');
  }

  /** The token after `old`: one that is stored by now, or its successor. One refresh of a token at a time, for all who wait. */
  #refresh(old: Held): Promise<Result<Held>> {
    const underWay = this.#refreshing.get(old.token);
    if (underWay) return underWay;
    const started = this.#sendRefresh(old).finally(() => this.#refreshing.delete(old.token));
    this.#refreshing.set(old.token, started);
    return started;
  }

  /** Sends the refresh, at most twice: after a lost answer the second gets the same successor. */
  async #sendRefresh(old: Held): Promise<Result<Held>> {
    const startedIn = this.#generation;
    const renewed = await this.#refreshOnce(old, startedIn);
    return (await this.#http.waitToRepeat(renewed)) ? this.#refreshOnce(old, startedIn) : renewed;
  }

  async #refreshOnce(old: Held, startedIn: number): Promise<Result<Held>> {
    const stored = await this.#stillIn(old.session);
    if (!stored.ok) return stored;
    if (this.#generation !== startedIn) return failAs('superseded');
    if (stored.value.token !== old.token) return stored;
    if (this.#pause && this.#clock.now() < this.#pause.until) return this.#pause.failure;
    const answer = await this.#http.send(REFRESH, old.token);
    const successor = readIssued(answer, old.session);
    if (answer.ok && successor) {
      if (this.#generation !== startedIn) return this.#drop(successor, 'superseded');
      this.#pauseAhead();
      const kept = await this.#replace(old, successor);
      if (kept.ok) this.#noteAge(successor.token, answer.value);
      return kept;
    }
    return isTokenRefused(answer) ? this.#replace(old, undefined) : this.#pauseAfter(toFailure(answer));
  }

  #pauseAfter(failure: Failure): Failure {
    this.#pauseAhead();
    const { error } = failure;
    const seconds = ('retryAfterSeconds' in error && error.retryAfterSeconds) || 0;
    const until = this.#clock.now() + Math.min(seconds, LONGEST_PAUSE_SECONDS) * 1000;
    this.#pause = { until, failure };
    return failure;
  }

  #pauseAhead(): void {
    this.#aheadFrom = this.#clock.now() + AHEAD_PAUSE_MS * (1 + this.#clock.random());
  }

  /**
   * Stores a successor, or nothing, in the place of a token if that token is stored. Returns what is stored then: it may be a newer token of
   * the same session, from another process.
   */
  async #replace(from: Held, to: Held | undefined): Promise<Result<Held>> {
    const startedIn = this.#generation;
    const stored = await this.#vault.exclusive(async ({ read, write }) => {
      const before = await read();
      if (this.#generation !== startedIn || before?.token !== from.token) return before;
      await write(to);
      return to;
    });
    const isLate = this.#generation !== startedIn;
    if (!stored.ok) {
      if (to && !isLate) this.#unsaved = { from, to };
      return to && isLate ? this.#drop(to, 'superseded') : stored;
    }
    this.#unsaved = undefined;
    if (!isLate && stored.value?.session === from.session) return succeed(stored.value);
    const kind = isLate || stored.value ? 'superseded' : 'signed_out';
    return to ? this.#drop(to, kind) : failAs(kind);
  }

  #noteAge(token: string, { headers, sentAt }: Answer): void {
    const tokenSeconds = readSeconds(headers, 'Token-Expires-In');
    const sessionSeconds = readSeconds(headers, 'Session-Expires-In');
    if (tokenSeconds === undefined || sessionSeconds === undefined) return;
    if (this.#age?.token === token && this.#age.sentAt > sentAt) return;
    this.#age = { token, sentAt, tokenSeconds, sessionSeconds };
  }

  /** Whether less than a third of the token's life is left, and a refresh would lengthen it. */
  #isDue({ token, lifetime }: Held): boolean {
    const age = this.#age;
    if (age?.token !== token || age.sessionSeconds === age.tokenSeconds) return false;
    const now = this.#clock.now();
    const left = age.tokenSeconds - (now - age.sentAt) / 1000;
    return now >= this.#aheadFrom && (lifetime === undefined || left < lifetime / 3);
  }

  /** Ends the session of a token that nobody is to use. */
  #drop({ token }: Held, kind: 'aborted' | 'store_unavailable' | 'superseded' | 'signed_out'): Failure {
    void this.#end(token);
    return failAs(kind);
  }

  /** Tells the server that a session is over. True once it knows. */
  async #end(token: string): Promise<boolean> {
    const { answer } = await this.#http.sendTwice(LOGOUT, token);
    return answer.ok || isTokenRefused(answer);
  }
}

/** Whether a failed refresh leaves no token to go on with. */
const isOver = ({ error }: Failure): boolean =>
  ['signed_out', 'superseded', 'store_unavailable'].includes(error.kind);

/** What to say of an answer to a refresh that brings no token and refuses none. */
function toFailure(answer: Result<Answer>): Failure {
  if (answer.ok) return fail({ kind: 'unexpected_response', status: 200 });
  const { error } = answer;
  return error.kind === 'rejected' ? fail({ kind: 'unexpected_response', status: error.status }) : answer;
}

/** The token that an answer issues; `undefined` if it issues none. */
function readIssued(answer: Result<Answer>, session: string): Held | undefined {
  if (!answer.ok) return undefined;
  const token = memberOf(answer.value.body, 'token');
  if (!isToken(token)) return undefined;
  return { token, lifetime: readSeconds(answer.value.headers, 'Token-Expires-In'), session };
}

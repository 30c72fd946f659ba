/** The sessions of one connection: which tokens are alive, and which must be refused. No other connection has them. */
import type { Account } from './accounts';
import type { Known } from './known';
import { anyIndex, type Random } from './random';

export interface Session {
  readonly account: Account;
  readonly token: string;
  /** On the clock of `performance.now()`. */
  readonly validUntilMs: number;
}

/** A token that must be refused. */
export interface DeadToken {
  readonly token: string;
  readonly end: 'logged out' | 'refreshed away';
  /** When the answer said so, on the clock of `performance.now()`. */
  readonly endedAtMs: number;
}

/** More than a request can take: a token that ends while it is under way may be answered either way. */
const EXPIRY_MARGIN_MS = 40_000;
/** Beyond these one is forgotten, like an app that is not opened any more. */
const MAX_LIVE = 50;
const MAX_DEAD = 200;

export class Sessions {
  readonly #live: Session[] = [];
  readonly #dead: DeadToken[] = [];
  readonly #known: Known;
  readonly #random: Random;

  constructor(known: Known, random: Random) {
    this.#known = known;
    this.#random = random;
  }

  get liveCount(): number {
    return this.#live.length;
  }

  add(session: Session): void {
    if (this.#live.length >= MAX_LIVE) this.forget(this.#any(this.#live));
    this.#live.push(session);
    this.#known.tokens.add(session.token);
  }

  /** Any live one. Those that may expire meanwhile are forgotten, as nobody could say what must be answered. */
  choose(): Session | undefined {
    const nowMs = performance.now() + EXPIRY_MARGIN_MS;
    const expiring = this.#live.filter(({ validUntilMs }) => validUntilMs < nowMs);
    for (const session of expiring) this.forget(session);
    return this.#any(this.#live);
  }

  /** Nothing is expected of it any more. */
  forget(session: Session | undefined): void {
    if (session === undefined || !this.#remove(session)) return;
    this.#known.tokens.delete(session.token);
  }

  /** From now on its token must be refused. */
  end(session: Session, end: DeadToken['end']): void {
    this.#remove(session);
    if (this.#dead.length >= MAX_DEAD) {
      const [forgotten] = this.#dead.splice(anyIndex(this.#random, MAX_DEAD), 1);
      if (forgotten) this.#known.tokens.delete(forgotten.token);
    }
    this.#dead.push({ token: session.token, end, endedAtMs: performance.now() });
  }

  /** The token that was ended last. */
  get lastDead(): DeadToken | undefined {
    return this.#dead.at(-1);
  }

  /** Any token that must be refused. */
  chooseDead(): DeadToken | undefined {
    return this.#any(this.#dead);
  }

  #any<Member>(list: readonly Member[]): Member | undefined {
    return list[anyIndex(this.#random, list.length)];
  }

  #remove(session: Session): boolean {
    const at = this.#live.indexOf(session);
    if (at >= 0) this.#live.splice(at, 1);
    return at >= 0;
  }
}

/** How fast requests are sent, so that the limits of a stage with default settings let all of them pass. */

/** A stage lets 10 signups and 10 logins a second through, and 100 of each other kind. */
const PACES = {
  hashing: { milliseconds: 105, burst: 8 },
  other: { milliseconds: 11, burst: 100 },
} as const;

export type Kind = keyof typeof PACES;

export class Pace {
  readonly #readyAt: Record<string, number> = {};
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many milliseconds to wait before a request to this place; the request is counted. */
  take(place: string, kind: Kind): number {
    const { milliseconds, burst } = PACES[kind];
    const now = this.#now();
    const readyAt = Math.max(now, this.#readyAt[place] ?? 0);
    this.#readyAt[place] = readyAt + milliseconds;
    return Math.max(0, readyAt - (burst - 1) * milliseconds - now);
  }
}

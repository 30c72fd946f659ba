/** The rules of rate limits, over plain numbers. Waits are in seconds. */
import { createHash } from 'node:crypto';
import { KNOWN_NETWORKS } from './limits';
import { canonicalUsername } from './text';

/** How many attempts in a row may fail, and the waits after that. */
export interface BackoffRules {
  /** How many attempts may fail before there is any wait. */
  readonly freeFailures: number;
  /** Doubled by each further failure. */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** After so long without an attempt all failures are forgotten. */
  readonly keptSeconds: number;
}

/** The attempts since the last one that succeeded. */
export interface Attempts {
  readonly count: number;
  /** Epoch milliseconds. */
  readonly lastAtMs: number;
}

/** The wait after that many failures in a row. */
export const waitAfter = (failures: number, rules: BackoffRules): number =>
  failures < rules.freeFailures
    ? 0
    : Math.min(rules.firstWaitSeconds * 2 ** (failures - rules.freeFailures), rules.longestWaitSeconds);

/** Whole seconds until the next attempt, 0 if it may come now; never longer than the wait, also if a clock was ahead. */
export function remainingWait({ count, lastAtMs }: Attempts, nowMs: number, rules: BackoffRules): number {
  const wait = waitAfter(count, rules);
  const left = Math.ceil((lastAtMs - nowMs) / 1000 + wait);
  return Math.min(wait, Math.max(0, left));
}

/** Whether the attempts are so long ago that they count for nothing. */
export const areForgotten = ({ lastAtMs }: Attempts, nowMs: number, { keptSeconds }: BackoffRules): boolean =>
  lastAtMs + keptSeconds * 1000 <= nowMs;

/** How many attempts there may be in each window of time. */
export interface FixedWindowRules {
  readonly attempts: number;
  readonly windowSeconds: number;
}

export interface SpacedWindowRules extends FixedWindowRules {
  /** The least time between two attempts. */
  readonly apartSeconds: number;
}

/** The end of the window that a moment lies in, epoch seconds. Windows follow each other without a gap. */
export const windowEnd = (now: number, { windowSeconds }: FixedWindowRules): number =>
  (Math.floor(now / windowSeconds) + 1) * windowSeconds;

/**
 * Under which name an account's attempts are counted: the same for every spelling of a username, and for one that nobody has.
 * A digest, because people type their password where the name belongs.
 */
export const accountDigest = (username: string): string =>
  createHash('sha256').update(canonicalUsername(username)).digest('hex').slice(0, 32);

/**
 * Names a network of one user under one name. Another user's name for the same network is another, also if that user takes over the name.
 * `sourceIp` is an {@link addressGroup}.
 */
export const networkDigest = (account: string, locator: string, sourceIp: string): string =>
  createHash('sha256').update(`${account} ${locator} ${sourceIp}`).digest('hex').slice(0, 16);

/** The networks that an account signed in from, by their digests, and until when they are known: epoch seconds. */
export type KnownNetworks = Readonly<Record<string, number>>;

export const isKnown = (network: string, networks: KnownNetworks, now: number): boolean =>
  (networks[network] ?? 0) > now;

/** Which networks go when an account signs in from `network`: those whose time is over, and the oldest beyond KNOWN_NETWORKS. */
export function networksToForget(networks: KnownNetworks, network: string, now: number): string[] {
  const others = Object.keys(networks).filter((other) => other !== network);
  const latestFirst = others.sort((one, other) => (networks[other] ?? 0) - (networks[one] ?? 0));
  return latestFirst.filter((other, index) => index >= KNOWN_NETWORKS - 1 || !isKnown(other, networks, now));
}

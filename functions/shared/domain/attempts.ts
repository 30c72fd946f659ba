/** How many attempts are admitted, as rules over plain numbers. Waits are in seconds. */
import { createHash } from 'node:crypto';
import { canonicalUsername } from './text';

/** After how many failures in a row an account waits, and how long. */
export interface FailureRules {
  /** How many attempts may fail before there is any wait. */
  readonly freeFailures: number;
  /** Doubled by each further failure. */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** After so long without an attempt all failures are forgotten. */
  readonly keptSeconds: number;
}

/** What is known of an account's attempts since the last one that succeeded. */
export interface Attempts {
  readonly count: number;
  /** Epoch milliseconds. */
  readonly lastAtMs: number;
}

/** How long an account waits after that many failures in a row. */
export const waitAfter = (failures: number, rules: FailureRules): number =>
  failures < rules.freeFailures
    ? 0
    : Math.min(rules.firstWaitSeconds * 2 ** (failures - rules.freeFailures), rules.longestWaitSeconds);

/** Whole seconds until the account may try again, 0 if it may now; never longer than its wait, also if a clock was ahead. */
export function remainingWait({ count, lastAtMs }: Attempts, nowMs: number, rules: FailureRules): number {
  const wait = waitAfter(count, rules);
  const left = Math.ceil((lastAtMs - nowMs) / 1000 + wait);
  return Math.min(wait, Math.max(0, left));
}

/** Whether the attempts are so long ago that they count for nothing. */
export const areForgotten = ({ lastAtMs }: Attempts, nowMs: number, { keptSeconds }: FailureRules): boolean =>
  lastAtMs + keptSeconds * 1000 <= nowMs;

/** How many attempts an IP address has in each window of time. */
export interface AddressRules {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** The end of the window that a moment lies in, epoch seconds. Windows follow each other without a gap. */
export const windowEnd = (now: number, { windowSeconds }: AddressRules): number =>
  (Math.floor(now / windowSeconds) + 1) * windowSeconds;

/**
 * Under which name an account's attempts are counted: the same for every spelling of a username, and for one that nobody has.
 * A digest, because people type their password where the name belongs.
 */
export const accountKeyOf = (username: string): string =>
  createHash('sha256').update(canonicalUsername(username)).digest('hex').slice(0, 32);

/** The alarms' thresholds with their reasons. An alarm starts when the threshold is reached. */

export interface AlarmFigures {
  readonly threshold: number;
  readonly periodMinutes: number;
  /** How many of the last `ofPeriods` must reach the threshold. */
  readonly periods: number;
  readonly ofPeriods: number;
}

/** With fewer failures in a period, a percentage says nothing: one failure of two requests at night is 50 %. */
export const LEAST_FAILURES = 5;

/**
 * Percent. AWS's service levels for gateway, functions and database together allow about one failure in a thousand; more is our own fault.
 * It is that low because a rarely called endpoint, such as signup, may fail altogether and still be a small part of all requests.
 * Two periods: a deployment or a passing fault of AWS is over by then.
 */
const failing: AlarmFigures = { threshold: 0.1, periodMinutes: 5, periods: 2, ofPeriods: 2 };

/**
 * Retries by apps and the AWS SDK absorb one burst. Ten in five minutes, twice within a quarter of an hour, mean that a limit is too low for
 * the traffic.
 */
const throttled: AlarmFigures = { threshold: 10, periodMinutes: 5, periods: 2, ofPeriods: 3 };

export const alarmFigures = {
  serverErrors: failing,
  authorizerFailing: failing,
  functionsThrottled: throttled,
  databaseThrottled: throttled,
  /**
   * A session lasts for months, so of 100,000 users hardly 100 mistype in a quarter of an hour, even at the busiest time. `loginsPerAddress`
   * allows a single address more than that, so its guessing is detected. Raise the threshold with the number of users. Slower guessing is
   * not detected; the waits of each account limit it.
   */
  passwordGuessing: { threshold: 100, periodMinutes: 15, periods: 1, ofPeriods: 1 },
  /** No correct app reuses a token, so the first one raises the alarm. */
  tokensReused: { threshold: 1, periodMinutes: 5, periods: 1, ofPeriods: 1 },
  /** By then delivery was tried for hours, so each one is a message that somebody waits for. */
  messagesFailed: { threshold: 1, periodMinutes: 5, periods: 1, ofPeriods: 1 },
  /** With a channel there is none; without one, each is a user who cannot go on. */
  messagesUndeliverable: { threshold: 1, periodMinutes: 5, periods: 1, ofPeriods: 1 },
  /**
   * Milliseconds, of the slowest 5 %. People accept a wait of a second. In a quiet period the only hash may be in a function that has just
   * started; three periods are not chance.
   */
  slowHashes: { threshold: 1000, periodMinutes: 5, periods: 3, ofPeriods: 3 },
} as const satisfies Record<string, AlarmFigures>;

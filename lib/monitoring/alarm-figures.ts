/** When the alarms go off, with the reason for each figure. All compare by "at least". */

/** How much, in how long, how often. */
export interface AlarmFigures {
  readonly threshold: number;
  readonly periodMinutes: number;
  /** How many of the last `ofPeriods` must reach the threshold. */
  readonly periods: number;
  readonly ofPeriods: number;
}

/** With fewer failures in a period their share says nothing: of two requests at night, one failure is a half. */
export const LEAST_FAILURES = 5;

/**
 * Percent. What AWS promises of its gateway, functions and database together leaves about one failure in a thousand; more is our own. It is
 * that low because an endpoint that is seldom called, such as signup, may fail altogether and still be a small part of the whole.
 * Two periods in a row: a deployment, or a fault of AWS that passes, is over by then.
 */
const failing: AlarmFigures = { threshold: 0.1, periodMinutes: 5, periods: 2, ofPeriods: 2 };

/**
 * One burst is got over by trying again, which apps and the AWS SDK do. Ten in five minutes, and again within a quarter of an
 * hour, is a limit that is too low for the traffic.
 */
const throttled: AlarmFigures = { threshold: 10, periodMinutes: 5, periods: 2, ofPeriods: 3 };

/** By alarm. */
export const alarmFigures = {
  serverErrors: failing,
  authorizerFailing: failing,
  functionsThrottled: throttled,
  databaseThrottled: throttled,
  /**
   * People sign in once in weeks, since a session lasts for months: of 100,000 users hardly 100 mistype in a quarter of an hour, also at
   * the busiest time. And `loginsPerAddress` lets a single address try 150 in that time, which is then seen. Raise it with the number
   * of users. Guessing slower than this does not show here; it meets the waits of each account.
   */
  passwordGuessing: { threshold: 100, periodMinutes: 15, periods: 1, ofPeriods: 1 },
  /** It never happens to an honest phone, so the first one counts, at once. */
  tokensReused: { threshold: 1, periodMinutes: 5, periods: 1, ofPeriods: 1 },
  /**
   * Milliseconds that one hash in twenty takes. A second is what people wait without wondering. In a quiet period that one may be the
   * only one, in a function that has just started; three periods in a row are not chance.
   */
  slowHashes: { threshold: 1000, periodMinutes: 5, periods: 3, ofPeriods: 3 },
} as const satisfies Record<string, AlarmFigures>;

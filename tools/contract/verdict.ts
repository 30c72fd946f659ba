/** How a row can end other than that it held. Each is thrown. */

/** The target answered something else than it should have. */
export class Difference extends Error {
  readonly sent: string;
  readonly expected: string;
  readonly got: string;

  constructor(sent: string, expected: string, got: string) {
    super(`${sent}: expected ${expected}, got ${got}`);
    this.name = 'Difference';
    this.sent = sent;
    this.expected = expected;
    this.got = got;
  }
}

/** The target, as it is set up, cannot show the row. */
export class NotShownError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotShownError';
  }
}

/** The target's rate limits stand before the row. */
export class ThrottledError extends Error {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(`throttled: try again in ${waitSeconds} seconds`);
    this.name = 'ThrottledError';
    this.waitSeconds = waitSeconds;
  }
}

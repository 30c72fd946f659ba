/**
 * Settings as in `cdk.json`, unchecked. A list may be one text with commas; a time is a whole number and its unit, such as `30m`, `12h` or `7d`.
 */
export interface TokenAuthProps {
  /**
   * `dev` is deleted with all its data; every other stage keeps its data.
   * @defaultValue 'dev'
   */
  readonly stage?: string;
  /**
   * All roles.
   * @defaultValue 'CLERK,MANAGER,ADMIN'
   */
  readonly roles?: string | readonly string[];
  /**
   * The roles that anyone may choose at signup; the first is the default.
   * @defaultValue 'CLERK'
   */
  readonly signupRoles?: string | readonly string[];
  /**
   * Lifetime of a token without a refresh.
   * @defaultValue '7d'
   */
  readonly tokenLifetime?: string;
  /**
   * Lifetime of a session, regardless of refreshes.
   * @defaultValue '90d'
   */
  readonly sessionLifetime?: string;
  /**
   * A login beyond that ends the least recently refreshed session.
   * @defaultValue 20
   */
  readonly sessionsPerUser?: number | string;
  /**
   * Base-2 logarithm of bcrypt's rounds, 10 to 14.
   * @defaultValue 10
   */
  readonly bcryptCost?: number | string;
  /**
   * Characters, 8 to 64.
   * @defaultValue 8
   */
  readonly passwordMinLength?: number | string;
  /**
   * Refuses common passwords where a new one is set. Off, because the contract's own example is one.
   * @defaultValue 'off'
   */
  readonly passwordBlocklist?: boolean | 'on' | 'off';
  /**
   * Origins of pages that may call the API, in a browser or a web view: `*` for all, `none` for native apps.
   * @defaultValue 'none'
   */
  readonly corsOrigins?: string | readonly string[];
  /**
   * `off` disables every limit below, for load tests; stage `dev` only.
   * @defaultValue 'on'
   */
  readonly rateLimits?: boolean | 'on' | 'off';
  /**
   * Consecutive failed logins of an account before it has to wait (NIST SP 800-63B-4, 3.2.2: at most 100).
   * @defaultValue 5
   */
  readonly loginFailures?: number | string;
  /**
   * The first wait; each further failure doubles it.
   * @defaultValue '1s'
   */
  readonly loginWait?: string;
  /**
   * The longest wait after a failure.
   * @defaultValue '15m'
   */
  readonly loginWaitMax?: string;
  /**
   * An account's failures expire after this time without an attempt.
   * @defaultValue '1d'
   */
  readonly loginFailuresKept?: string;
  /**
   * Logins of an IP address (IPv6: /64 network) in each `addressWindow`.
   * @defaultValue 100
   */
  readonly loginsPerAddress?: number | string;
  /**
   * Signups of an IP address (IPv6: /64 network) in each `addressWindow`.
   * @defaultValue 30
   */
  readonly signupsPerAddress?: number | string;
  /**
   * The time in which logins and signups of an IP address are counted.
   * @defaultValue '10m'
   */
  readonly addressWindow?: string;
  /**
   * API Gateway's throttle of each method, for all callers together; the burst is twice that.
   * @defaultValue 100
   */
  readonly requestsPerSecond?: number | string;
  /**
   * The same for methods that hash a password; the burst is equal.
   * @defaultValue 10
   */
  readonly hashesPerSecond?: number | string;
  /**
   * The sender of messages by e-mail (Amazon SES), such as `Example <no-reply@example.com>`.
   * @defaultValue 'none'
   */
  readonly emailFrom?: string;
  /**
   * `eventbridge` puts messages on an event bus of the stack, for a sender of your own.
   * @defaultValue 'none'
   */
  readonly messages?: 'none' | 'eventbridge';
  /**
   * The link in a message to reset a password, with `{uid}`, and `{token}` after the `#`.
   * @defaultValue 'none'
   */
  readonly resetUrl?: string;
  /**
   * The link in a message to verify an e-mail address, likewise.
   * @defaultValue 'none'
   */
  readonly activationUrl?: string;
  /**
   * The link in a message to delete an account, likewise.
   * @defaultValue 'none'
   */
  readonly deletionUrl?: string;
  /**
   * Lifetime of a link; a code lives as long, but at most ten minutes.
   * @defaultValue '10m'
   */
  readonly messageLifetime?: string;
  /**
   * Whether users verify their e-mail address.
   * @defaultValue 'off'
   */
  readonly emailVerification?: 'off' | 'optional' | 'required';
  /**
   * Puts security events on the event bus, for other services.
   * @defaultValue 'off'
   */
  readonly events?: boolean | 'on' | 'off';
  /**
   * Metrics, alarms and a dashboard in CloudWatch, which cost money.
   * @defaultValue 'off'
   */
  readonly monitoring?: boolean | 'on' | 'off';
  /**
   * Recipient of the alarms.
   * @defaultValue 'none'
   */
  readonly alarmEmail?: string;
  /**
   * A template for `sam local`, which cannot be deployed.
   * @defaultValue 'off'
   */
  readonly sam?: boolean | 'on' | 'off';
}

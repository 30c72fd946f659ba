/** What of a request matters to security, and what is counted of it. */
import type { Level } from './line';

interface EventKind {
  readonly level: Level;
  readonly outcome: 'succeeded' | 'failed' | 'refused';
  /** Counts these events, apart for each value of `by`. */
  readonly metric?: { readonly name: string; readonly by?: 'outcome' | 'reason' };
}

const logins = { name: 'Logins', by: 'outcome' } as const;

/** OWASP ASVS 5.0, 16.3.1 to 16.3.3. */
const events = {
  signup_succeeded: { level: 'INFO', outcome: 'succeeded' },
  signup_failed: { level: 'INFO', outcome: 'failed' },
  signup_refused: { level: 'WARN', outcome: 'refused' },
  login_succeeded: { level: 'INFO', outcome: 'succeeded', metric: logins },
  login_failed: { level: 'INFO', outcome: 'failed', metric: logins },
  login_refused: { level: 'WARN', outcome: 'refused', metric: logins },
  /** The last free attempt of an account, or of one of its lanes, failed: from now on it waits after each failure. */
  account_locked: { level: 'WARN', outcome: 'refused', metric: { name: 'AccountsLocked' } },
  password_rehashed: { level: 'INFO', outcome: 'succeeded' },
  /** A signed-in user gave a wrong password where it is asked for again. */
  reauthentication_failed: { level: 'INFO', outcome: 'failed' },
  reauthentication_refused: { level: 'WARN', outcome: 'refused' },
  password_changed: { level: 'INFO', outcome: 'succeeded' },
  username_changed: { level: 'INFO', outcome: 'succeeded' },
  /** The name, or the address, was taken. */
  username_change_failed: { level: 'INFO', outcome: 'failed' },
  email_change_failed: { level: 'INFO', outcome: 'failed' },
  email_changed: { level: 'INFO', outcome: 'succeeded' },
  account_deleted: { level: 'INFO', outcome: 'succeeded' },
  account_exported: { level: 'INFO', outcome: 'succeeded' },
  export_refused: { level: 'WARN', outcome: 'refused' },
  password_reset: { level: 'INFO', outcome: 'succeeded' },
  email_verified: { level: 'INFO', outcome: 'succeeded' },
  /** Another address was given, which does not count before it is confirmed. */
  email_change_requested: { level: 'INFO', outcome: 'succeeded' },
  /** Somebody asked for a message; whether anyone has the address, the endpoint does not know. */
  message_requested: { level: 'INFO', outcome: 'succeeded' },
  /** The source IP asked too often, or the address was sent too many. */
  message_refused: { level: 'WARN', outcome: 'refused' },
  /** A token or a code that opens nothing. */
  confirmation_failed: { level: 'INFO', outcome: 'failed' },
  confirmation_refused: { level: 'WARN', outcome: 'refused' },
  message_sent: { level: 'INFO', outcome: 'succeeded' },
  /** Nobody is to get the message. */
  message_dropped: { level: 'INFO', outcome: 'succeeded' },
  /** The deployment has no way to send the message. */
  message_undeliverable: { level: 'WARN', outcome: 'failed', metric: { name: 'MessagesUndeliverable' } },
  token_refreshed: { level: 'INFO', outcome: 'succeeded' },
  /** A token was refreshed again although its successor had been used: a request that was under way, or a thief who is in time. */
  token_refreshed_after_use: { level: 'WARN', outcome: 'succeeded' },
  /** A token that was refreshed away came back late; its session was ended. */
  token_reused: { level: 'WARN', outcome: 'refused', metric: { name: 'TokensReused' } },
  logged_out: { level: 'INFO', outcome: 'succeeded' },
  session_ended: { level: 'INFO', outcome: 'succeeded' },
  all_sessions_ended: { level: 'INFO', outcome: 'succeeded' },
  other_sessions_ended: { level: 'INFO', outcome: 'succeeded' },
  /** An account has more sessions stored than one request reads. */
  sessions_not_all_read: { level: 'WARN', outcome: 'failed' },
  request_denied: { level: 'INFO', outcome: 'refused', metric: { name: 'Denials', by: 'reason' } },
} as const satisfies Record<string, EventKind>;

export type SecurityEvent = keyof typeof events;

export const findEventKind = (event: SecurityEvent): EventKind => events[event];

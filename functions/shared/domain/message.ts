/** What the outbox holds: messages to users, and events for other services. */
import { randomBytes } from 'node:crypto';
import type { ChallengePurpose } from './challenge';
import { OUTBOX_KEPT_SECONDS } from './limits';

/** What a user is told after a change (ASVS 5.0, 6.3.7). */
export type Notice = 'password_changed' | 'username_changed' | 'email_changed' | 'account_deleted';

/** What other services may hear of. */
export type UserEvent =
  | 'user.created'
  | 'user.deleted'
  | 'user.exported'
  | 'password.changed'
  | 'email.changed'
  | 'role.changed'
  | 'user.deactivated'
  | 'user.activated'
  | 'session.reused';

/** A message or an event that is to be sent. No secret is in it: the one that a message carries is drawn when it is sent. */
export type OutboxEntry =
  /** To whoever has the address, in its canonical form. */
  | { readonly purpose: ChallengePurpose; readonly email: string }
  | { readonly purpose: ChallengePurpose; readonly locator: string; readonly userId: number }
  | { readonly purpose: Notice; readonly to: string; readonly userId: number }
  | {
      readonly purpose: 'event';
      readonly event: UserEvent;
      readonly userId: number;
      readonly sessionId?: string;
    };

/** As stored. Times are epoch seconds. */
export type OutboxItem = OutboxEntry & { readonly createdAt: number; readonly expiresAt: number };

/** What leaves with a change, at a time in epoch seconds. */
export interface Outgoing {
  readonly entries: readonly OutboxEntry[];
  readonly now: number;
}

export const toOutboxItem = (entry: OutboxEntry, now: number): OutboxItem => ({
  ...entry,
  createdAt: now,
  expiresAt: now + OUTBOX_KEPT_SECONDS,
});

/** An entry that a run has, or had, and how often one did. */
type ClaimedItem = OutboxItem & {
  readonly claimedUntil?: number;
  readonly claimedBy?: string;
  readonly attempts?: number;
};

/** What is kept of an entry that could not be sent, to be sent as a new one. */
export const renewOutboxItem = (
  { claimedUntil: _, claimedBy: __, attempts: ___, ...item }: ClaimedItem,
  now: number,
): OutboxItem => ({ ...item, expiresAt: now + OUTBOX_KEPT_SECONDS });

export const newMessageId = (): string => randomBytes(16).toString('hex');

/** Which announcements a deployment wants. */
export interface AnnouncementRules {
  /** Whether users are told: whether messages have a way to leave. */
  readonly notices: boolean;
  readonly events: boolean;
}

/** What is announced of a change: to the user at an address that was the user's before, and to other services. */
export interface Announcement {
  readonly notice?: Notice;
  readonly event?: UserEvent;
}

/** The entries for a change of a user, which belong into the transaction of the change. */
export const announce = (
  { notice, event }: Announcement,
  { id: userId, email: to }: { readonly id: number; readonly email: string },
  { notices, events }: AnnouncementRules,
): readonly OutboxEntry[] => [
  ...(notices && notice && to !== '' ? [{ purpose: notice, to, userId }] : []),
  ...(events && event ? [{ purpose: 'event' as const, event, userId }] : []),
];

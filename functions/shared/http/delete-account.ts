/**
 * Deletes an account. One transaction decides: before it the account is whole, after it nobody is there to sign in, the name and the address
 * are free, and every session is dead.
 */
import type { Clock } from '../clock';
import { accountDigest } from '../domain/attempts';
import { DELETED_LISTED_SECONDS, TIDYING_PATIENCE_MS } from '../domain/limits';
import { type AnnouncementRules, announce } from '../domain/message';
import { toSeconds } from '../domain/session';
import { parseAnnouncementRules } from '../environment';
import type { RequestLog } from '../log/request-log';
import { type AccountStore, deleteUser, type Interference } from '../store/accounts';
import { bind } from '../store/bind';
import type { ChallengeKey } from '../store/challenge-keys';
import type { Database } from '../store/database';
import { type RateLimitStore, removeAccountCounter, removeCounters } from '../store/rate-limits';
import { type LimitKey, reauthenticationLimitKey } from '../store/schema';
import { list, removeAll, type SessionStore } from '../store/sessions';
import type { Account } from '../store/users';
import type { PublicRequest } from './create-handler';
import { listSessions } from './session-list';

export interface DeletionDependencies {
  readonly clock: Clock;
  readonly announcementRules: AnnouncementRules;
  readonly deletion: Pick<AccountStore, 'deleteUser'> &
    Pick<SessionStore, 'list' | 'removeAll'> &
    Pick<RateLimitStore, 'removeAccountCounter' | 'removeCounters'>;
}

export const bindDeletion = (
  database: Database<'users' | 'tokens' | 'rateLimits' | 'outbox'>,
  environment: { readonly NOTICES: string; readonly EVENTS: string },
) => ({
  announcementRules: parseAnnouncementRules(environment),
  deletion: {
    ...bind(database, { deleteUser, list, removeAll, removeAccountCounter, removeCounters }),
  },
});

interface Deletion {
  readonly user: Account;
  /** The challenge that is used up by it; absent: the password was checked. */
  readonly proof?: ChallengeKey;
  /** Milliseconds since the request began: what took long is not followed by tidying. */
  readonly elapsed: () => number;
}

export async function deleteAccount(
  { user, proof, elapsed }: Deletion,
  { caller, log }: Pick<PublicRequest, 'caller' | 'log'>,
  { clock, announcementRules, deletion }: DeletionDependencies,
): Promise<'deleted' | Interference> {
  // Before the user goes: if this function is killed in between, the next user of the name inherits nothing.
  const lanes = await deletion.removeAccountCounter(accountDigest(user.username));
  const now = toSeconds(clock());
  const change = { notice: 'account_deleted', event: 'user.deleted' } as const;
  const outcome = await deletion.deleteUser(user, {
    listedUntil: now + DELETED_LISTED_SECONDS,
    outgoing: { entries: announce(change, user, announcementRules), now },
    ...(proof && { proof }),
  });
  if (outcome !== 'deleted') return outcome;
  log.event('account_deleted', { address: caller.sourceIp });
  if (elapsed() < TIDYING_PATIENCE_MS) await tidy(user, lanes, { deletion, log }).catch(log.failure);
  return outcome;
}

/** Deletes what opens nothing any more. What is left of it, DynamoDB deletes when it expires. */
async function tidy(
  { id, locator }: Account,
  lanes: readonly LimitKey[],
  { deletion, log }: Pick<DeletionDependencies, 'deletion'> & { readonly log: RequestLog },
): Promise<void> {
  const { sessions: stored } = await listSessions(locator, deletion, log);
  // The locator may be somebody else's by now, whose id is higher.
  const dead = stored.filter(({ session }) => session.userId <= id);
  const counters = dead.map(({ session }) => reauthenticationLimitKey(locator, session.id));
  await Promise.all([deletion.removeAll(dead), deletion.removeCounters([...lanes, ...counters])]);
}

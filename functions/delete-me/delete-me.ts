/**
 * Deletes the account of a user who knows the password. One transaction decides: before it the account is whole, after it nobody is there to
 * sign in, the name and the address are free, and every session is dead.
 */
import { stopwatch } from '../shared/clock';
import { accountDigest } from '../shared/domain/attempts';
import { DELETED_LISTED_SECONDS, TIDYING_PATIENCE_MS } from '../shared/domain/limits';
import { toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import type { FieldsOf } from '../shared/http/fields';
import {
  type ReauthenticationDependencies,
  reauthenticate,
  rejectInterference,
} from '../shared/http/reauthenticate';
import type { HttpResponse } from '../shared/http/response';
import { listSessions } from '../shared/http/session-list';
import type { AccountStore } from '../shared/store/accounts';
import type { RateLimitStore } from '../shared/store/rate-limits';
import { type LimitKey, reauthenticationLimitKey } from '../shared/store/schema';
import type { SessionStore } from '../shared/store/sessions';
import type { endpoint } from './endpoint';

export interface DeleteMeDependencies extends ReauthenticationDependencies {
  readonly accounts: Pick<AccountStore, 'deleteUser'>;
  readonly sessions: Pick<SessionStore, 'list' | 'removeAll'>;
  readonly counters: Pick<RateLimitStore, 'removeAccountCounter'>;
}

type DeletionRequest = ProtectedRequest<FieldsOf<(typeof endpoint)['body']>>;

export const deleteMe = (
  request: DeletionRequest,
  dependencies: DeleteMeDependencies,
): Promise<HttpResponse> => {
  const elapsed = stopwatch();
  return reauthenticate(request, dependencies, async (user) => {
    const { caller, log } = request;
    const { clock, accounts, counters } = dependencies;
    // Before the user goes: if this function is killed in between, the next user of the name inherits nothing.
    const lanes = await counters.removeAccountCounter(accountDigest(user.username));
    const outcome = await accounts.deleteUser(user, toSeconds(clock()) + DELETED_LISTED_SECONDS);
    rejectInterference(outcome);
    log.event('account_deleted', { address: caller.sourceIp });
    if (elapsed() < TIDYING_PATIENCE_MS) await tidy(request, lanes, dependencies).catch(log.failure);
    return { status: 204 };
  });
};

/** Deletes what opens nothing any more. What is left of it, DynamoDB deletes when it expires. */
async function tidy(
  { principal: { userId }, token: { locator }, log }: DeletionRequest,
  lanes: readonly LimitKey[],
  { sessions, rateLimits }: DeleteMeDependencies,
): Promise<void> {
  const { sessions: stored } = await listSessions(locator, sessions, log);
  // The locator may be somebody else's by now, whose id is higher.
  const dead = stored.filter(({ session }) => session.userId <= userId);
  const counters = dead.map(({ session }) => reauthenticationLimitKey(locator, session.id));
  await Promise.all([sessions.removeAll(dead), rateLimits.removeCounters([...lanes, ...counters])]);
}

/** Another name for a user who knows the password. Every session goes on; the old name is free at once. */
import { stopwatch } from '../shared/clock';
import { TIDYING_PATIENCE_MS } from '../shared/domain/limits';
import { type AnnouncementRules, announce } from '../shared/domain/message';
import { toSeconds } from '../shared/domain/session';
import { canonicalUsername } from '../shared/domain/text';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { FieldsOf } from '../shared/http/fields';
import { forgetAccount } from '../shared/http/rate-limits';
import {
  type ReauthenticationDependencies,
  reauthenticate,
  rejectInterference,
} from '../shared/http/reauthenticate';
import type { HttpResponse } from '../shared/http/response';
import type { AccountStore } from '../shared/store/accounts';
import type { RateLimitStore } from '../shared/store/rate-limits';
import type { FoundUser } from '../shared/store/users';
import type { endpoint } from './endpoint';

export interface SetUsernameDependencies extends ReauthenticationDependencies {
  readonly announcementRules: AnnouncementRules;
  readonly accounts: Pick<AccountStore, 'changeUsername'>;
  readonly counters: Pick<RateLimitStore, 'removeAccountCounter' | 'removeCounters'>;
}

type SetUsernameRequest = ProtectedRequest<FieldsOf<(typeof endpoint)['body']>>;

export const setUsername = (
  request: SetUsernameRequest,
  dependencies: SetUsernameDependencies,
): Promise<HttpResponse> => {
  const elapsed = stopwatch();
  return reauthenticate(request, dependencies, async (user) => {
    const response = await changeUsername(user, request, dependencies);
    const isSame = canonicalUsername(user.username) === canonicalUsername(request.body.new_username);
    // Whoever takes a name that was given up begins without its failures and known networks.
    if (!isSame && elapsed() < TIDYING_PATIENCE_MS)
      await forgetAccount(user.username, dependencies.counters).catch(request.log.failure);
    return response;
  });
};

async function changeUsername(
  user: FoundUser,
  { body, principal, caller, log }: SetUsernameRequest,
  { clock, accounts, announcementRules }: SetUsernameDependencies,
): Promise<HttpResponse> {
  const now = toSeconds(clock());
  const outgoing = { entries: announce({ notice: 'username_changed' }, user, announcementRules), now };
  const outcome = await accounts.changeUsername(user, { to: body.new_username, outgoing });
  if (outcome === 'taken') {
    log.event('username_change_failed', { reason: 'username_taken', address: caller.sourceIp });
    throw new InvalidFieldsError({ new_username: [messages.usernameTaken] });
  }
  rejectInterference(outcome);
  log.event('username_changed', { address: caller.sourceIp });
  return { status: 204, headers: expiryHeaders(principal, now) };
}

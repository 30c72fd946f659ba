/** Another name for a user who knows the password. Every session goes on; the old name is free at once. */
import { accountDigest } from '../shared/domain/attempts';
import { toSeconds } from '../shared/domain/session';
import { canonicalUsername } from '../shared/domain/text';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { FieldsOf } from '../shared/http/fields';
import {
  type ReauthenticationDependencies,
  reauthenticate,
  wrongPassword,
} from '../shared/http/reauthenticate';
import type { HttpResponse } from '../shared/http/response';
import type { AccountStore } from '../shared/store/accounts';
import type { RateLimitStore } from '../shared/store/rate-limits';
import { accountLimitKey, laneLimitKey } from '../shared/store/schema';
import type { endpoint } from './endpoint';

export interface SetUsernameDependencies extends ReauthenticationDependencies {
  readonly accounts: Pick<AccountStore, 'changeUsername'>;
  readonly rateLimits: ReauthenticationDependencies['rateLimits'] &
    Pick<RateLimitStore, 'removeAccountCounter'>;
}

export async function setUsername(
  request: ProtectedRequest<FieldsOf<(typeof endpoint)['body']>>,
  dependencies: SetUsernameDependencies,
): Promise<HttpResponse> {
  const { body, principal, caller, log } = request;
  const { clock, accounts, rateLimits } = dependencies;
  const user = await reauthenticate(body.current_password, request, dependencies);
  const outcome = await accounts.changeUsername(user, body.new_username);
  if (outcome === 'taken') throw new InvalidFieldsError({ new_username: [messages.usernameTaken] });
  if (outcome === 'overtaken') throw wrongPassword();
  if (outcome === 'gone') throw new ApiError('not_authenticated', messages.userInactive);
  log.event('username_changed', { address: caller.sourceIp });
  await forgetName(user.username, body.new_username).catch(log.failure);
  return { status: 204, headers: expiryHeaders(principal, toSeconds(clock())) };

  /** Whoever takes the old name begins without its failures and known networks. */
  async function forgetName(old: string, current: string): Promise<void> {
    if (canonicalUsername(old) === canonicalUsername(current)) return;
    const account = accountDigest(old);
    const networks = await rateLimits.removeAccountCounter(accountLimitKey(account));
    await rateLimits.removeCounters(networks.map((network) => laneLimitKey(account, network)));
  }
}

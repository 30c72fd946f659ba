/** The caller as the caller knows it. */
import type { Clock } from '../shared/clock';
import { toSeconds } from '../shared/domain/session';
import { type EmailVerification, toOwnProfile } from '../shared/domain/user';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { HttpResponse } from '../shared/http/response';
import type { UserStore } from '../shared/store/users';

export interface MeDependencies {
  readonly clock: Clock;
  readonly emailVerification: EmailVerification;
  readonly users: Pick<UserStore, 'findProfile'>;
}

export async function me(
  { principal, token }: ProtectedRequest,
  { clock, emailVerification, users }: MeDependencies,
): Promise<HttpResponse> {
  const user = await users.findProfile(token.locator, principal.userId);
  if (!user?.isActive) throw new ApiError('not_authenticated', messages.userInactive);
  return {
    status: 200,
    body: toOwnProfile(user, emailVerification),
    headers: expiryHeaders(principal, toSeconds(clock())),
  };
}

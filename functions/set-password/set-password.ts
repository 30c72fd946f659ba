/** A new password, for who knows the present one. The session goes on with its token; all others end with the old password (ASVS 5.0, 7.4.3). */
import { timed } from '../shared/clock';
import { type AnnouncementRules, announce } from '../shared/domain/message';
import { hashPassword } from '../shared/domain/password-hash';
import { type PasswordRules, passwordProblems } from '../shared/domain/password-rules';
import { toSeconds } from '../shared/domain/session';
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
import type { GenerationStore } from '../shared/store/generations';
import type { FoundUser } from '../shared/store/users';
import type { endpoint } from './endpoint';

export interface SetPasswordDependencies extends ReauthenticationDependencies {
  readonly passwordRules: PasswordRules;
  readonly announcementRules: AnnouncementRules;
  readonly generations: Pick<GenerationStore, 'changePassword'>;
}

type SetPasswordRequest = ProtectedRequest<FieldsOf<(typeof endpoint)['body']>>;

export const setPassword = (
  request: SetPasswordRequest,
  dependencies: SetPasswordDependencies,
): Promise<HttpResponse> =>
  reauthenticate(request, dependencies, (user) => changePassword(user, request, dependencies));

async function changePassword(
  user: FoundUser,
  { body, principal, token, caller, log }: SetPasswordRequest,
  { clock, bcryptCost, passwordRules, announcementRules, generations }: SetPasswordDependencies,
): Promise<HttpResponse> {
  const { new_password: chosen, re_new_password: repeated = chosen } = body;
  const problems = await passwordProblems(chosen, user, passwordRules);
  if (problems.length > 0) throw new InvalidFieldsError({ new_password: problems });
  const isRepeated = repeated === chosen;
  if (!isRepeated) throw new InvalidFieldsError({ non_field_errors: [messages.passwordsDiffer] });
  const [passwordHash, hashMilliseconds] = await timed(() => hashPassword(chosen, bcryptCost));
  const { passwordVersion } = user;
  const kept = { ...principal, key: token };
  const now = toSeconds(clock());
  const change = { notice: 'password_changed', event: 'password.changed' } as const;
  const outgoing = { entries: announce(change, user, announcementRules), now };
  const outcome = await generations.changePassword(kept, { passwordVersion, passwordHash, outgoing });
  if (outcome === 'overtaken') throw wrongPassword();
  if (outcome === 'ended') throw new ApiError('not_authenticated', messages.tokenInvalid);
  log.event('password_changed', { address: caller.sourceIp, hashMilliseconds });
  return { status: 204, headers: expiryHeaders(principal, now) };
}

/** A new password for who proves to read the user's messages. Every session ends: a reset means that someone else may be in. */
import { stopwatch, timed } from '../shared/clock';
import { TIDYING_PATIENCE_MS } from '../shared/domain/limits';
import { type AnnouncementRules, announce } from '../shared/domain/message';
import { hashPassword } from '../shared/domain/password-hash';
import { type PasswordOwner, type PasswordRules, passwordProblems } from '../shared/domain/password-rules';
import { toSeconds } from '../shared/domain/session';
import type { PublicRequest } from '../shared/http/create-handler';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import type { FieldsOf } from '../shared/http/fields';
import { type ProofDependencies, prove, wrongProof } from '../shared/http/prove';
import { consumeSourceIp, forgetAccount, type SourceIpLimit } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import type { GenerationStore } from '../shared/store/generations';
import type { RateLimitStore } from '../shared/store/rate-limits';
import type { endpoint } from './endpoint';

export interface ResetPasswordConfirmDependencies extends SourceIpLimit, ProofDependencies {
  readonly passwordRules: PasswordRules;
  readonly announcementRules: AnnouncementRules;
  readonly generations: Pick<GenerationStore, 'resetPassword'>;
  readonly rateLimits: Pick<RateLimitStore, 'consumeFixedWindow' | 'removeCounters' | 'removeAccountCounter'>;
}

type Fields = FieldsOf<(typeof endpoint)['body']> | FieldsOf<(typeof endpoint)['codeBody']>;

const NO_OWNER: PasswordOwner = { username: '', email: '' };

export async function resetPasswordConfirm(
  request: PublicRequest<Fields>,
  dependencies: ResetPasswordConfirmDependencies,
): Promise<HttpResponse> {
  const { body, caller, log } = request;
  const { clock, bcryptCost, passwordRules, announcementRules, generations } = dependencies;
  const { new_password: chosen, re_new_password: repeated = chosen } = body;
  const elapsed = stopwatch();
  await consumeSourceIp('confirmation', request, dependencies);
  // What needs no user comes first, so that a weak password uses up no code.
  await check(NO_OWNER);
  const isRepeated = repeated === chosen;
  if (!isRepeated) throw new InvalidFieldsError({ non_field_errors: [messages.passwordsDiffer] });
  const { user, key } = await prove('reset_password', request, dependencies);
  log.identify({ userId: user.id });
  await check(user);
  const [passwordHash, hashMilliseconds] = await timed(() => hashPassword(chosen, bcryptCost));
  const now = toSeconds(clock());
  const change = { notice: 'password_changed', event: 'password.changed' } as const;
  const outcome = await generations.resetPassword(user, {
    passwordHash,
    proof: { key, now },
    outgoing: { entries: announce(change, user, announcementRules), now },
  });
  if (outcome === 'overtaken') throw wrongProof(request);
  log.event('password_reset', { address: caller.sourceIp, hashMilliseconds });
  // Whoever guessed before does not keep the user waiting now, and no network is known any more.
  if (elapsed() < TIDYING_PATIENCE_MS)
    await forgetAccount(user.username, dependencies.rateLimits).catch(log.failure);
  return { status: 204 };

  async function check(owner: PasswordOwner): Promise<void> {
    const problems = await passwordProblems(chosen, owner, passwordRules);
    if (problems.length > 0) throw new InvalidFieldsError({ new_password: problems });
  }
}

/** Confirms that an address is the user's: the one of a signup, or one that takes the place of another from now on. */
import { type AnnouncementRules, announce } from '../shared/domain/message';
import { toSeconds } from '../shared/domain/session';
import type { PublicRequest } from '../shared/http/create-handler';
import { InvalidFieldsError, messages } from '../shared/http/errors';
import type { FieldsOf } from '../shared/http/fields';
import { type ProofDependencies, prove, wrongProof } from '../shared/http/prove';
import { consumeSourceIp, type SourceIpLimit } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import type { AccountStore } from '../shared/store/accounts';
import type { endpoint } from './endpoint';

export interface ActivationDependencies extends SourceIpLimit, ProofDependencies {
  readonly announcementRules: AnnouncementRules;
  readonly accounts: Pick<AccountStore, 'confirmEmail'>;
}

type Fields = FieldsOf<(typeof endpoint)['body']> | FieldsOf<(typeof endpoint)['codeBody']>;

export async function activation(
  request: PublicRequest<Fields>,
  dependencies: ActivationDependencies,
): Promise<HttpResponse> {
  const { caller, log } = request;
  const { clock, accounts, announcementRules } = dependencies;
  await consumeSourceIp('confirmation', request, dependencies);
  const { user, key } = await prove('activation', request, dependencies);
  log.identify({ userId: user.id });
  const now = toSeconds(clock());
  const isChange = user.pendingEmail !== undefined;
  const change = isChange ? ({ notice: 'email_changed', event: 'email.changed' } as const) : {};
  const outgoing = { entries: announce(change, user, announcementRules), now };
  const outcome = await accounts.confirmEmail(user, { proof: { key, now }, outgoing });
  const address = caller.sourceIp;
  if (outcome === 'taken') {
    log.event('email_change_failed', { reason: 'email_taken', address });
    throw new InvalidFieldsError({ email: [messages.emailTaken] });
  }
  if (outcome !== 'confirmed') throw wrongProof(request);
  log.event(isChange ? 'email_changed' : 'email_verified', { address });
  return { status: 204 };
}

/** Deletes the account of a user who asked for it by a message: without the app, and without the password. */
import { stopwatch } from '../shared/clock';
import type { PublicRequest } from '../shared/http/create-handler';
import { type DeletionDependencies, deleteAccount } from '../shared/http/delete-account';
import type { FieldsOf } from '../shared/http/fields';
import { type LinkDependencies, proveByLink, wrongProof } from '../shared/http/prove';
import { consumeSourceIp } from '../shared/http/rate-limits';
import type { HttpResponse } from '../shared/http/response';
import type { endpoint } from './endpoint';

export type ConfirmDeletionDependencies = LinkDependencies & DeletionDependencies;

export async function confirmDeletion(
  request: PublicRequest<FieldsOf<(typeof endpoint)['body']>>,
  dependencies: ConfirmDeletionDependencies,
): Promise<HttpResponse> {
  const elapsed = stopwatch();
  await consumeSourceIp('confirmation', request, dependencies);
  const { user, key } = await proveByLink('deletion', request, dependencies);
  request.log.identify({ userId: user.id });
  const outcome = await deleteAccount({ user, proof: key, elapsed }, request, dependencies);
  if (outcome !== 'deleted') throw wrongProof(request);
  return { status: 204 };
}

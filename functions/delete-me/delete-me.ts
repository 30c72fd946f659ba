/** Deletes the account of a user who knows the password. */
import { stopwatch } from '../shared/clock';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { type DeletionDependencies, deleteAccount } from '../shared/http/delete-account';
import type { FieldsOf } from '../shared/http/fields';
import {
  type ReauthenticationDependencies,
  reauthenticate,
  rejectInterference,
} from '../shared/http/reauthenticate';
import type { HttpResponse } from '../shared/http/response';
import type { endpoint } from './endpoint';

export type DeleteMeDependencies = ReauthenticationDependencies & DeletionDependencies;

type DeletionRequest = ProtectedRequest<FieldsOf<(typeof endpoint)['body']>>;

export const deleteMe = (
  request: DeletionRequest,
  dependencies: DeleteMeDependencies,
): Promise<HttpResponse> => {
  const elapsed = stopwatch();
  return reauthenticate(request, dependencies, async (user) => {
    rejectInterference(await deleteAccount({ user, elapsed }, request, dependencies));
    return { status: 204 };
  });
};

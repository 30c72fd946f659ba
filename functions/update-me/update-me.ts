/** Another e-mail address for a user who knows the password. It is in force at once. Nothing else of a user can be changed here. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { toSeconds } from '../shared/domain/session';
import { toProfile } from '../shared/domain/user';
import { readFields } from '../shared/http/body';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { ApiError, InvalidFieldsError, messages } from '../shared/http/errors';
import { expiryHeaders } from '../shared/http/expiry-headers';
import { bodySchema, checkFields, type FieldsOf } from '../shared/http/fields';
import {
  type ReauthenticationDependencies,
  reauthenticate,
  rejectInterference,
} from '../shared/http/reauthenticate';
import type { HttpResponse } from '../shared/http/response';
import type { AccountStore } from '../shared/store/accounts';
import type { FoundUser, UserStore } from '../shared/store/users';
import { endpoint } from './endpoint';

type Changes = FieldsOf<(typeof endpoint)['body']>;

export interface UpdateMeDependencies extends ReauthenticationDependencies {
  readonly accounts: Pick<AccountStore, 'changeEmail'>;
  readonly profiles: Pick<UserStore, 'findProfile'>;
}

const schema = bodySchema(endpoint.body, {});

/** The changes, none for a `PATCH` without `email`. */
export async function readChanges(event: APIGatewayProxyEvent): Promise<Changes | undefined> {
  const fields = await readFields(event);
  const isEmpty = event.httpMethod === 'PATCH' && !fields.has('email');
  return isEmpty ? undefined : (checkFields(schema, fields) as Changes);
}

export async function updateMe(
  request: ProtectedRequest<Changes | undefined>,
  dependencies: UpdateMeDependencies,
): Promise<HttpResponse> {
  const { body: changes, principal, token } = request;
  const { clock, profiles } = dependencies;
  const user = changes
    ? await changeEmail(changes, request, dependencies)
    : await profiles.findProfile(token.locator, principal.userId);
  if (!user?.isActive) throw new ApiError('not_authenticated', messages.userInactive);
  return { status: 200, body: toProfile(user), headers: expiryHeaders(principal, toSeconds(clock())) };
}

/** The user with the new address. */
const changeEmail = (
  changes: Changes,
  request: ProtectedRequest<unknown>,
  dependencies: UpdateMeDependencies,
): Promise<FoundUser> =>
  reauthenticate({ ...request, body: changes }, dependencies, async (user) => {
    const outcome = await dependencies.accounts.changeEmail(user, changes.email);
    const address = request.caller.sourceIp;
    if (outcome === 'taken') {
      request.log.event('email_change_failed', { reason: 'email_taken', address });
      throw new InvalidFieldsError({ email: [messages.emailTaken] });
    }
    rejectInterference(outcome);
    if (outcome.email !== user.email) request.log.event('email_changed', { address });
    return outcome;
  });

/**
 * Another e-mail address for a user who knows the password. It is in force at once, or where addresses are verified, once it is confirmed.
 * Nothing else of a user can be changed here.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as v from 'valibot';
import { type AnnouncementRules, announce } from '../shared/domain/message';
import { toSeconds } from '../shared/domain/session';
import { canonicalEmail } from '../shared/domain/text';
import { type EmailVerification, ownsEmail, toOwnProfile } from '../shared/domain/user';
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
import type { RequestLog } from '../shared/log/request-log';
import type { AccountStore } from '../shared/store/accounts';
import type { Account, UserStore } from '../shared/store/users';
import { endpoint } from './endpoint';

type Changes = FieldsOf<(typeof endpoint)['body']>;

export interface UpdateMeDependencies extends ReauthenticationDependencies {
  readonly emailVerification: EmailVerification;
  readonly announcementRules: AnnouncementRules;
  readonly accounts: Pick<AccountStore, 'changeEmail' | 'claimEmail'>;
  readonly profiles: Pick<UserStore, 'findProfile' | 'isTaken'>;
}

const schema = bodySchema(endpoint.body, {});

/** The changes, none for a `PATCH` without `email`, in which a password is not compared but must be in form. */
export async function readChanges(event: APIGatewayProxyEvent): Promise<Changes | undefined> {
  const fields = await readFields(event);
  const isEmpty = event.httpMethod === 'PATCH' && !fields.has('email');
  if (!isEmpty) return checkFields(schema, fields) as Changes;
  checkFields(v.partial(schema), fields);
  return undefined;
}

export async function updateMe(
  request: ProtectedRequest<Changes | undefined>,
  dependencies: UpdateMeDependencies,
): Promise<HttpResponse> {
  const { body: changes, principal, token } = request;
  const { clock, profiles, emailVerification } = dependencies;
  const user = changes
    ? await changeEmail(changes, request, dependencies)
    : await profiles.findProfile(token.locator, principal.userId);
  if (!user?.isActive) throw new ApiError('not_authenticated', messages.userInactive);
  return {
    status: 200,
    body: toOwnProfile(user, emailVerification),
    headers: expiryHeaders(principal, toSeconds(clock())),
  };
}

/** The user as changed. */
const changeEmail = (
  changes: Changes,
  request: ProtectedRequest<unknown>,
  dependencies: UpdateMeDependencies,
): Promise<Account> =>
  reauthenticate({ ...request, body: changes }, dependencies, (user) => {
    const isSame = ownsEmail(user) && canonicalEmail(user.email) === canonicalEmail(changes.email);
    const needsConfirmation = dependencies.emailVerification !== 'off' && !isSame;
    return needsConfirmation
      ? claimEmail({ user, email: changes.email }, request, dependencies)
      : setEmail({ user, email: changes.email }, request, dependencies);
  });

interface EmailChange {
  readonly user: Account;
  readonly email: string;
}

async function setEmail(
  { user, email }: EmailChange,
  { caller, log }: ProtectedRequest<unknown>,
  { clock, accounts, announcementRules }: UpdateMeDependencies,
): Promise<Account> {
  const change = { notice: 'email_changed', event: 'email.changed' } as const;
  const entries = email === user.email ? [] : announce(change, user, announcementRules);
  const outcome = await accounts.changeEmail(user, {
    to: email,
    outgoing: { entries, now: toSeconds(clock()) },
  });
  if (outcome === 'taken') throw taken(caller.sourceIp, log);
  rejectInterference(outcome);
  if (outcome.email !== user.email) log.event('email_changed', { address: caller.sourceIp });
  return outcome;
}

/** The present address holds until the new one is confirmed. */
async function claimEmail(
  { user, email }: EmailChange,
  { caller, log }: ProtectedRequest<unknown>,
  { clock, accounts, profiles }: UpdateMeDependencies,
): Promise<Account> {
  const { id: userId, locator } = user;
  if (await profiles.isTaken(canonicalEmail(email), locator)) throw taken(caller.sourceIp, log);
  const entries = [{ purpose: 'activation', locator, userId }] as const;
  const outgoing = { entries, now: toSeconds(clock()) };
  rejectInterference(await accounts.claimEmail(user, { to: email, outgoing }));
  log.event('email_change_requested', { address: caller.sourceIp });
  return user;
}

function taken(address: string, log: RequestLog): InvalidFieldsError {
  log.event('email_change_failed', { reason: 'email_taken', address });
  return new InvalidFieldsError({ email: [messages.emailTaken] });
}

/**
 * Decides for every request to a protected route who is calling, from the database as it is now. Nothing is cached, so a logout,
 * a role change or a deactivation holds at the next request.
 */
import { routeList } from '../routes';
import type { Clock } from '../shared/clock';
import { type DenialReason, judge, type Session, toSeconds } from '../shared/domain/session';
import { digestOf, type Token } from '../shared/domain/token';
import { type CredentialsProblem, readCredentials } from '../shared/http/authorization-header';
import { messages } from '../shared/http/errors';
import type { Headers } from '../shared/http/headers';
import type { Principal } from '../shared/http/principal';
import type { RequestLog } from '../shared/log/request-log';
import type { SessionAndOwner } from '../shared/store/authentication';
import type { SessionAddress } from '../shared/store/schema';
import type { FirstUse } from '../shared/store/sessions';

export interface AuthorizerDependencies {
  readonly clock: Clock;
  readonly readSessionAndOwner: (address: SessionAddress) => Promise<SessionAndOwner>;
  readonly noteFirstUse: (address: SessionAddress, use: FirstUse) => Promise<void>;
  readonly endSession: (address: SessionAddress, id: string) => Promise<void>;
}

export interface AuthorizationRequest {
  readonly headers: Headers;
  /** The route as the gateway matched it, without slash. */
  readonly resource: string;
  readonly log: RequestLog;
}

export type Decision =
  | { readonly allow: true; readonly principal: Principal }
  | { readonly allow: false; readonly detail: string; readonly reason: DenialReason | CredentialsProblem };

/** Who is calling, or what to tell a caller who may not. Rejects when the database does not answer. */
export async function authorize(
  request: AuthorizationRequest,
  dependencies: AuthorizerDependencies,
): Promise<Decision> {
  const credentials = readCredentials(request.headers);
  if (!credentials.ok) return { allow: false, detail: credentials.detail, reason: credentials.reason };
  const token = credentials.unverifiedToken;
  const now = toSeconds(dependencies.clock());
  const stored = await dependencies.readSessionAndOwner(token);
  const verdict = judge({ token, ...stored, now, acceptsSuperseded: acceptsSuperseded(request.resource) });
  if (!verdict.ok) {
    if (stored.session && verdict.reason !== 'token_wrong') request.log.identify(callerOf(stored.session));
    if (verdict.reason === 'token_reused' && stored.session) {
      await endReusedSession(token, stored.session, { ...request, ...dependencies });
    }
    return { allow: false, detail: detailOf(verdict.reason), reason: verdict.reason };
  }
  const { owner, session, isFirstUse } = verdict;
  if (isFirstUse) await closeRetryWindow(token, now, { ...request, ...dependencies });
  const principal = {
    userId: owner.id,
    role: owner.role,
    sessionId: session.id,
    sessionGeneration: session.sessionGeneration,
    tokenExpiresAt: session.expiresAt,
    sessionExpiresAt: session.sessionExpiresAt,
  };
  return { allow: true, principal };
}

/** A token that was refreshed away and comes back late is in two hands; neither keeps the session (RFC 9700, 4.14.2). */
async function endReusedSession(
  address: SessionAddress,
  session: Session,
  { log, endSession }: AuthorizationRequest & AuthorizerDependencies,
): Promise<void> {
  await endSession(address, session.id);
  log.event('token_reused');
}

const callerOf = ({ userId, id }: Session) => ({ userId, sessionId: id });

/** From its first use on, the successor is known to have arrived. If that cannot be noted now, the next use will do it. */
async function closeRetryWindow(
  token: Token,
  usedAt: number,
  { log, noteFirstUse }: AuthorizationRequest & AuthorizerDependencies,
): Promise<void> {
  await noteFirstUse(token, { tokenDigest: digestOf(token), usedAt }).catch(log.failure);
}

const acceptsSuperseded = (resource: string): boolean =>
  routeList.some((route) => route.path === resource && route.acceptsSuperseded);

function detailOf(reason: DenialReason): string {
  switch (reason) {
    case 'user_missing':
    case 'user_inactive':
      return messages.userInactive;
    case 'session_unknown':
    case 'token_wrong':
    case 'token_expired':
    case 'token_superseded':
    case 'token_reused':
    case 'session_ended':
      return messages.tokenInvalid;
  }
}

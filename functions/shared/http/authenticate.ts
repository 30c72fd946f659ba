/**
 * Finds out for every request who is calling, from the database as it is now. Nothing is cached, so a logout, a role change or a
 * deactivation holds at the next request.
 */
import type { Clock } from '../clock';
import {
  type DenialReason,
  type Session,
  type SessionOwner,
  toSeconds,
  verifyToken,
} from '../domain/session';
import { digestToken, type Token } from '../domain/token';
import type { RequestLog } from '../log/request-log';
import type { SessionAndOwner } from '../store/authentication';
import type { SessionKey } from '../store/schema';
import type { SessionStore } from '../store/sessions';
import { type CredentialsProblem, readCredentials } from './authorization-header';
import { messages } from './errors';
import type { Headers } from './headers';
import type { Principal } from './principal';

export interface AuthenticationDependencies {
  readonly clock: Clock;
  /** Who may pass. A role that is none of these, such as an operator's typo, may do nothing. */
  readonly roles: readonly string[];
  readonly readSessionAndOwner: (key: SessionKey) => Promise<SessionAndOwner>;
  readonly sessions: Pick<SessionStore, 'markTokenUsed'>;
}

export interface AuthenticationRequest {
  readonly headers: Headers;
  readonly log: RequestLog;
  /** Given where a token is still good that was just refreshed away. Ends the session of one that comes back late. */
  readonly endReusedSession?: (key: SessionKey, session: Session) => Promise<void>;
}

export type Decision = { readonly allow: true; readonly principal: Principal } | Refusal;

export interface Refusal {
  readonly allow: false;
  /** What the caller may hear. */
  readonly detail: string;
  readonly reason: DenialReason | CredentialsProblem | 'role_not_admitted';
}

/** Who is calling, or what to tell a caller who shows no token that is good. Rejects when the database does not answer. */
export async function authenticate(
  request: AuthenticationRequest,
  dependencies: AuthenticationDependencies,
): Promise<Decision> {
  const credentials = readCredentials(request.headers);
  if (!credentials.ok) return { allow: false, detail: credentials.detail, reason: credentials.reason };
  const token = credentials.unverifiedToken;
  const now = toSeconds(dependencies.clock());
  const stored = await dependencies.readSessionAndOwner(token);
  const acceptsSuperseded = request.endReusedSession !== undefined;
  const result = verifyToken({ token, ...stored, now, acceptsSuperseded });
  if (!result.ok) {
    if (stored.session && result.reason !== 'token_wrong') request.log.identify(toCaller(stored.session));
    if (result.reason === 'token_reused' && stored.session) await endReused(token, stored.session, request);
    return { allow: false, detail: denialDetail(result.reason), reason: result.reason };
  }
  if (result.isFirstUse) await closeRetryWindow(token, now, { ...request, ...dependencies });
  if (!dependencies.roles.includes(result.owner.role)) {
    request.log.identify(toCaller(result.session));
    return { allow: false, detail: messages.permissionDenied, reason: 'role_not_admitted' };
  }
  return { allow: true, principal: toPrincipal(result, acceptsSuperseded) };
}

/** A token that was refreshed away and comes back late is in two hands; neither keeps the session (RFC 9700, 4.14.2). */
async function endReused(
  key: SessionKey,
  session: Session,
  { log, endReusedSession }: AuthenticationRequest,
): Promise<void> {
  await endReusedSession?.(key, session);
  log.event('token_reused');
}

const toCaller = ({ userId, id }: Session) => ({ userId, sessionId: id });

/** From its first use on, the successor is known to have arrived. If that cannot be noted now, the next use will do it. */
async function closeRetryWindow(
  token: Token,
  usedAt: number,
  { log, sessions }: AuthenticationRequest & AuthenticationDependencies,
): Promise<void> {
  await sessions.markTokenUsed(token, { tokenDigest: digestToken(token), usedAt }).catch(log.failure);
}

const toPrincipal = (
  { owner, session }: { owner: SessionOwner; session: Session },
  acceptsSuperseded: boolean,
): Principal => ({
  userId: owner.id,
  role: owner.role,
  sessionId: session.id,
  sessionGeneration: session.sessionGeneration,
  tokenExpiresAt: session.expiresAt,
  sessionExpiresAt: session.sessionExpiresAt,
  ...(acceptsSuperseded && { successorSalt: session.successorSalt }),
});

function denialDetail(reason: DenialReason): string {
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

/**
 * The same decisions (authorizer, refresh, logout) over sessions in memory, without gateway, database and passwords: for sequences by the
 * thousands.
 */
import { authorize } from '../../functions/authorizer/authorizer';
import { dashboard } from '../../functions/dashboard/dashboard';
import { logout } from '../../functions/logout/logout';
import { refresh } from '../../functions/refresh/refresh';
import { createSession, type Session, type SessionOwner } from '../../functions/shared/domain/session';
import {
  issueToken,
  newLocator,
  newSessionDigits,
  parseUnverifiedToken,
} from '../../functions/shared/domain/token';
import type { ProtectedRequest } from '../../functions/shared/http/create-handler';
import { ApiError } from '../../functions/shared/http/errors';
import { expiryHeaders } from '../../functions/shared/http/expiry-headers';
import type { HttpResponse } from '../../functions/shared/http/response';
import type { SessionKey } from '../../functions/shared/store/schema';
import type { SessionStore } from '../../functions/shared/store/sessions';
import { recordingLog } from '../support/log';
import { protectedRequest } from '../support/sessions';
import { SESSION_LIFETIME, type Server, TOKEN_LIFETIME, USERS } from './server';
import type { Received } from './world';

interface User extends SessionOwner {
  readonly username: string;
  readonly locator: string;
}

const lifetimes = { tokenLifetimeSeconds: TOKEN_LIFETIME, sessionLifetimeSeconds: SESSION_LIFETIME };

interface QuickServer extends Server {
  countSessions(): number;
}

export function startQuickServer(): QuickServer {
  let now = 0;
  const clock = () => now;
  const sessions = new Map<string, Session>();
  const users = new Map<string, User>();
  const store = storeIn(sessions);
  const dependencies = { clock, lifetimes, sessions: store };
  const find = async (key: SessionKey) => ({ session: sessions.get(at(key)), owner: users.get(key.locator) });
  const byName = (name: unknown) => [...users.values()].find(({ username }) => username === name);

  function login(body: string | undefined): HttpResponse {
    const user = byName(JSON.parse(body ?? '{}').username);
    if (!user?.isActive) return { status: 400, body: { non_field_errors: ['No.'] } };
    const token = issueToken(user.locator, newSessionDigits());
    const { id: userId, sessionGeneration } = user;
    const session = createSession(token, { userId, sessionGeneration, device: '', nowMs: now, lifetimes });
    sessions.set(at(token), session);
    const ends = { ...session, tokenExpiresAt: session.expiresAt };
    return { status: 200, body: { token: token.text }, headers: expiryHeaders(ends, session.refreshedAt) };
  }

  function act(path: string, request: ProtectedRequest): HttpResponse | Promise<HttpResponse> {
    if (path === '/api/refresh-token/') return refresh(request, dependencies);
    if (path === '/api/logout/') return logout(request, dependencies);
    const { status, headers = {} } = dashboard(request, now);
    if (path === '/api/dashboard/') return { status, headers, body: { message: 'Welcome.' } };
    const user = [...users.values()].find(({ id }) => id === request.principal.userId);
    if (path === '/api/auth/users/me/') return { status, headers, body: { username: user?.username } };
    return { status: 400, body: { new_username: ['This field is required.'] } };
  }

  return {
    serve: async ({ path, body, token: text }, at) => {
      now = at;
      if (path === '/api/api-token-auth/') return received(login(body));
      const headers = text === undefined ? {} : { Authorization: `Token ${text}` };
      const decision = await authorize(
        { headers, resource: path.replace(/\/$/, ''), log: recordingLog() },
        { clock, roles: ['CLERK'], readSessionAndOwner: find, sessions: store },
      );
      const token = parseUnverifiedToken(text ?? '');
      if (!decision.allow || !token) return received({ status: 401, body: { detail: 'Invalid token.' } });
      const request = protectedRequest({ token, principal: decision.principal });
      try {
        return received(await act(path, request));
      } catch (error) {
        if (error instanceof ApiError)
          return received({ status: error.status, body: { detail: error.message } });
        throw error;
      }
    },
    find,
    ban: async (username) => {
      const user = byName(username);
      if (!user) return;
      const { sessionGeneration } = user;
      users.set(user.locator, { ...user, isActive: false, sessionGeneration: sessionGeneration + 1 });
    },
    reset: async () => {
      sessions.clear();
      users.clear();
      for (const [id, username] of USERS.entries()) {
        const user = {
          username,
          locator: newLocator(),
          id,
          role: 'CLERK',
          isActive: true,
          sessionGeneration: 0,
        };
        users.set(user.locator, user);
      }
    },
    close: async () => undefined,
    countSessions: () => sessions.size,
  };
}

const at = ({ locator, session }: SessionKey): string => locator + session;

/** The conditions of the table's writes. */
function storeIn(
  sessions: Map<string, Session>,
): Pick<SessionStore, 'find' | 'replaceToken' | 'markTokenUsed' | 'remove'> {
  return {
    find: async (key) => sessions.get(at(key)),
    replaceToken: async (key, { userId, presentedDigest, successorDigest, refreshedAt, expiresAt }) => {
      const session = sessions.get(at(key));
      const isCurrent = session?.tokenDigest === presentedDigest && session.userId === userId;
      if (!isCurrent || session.expiresAt <= refreshedAt) return false;
      const { successorUsedAt: _, ...kept } = session;
      const refreshCount = session.refreshCount + 1;
      sessions.set(at(key), { ...kept, tokenDigest: successorDigest, refreshCount, refreshedAt, expiresAt });
      return true;
    },
    markTokenUsed: async (key, { tokenDigest, usedAt }) => {
      const session = sessions.get(at(key));
      if (session?.tokenDigest !== tokenDigest || session.successorUsedAt !== undefined) return;
      sessions.set(at(key), { ...session, successorUsedAt: usedAt });
    },
    remove: async (key, id) => {
      if (sessions.get(at(key))?.id === id) sessions.delete(at(key));
    },
  };
}

const received = ({ status, body, headers = {} }: HttpResponse): Received => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  text: body === undefined ? '' : JSON.stringify(body),
});

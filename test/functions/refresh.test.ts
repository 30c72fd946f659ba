import { refresh } from '../../functions/refresh/refresh';
import type { Session } from '../../functions/shared/domain/session';
import { deriveSuccessor, digestToken } from '../../functions/shared/domain/token';
import { ApiError } from '../../functions/shared/http/errors';
import type { SessionStore } from '../../functions/shared/store/sessions';
import { recordingLog } from '../support/log';
import {
  NOW,
  principal,
  protectedRequest,
  refreshedSession,
  SALT,
  sessionWith,
  token,
} from '../support/sessions';

const successor = deriveSuccessor(token, SALT);

/** A store that holds `sessions` one after the other, as if others wrote between our calls. */
const dependencies = (isReplaced: boolean, ...sessions: (Session | undefined)[]) => ({
  clock: () => NOW * 1000,
  lifetimes: { tokenLifetimeSeconds: 100 },
  sessions: {
    find: async () => (sessions.length > 1 ? sessions.shift() : sessions[0]),
    replaceToken: jest.fn<Promise<boolean>, Parameters<SessionStore['replaceToken']>>(async () => isReplaced),
  },
});

describe('POST /api/refresh-token/, with what the authorizer found', () => {
  const request = protectedRequest({ principal: { ...principal, successorSalt: SALT } });

  it('is one write', async () => {
    const find = jest.fn();
    const deps = dependencies(true);
    const answer = await refresh(request, { ...deps, sessions: { ...deps.sessions, find } });
    expect(answer.body).toEqual({ token: successor.text });
    expect(answer.headers).toEqual({ 'Token-Expires-In': '100', 'Session-Expires-In': '1000' });
    expect(find).not.toHaveBeenCalled();
  });
});

describe('POST /api/refresh-token/', () => {
  it('spends the token in one write and answers its successor', async () => {
    const deps = dependencies(true, sessionWith());
    expect(await refresh(protectedRequest(), deps)).toEqual({
      status: 200,
      body: { token: successor.text },
      headers: { 'Token-Expires-In': '100', 'Session-Expires-In': '1000' },
    });
    expect(deps.sessions.replaceToken.mock.calls).toEqual([
      [
        token,
        {
          userId: 1,
          presentedDigest: digestToken(token),
          successorDigest: digestToken(successor),
          refreshedAt: NOW,
          expiresAt: NOW + 100,
        },
      ],
    ]);
  });

  it('never promises more than what is left of the session', async () => {
    const answer = await refresh(
      protectedRequest(),
      dependencies(true, sessionWith(token, { sessionExpiresAt: NOW + 60 })),
    );
    expect(answer.headers).toEqual({ 'Token-Expires-In': '60', 'Session-Expires-In': '60' });
  });

  it('answers the same successor again while the answer to an earlier refresh may have been lost, and writes nothing', async () => {
    const deps = dependencies(true, refreshedSession(token, 1, { expiresAt: NOW + 70 }));
    expect(await refresh(protectedRequest(), deps)).toMatchObject({
      body: { token: successor.text },
      headers: { 'Token-Expires-In': '70' },
    });
    expect(deps.sessions.replaceToken).not.toHaveBeenCalled();
  });

  it('leaves an event of its own when the successor had been used: a retry that was under way, or a thief who is in time', async () => {
    const log = recordingLog();
    const used = refreshedSession(token, 1, { successorUsedAt: NOW - 30 });
    const answer = await refresh(protectedRequest({ log }), dependencies(true, used));
    expect(answer.body).toEqual({ token: successor.text });
    expect(log.events).toEqual([{ event: 'token_refreshed_after_use' }]);
  });

  it.each<[string, (Session | undefined)[]]>([
    ['the session was ended', [undefined]],
    ['the session was ended between read and write', [sessionWith(), undefined]],
    ['the session has expired', [sessionWith(token, { expiresAt: NOW })]],
    ['the token was refreshed away twice', [refreshedSession(token, 2)]],
    ['the time for retries is over', [refreshedSession(token, 1, { successorUsedAt: NOW - 31 })]],
    ['another session has taken the address', [sessionWith(deriveSuccessor(token, 'other'))]],
  ])('answers 401 when, since the authorizer looked, %s', async (_, sessions) => {
    const error = await refresh(protectedRequest(), dependencies(false, ...sessions)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect([(error as ApiError).status, (error as ApiError).message]).toEqual([401, 'Invalid token.']);
  });
});

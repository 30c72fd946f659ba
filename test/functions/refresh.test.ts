import { type RefreshDependencies, refresh } from '../../functions/refresh/refresh';
import type { Session } from '../../functions/shared/domain/session';
import { digestOf, parseUnverifiedToken, successorOf } from '../../functions/shared/domain/token';
import { ApiError } from '../../functions/shared/http/errors';

const NOW = 1_800_000_000;
const token = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;
const principal = {
  userId: 1,
  role: 'CLERK',
  locator: token.locator,
  session: token.session,
  tokenExpiresAt: NOW + 50,
  sessionExpiresAt: NOW + 1000,
};
const refreshedAway: Session = {
  userId: 1,
  sessionGeneration: 0,
  tokenDigest: digestOf(successorOf(token, 'salt')),
  previousDigest: digestOf(token),
  successorSalt: 'salt',
  createdAtMs: NOW * 1000,
  refreshedAt: NOW,
  expiresAt: NOW + 70,
  sessionExpiresAt: NOW + 1000,
};

const dependencies = (isReplaced: boolean, stored?: Session) => ({
  clock: () => NOW * 1000,
  lifetimes: { tokenLifetimeSeconds: 100 },
  replaceToken: jest.fn<Promise<boolean>, Parameters<RefreshDependencies['replaceToken']>>(
    async () => isReplaced,
  ),
  readSession: jest.fn(async () => stored),
});

describe('POST /api/refresh-token/', () => {
  it('spends the token in one write and answers its successor', async () => {
    const deps = dependencies(true);
    const answer = await refresh({ principal, token }, deps);
    const change = deps.replaceToken.mock.calls[0]![1];
    const successor = successorOf(token, change.successorSalt);
    expect(answer).toEqual({
      status: 200,
      body: { token: successor.text },
      headers: { 'Token-Expires-In': '100' },
    });
    expect(change).toMatchObject({
      presentedDigest: digestOf(token),
      successorDigest: digestOf(successor),
      userId: 1,
    });
    expect(deps.readSession).not.toHaveBeenCalled();
  });

  it('never promises more than what is left of the session', async () => {
    const answer = await refresh(
      { principal: { ...principal, sessionExpiresAt: NOW + 60 }, token },
      dependencies(true),
    );
    expect(answer.headers).toEqual({ 'Token-Expires-In': '60' });
  });

  it('answers the same successor again while the answer to an earlier refresh may have been lost', async () => {
    const answer = await refresh({ principal, token }, dependencies(false, refreshedAway));
    expect(answer.body).toEqual({ token: successorOf(token, 'salt').text });
    expect(answer.headers).toEqual({ 'Token-Expires-In': '70' });
  });

  it.each<[string, Session | undefined]>([
    ['the session was ended', undefined],
    ['the session has expired', { ...refreshedAway, expiresAt: NOW }],
    [
      'the token was refreshed away twice',
      { ...refreshedAway, previousDigest: digestOf(successorOf(token, 'x')) },
    ],
    ['the time for retries is over', { ...refreshedAway, successorUsedAt: NOW - 31 }],
  ])('answers 401 when, since the authorizer looked, %s', async (_, stored) => {
    const error = await refresh({ principal, token }, dependencies(false, stored)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect([(error as ApiError).status, (error as ApiError).message]).toEqual([401, 'Invalid token.']);
  });
});

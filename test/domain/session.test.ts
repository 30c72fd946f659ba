import {
  judge,
  type Presented,
  type Session,
  type SessionOwner,
  timesFromLogin,
  timesFromRefresh,
} from '../../functions/shared/domain/session';
import { digestOf, parseUnverifiedToken, successorOf } from '../../functions/shared/domain/token';

const NOW = 1_800_000_000;
const token = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b529')!;
const successor = successorOf(token, 'salt');
const stranger = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b520')!;

const fresh: Session = {
  userId: 1,
  sessionGeneration: 0,
  tokenDigest: digestOf(token),
  createdAtMs: (NOW - 10) * 1000,
  refreshedAt: NOW - 10,
  expiresAt: NOW + 100,
  sessionExpiresAt: NOW + 1000,
};
const refreshed: Session = {
  ...fresh,
  tokenDigest: digestOf(successor),
  previousDigest: digestOf(token),
  successorSalt: 'salt',
};
const owner: SessionOwner = { id: 1, role: 'CLERK', isActive: true, sessionGeneration: 0 };

const verdict = (presented: Partial<Presented>) => {
  const outcome = judge({ token, session: fresh, owner, now: NOW, acceptsSuperseded: false, ...presented });
  return outcome.ok ? 'ok' : outcome.reason;
};

describe('a presented token', () => {
  it('opens its live session', () => {
    expect(verdict({})).toBe('ok');
  });

  it.each<[string, Partial<Presented>, string]>([
    ['there is no session at its address', { session: undefined }, 'session_unknown'],
    ['its secret is another', { token: stranger }, 'token_wrong'],
    ['it ended this second', { now: fresh.expiresAt }, 'token_expired'],
    ['it ended a second ago', { now: fresh.expiresAt + 1 }, 'token_expired'],
    ['it was refreshed away', { session: refreshed }, 'token_superseded'],
    ['the user is gone', { owner: undefined }, 'user_missing'],
    ['the address now belongs to a user with another id', { owner: { ...owner, id: 2 } }, 'user_missing'],
    ['the user is deactivated', { owner: { ...owner, isActive: false } }, 'user_inactive'],
    ['all sessions of the user were ended', { owner: { ...owner, sessionGeneration: 1 } }, 'session_ended'],
  ])('is refused when %s', (_, presented, reason) => {
    expect(verdict(presented)).toBe(reason);
  });

  it('says nothing about the user while its secret is wrong', () => {
    expect(verdict({ token: stranger, owner: undefined })).toBe('token_wrong');
    expect(verdict({ token: stranger, owner: { ...owner, isActive: false } })).toBe('token_wrong');
  });

  it('is live in the last second before its end', () => {
    expect(verdict({ now: fresh.expiresAt - 1 })).toBe('ok');
  });
});

describe('a token that was refreshed away, on refresh and logout', () => {
  const superseded = { session: refreshed, acceptsSuperseded: true };
  const usedAt = (successorUsedAt: number) => ({ ...superseded, session: { ...refreshed, successorUsedAt } });

  it('is accepted while its successor is unused, however long that takes', () => {
    expect(verdict({ ...superseded, now: refreshed.expiresAt - 1 })).toBe('ok');
  });

  it('is accepted for 30 seconds after the first use of its successor and is reuse from then on', () => {
    expect(verdict(usedAt(NOW))).toBe('ok');
    expect(verdict(usedAt(NOW - 30))).toBe('ok');
    expect(verdict(usedAt(NOW - 31))).toBe('token_reused');
  });

  it('never outlives its session', () => {
    expect(verdict({ ...superseded, now: refreshed.expiresAt })).toBe('token_expired');
  });
});

describe('the first use of a successor', () => {
  const firstUse = (session: Session, presented = successor) => {
    const outcome = judge({ token: presented, session, owner, now: NOW, acceptsSuperseded: true });
    return outcome.ok && outcome.isFirstUse;
  };

  it('is seen once, by the successor alone', () => {
    expect(firstUse(refreshed)).toBe(true);
    expect(firstUse({ ...refreshed, successorUsedAt: NOW })).toBe(false);
    expect(firstUse(refreshed, token)).toBe(false);
    expect(firstUse(fresh, token)).toBe(false);
  });
});

describe('the times of a session', () => {
  const lifetimes = { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 250 };

  it('begin with the login, in whole seconds', () => {
    expect(timesFromLogin(NOW * 1000 + 999, lifetimes)).toEqual({
      createdAtMs: NOW * 1000 + 999,
      refreshedAt: NOW,
      expiresAt: NOW + 100,
      sessionExpiresAt: NOW + 250,
    });
  });

  it('never let a refresh pass the end of the session', () => {
    expect(timesFromRefresh(NOW + 200, NOW + 250, lifetimes).expiresAt).toBe(NOW + 250);
    expect(timesFromRefresh(NOW + 100, NOW + 250, lifetimes).expiresAt).toBe(NOW + 200);
  });
});

import {
  createSession,
  findDeadSessions,
  findSurplusSessions,
  isLiveFor,
  type Presented,
  timesFromRefresh,
  verifyToken,
} from '../../functions/shared/domain/session';
import {
  deriveSuccessor,
  digestToken,
  issueToken,
  parseUnverifiedToken,
} from '../../functions/shared/domain/token';
import { NOW, owner, refreshedSession, SALT, sessionWith, token } from '../support/sessions';

const successor = deriveSuccessor(token, SALT);
const stranger = parseUnverifiedToken('f2afca0567cd22a156f3791b7374ea774fd4b520')!;
const fresh = sessionWith();
const refreshed = refreshedSession(token, 1);

const verdict = (presented: Partial<Presented>) => {
  const outcome = verifyToken({
    token,
    session: fresh,
    owner,
    now: NOW,
    acceptsSuperseded: false,
    ...presented,
  });
  return outcome.ok ? 'ok' : outcome.reason;
};

describe('a presented token', () => {
  it('opens its live session', () => {
    expect(verdict({})).toBe('ok');
    expect(verdict({ acceptsSuperseded: true })).toBe('ok');
  });

  it.each<[string, Partial<Presented>, string]>([
    ['there is no session at its address', { session: undefined }, 'session_unknown'],
    ['its secret is another', { token: stranger }, 'token_wrong'],
    ['its secret is another, on refresh', { token: stranger, acceptsSuperseded: true }, 'token_wrong'],
    ['it ended this second', { now: fresh.expiresAt }, 'token_expired'],
    ['it ended a second ago', { now: fresh.expiresAt + 1 }, 'token_expired'],
    ['it was refreshed away', { session: refreshed }, 'token_wrong'],
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

it.each(['expiresAt', 'sessionExpiresAt'] as const)('a session without %s is over', (attribute) => {
  const { [attribute]: _, ...endless } = fresh;
  for (const acceptsSuperseded of [false, true])
    expect(verdict({ session: endless as typeof fresh, acceptsSuperseded })).toBe('token_expired');
});

describe('a token that was refreshed away, on refresh and logout', () => {
  const onRefresh = (times: number, overrides = {}, now = NOW) =>
    verdict({ session: refreshedSession(token, times, overrides), acceptsSuperseded: true, now });

  it('is accepted while its successor is unused, however long that takes', () => {
    expect(onRefresh(1, {}, refreshed.expiresAt - 1)).toBe('ok');
  });

  it('is accepted for 30 seconds after the first use of its successor and is reuse from then on', () => {
    expect(onRefresh(1, { successorUsedAt: NOW })).toBe('ok');
    expect(onRefresh(1, { successorUsedAt: NOW - 30 })).toBe('ok');
    expect(onRefresh(1, { successorUsedAt: NOW - 31 })).toBe('token_reused');
  });

  it.each<[string, Partial<Presented>, string]>([
    ['the session ended', { session: undefined }, 'session_unknown'],
    ['the token ended', { now: refreshed.expiresAt }, 'token_expired'],
    ['all sessions of the user were ended', { owner: { ...owner, sessionGeneration: 1 } }, 'session_ended'],
    ['the user was banned', { owner: { ...owner, isActive: false } }, 'user_inactive'],
    ['the user was deleted', { owner: undefined }, 'user_missing'],
  ])('is refused once %s, also while its successor is unused', (_, presented, reason) => {
    expect(verdict({ session: refreshed, acceptsSuperseded: true, ...presented })).toBe(reason);
  });

  it.each([2, 3, 50])(
    'is refused when it is %i refreshes back, and is reuse 30 seconds after the last',
    (times) => {
      expect(onRefresh(times, { refreshedAt: NOW - 30 })).toBe('token_superseded');
      expect(onRefresh(times, { refreshedAt: NOW - 31 })).toBe('token_reused');
    },
  );

  it('is known for ten thousand refreshes', () => {
    const times = 10_000;
    expect(onRefresh(times, { refreshedAt: NOW - 31 })).toBe('token_reused');
    expect(onRefresh(times + 1, { refreshedAt: NOW - 31 })).toBe('token_wrong');
  });
});

describe('the first use of a successor', () => {
  const firstUse = (session = refreshed, presented = successor) => {
    const outcome = verifyToken({ token: presented, session, owner, now: NOW, acceptsSuperseded: true });
    return outcome.ok && outcome.isFirstUse;
  };

  it('is seen once, by the successor alone', () => {
    expect(firstUse()).toBe(true);
    expect(firstUse({ ...refreshed, successorUsedAt: NOW })).toBe(false);
    expect(firstUse(refreshed, token)).toBe(false);
    expect(firstUse(fresh, token)).toBe(false);
  });
});

describe('a new session', () => {
  const lifetimes = { tokenLifetimeSeconds: 100, sessionLifetimeSeconds: 250 };
  const begin = () =>
    createSession(token, {
      userId: 7,
      sessionGeneration: 3,
      device: 'Phone',
      nowMs: NOW * 1000 + 999,
      lifetimes,
    });

  it('has its first token, its limits in whole seconds, and nothing of the token itself', () => {
    const session = begin();
    expect(session).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      userId: 7,
      sessionGeneration: 3,
      device: 'Phone',
      tokenDigest: digestToken(token),
      successorSalt: expect.stringMatching(/^[0-9a-f]{32}$/),
      refreshCount: 0,
      createdAtMs: NOW * 1000 + 999,
      refreshedAt: NOW,
      expiresAt: NOW + 100,
      sessionExpiresAt: NOW + 250,
    });
    expect(begin().id).not.toBe(session.id);
    expect(begin().successorSalt).not.toBe(session.successorSalt);
  });

  it('is never carried past its end by a refresh', () => {
    expect(timesFromRefresh(NOW + 200, NOW + 250, lifetimes).expiresAt).toBe(NOW + 250);
    expect(timesFromRefresh(NOW + 100, NOW + 250, lifetimes).expiresAt).toBe(NOW + 200);
  });
});

describe('a live session', () => {
  const caller = { userId: 1, sessionGeneration: 0 };
  it.each([
    [{}, true],
    [{ expiresAt: NOW }, false],
    [{ userId: 2 }, false],
    [{ sessionGeneration: 1 }, false],
  ])('with %j: %s', (overrides, expected) => {
    expect(isLiveFor(caller, sessionWith(issueToken('f2afca0567', '0001'), overrides), NOW)).toBe(expected);
  });
});

describe('what a login deletes', () => {
  const own = sessionWith(token, {
    id: 'own',
    sessionGeneration: 3,
    refreshedAt: NOW,
    createdAtMs: NOW * 1000,
  });
  const stored = (id: string, overrides = {}) => ({
    session: sessionWith(token, { id, sessionGeneration: 3, createdAtMs: NOW * 1000 - 1, ...overrides }),
  });
  const surplus = (limit: number, ...sessions: ReturnType<typeof stored>[]) =>
    findSurplusSessions(sessions, own, { limit, now: NOW }).map(({ session }) => session.id);

  it('is what was least recently refreshed, not what signed in first', () => {
    const daily = stored('daily', { createdAtMs: 1, refreshedAt: NOW - 86_400 });
    const unused = stored('unused', { createdAtMs: 2, refreshedAt: NOW - 86_401 });
    expect(surplus(2, { session: own }, daily, unused)).toEqual(['unused']);
    expect(surplus(2, daily, unused)).toEqual(['unused']);
    expect(surplus(1, daily, unused)).toEqual(['unused', 'daily']);
  });

  it('breaks ties by sign-in, then by id', () => {
    const [a, b, c] = [
      stored('a', { refreshedAt: NOW, createdAtMs: 5 }),
      stored('b', { refreshedAt: NOW, createdAtMs: 4 }),
      stored('c', { refreshedAt: NOW, createdAtMs: 4 }),
    ];
    expect(surplus(3, c, b, a)).toEqual(['c']);
  });

  it('is never its own session, though clocks that are ahead make it look the oldest', () => {
    const ahead = ['a', 'b', 'c'].map((id) => stored(id, { refreshedAt: NOW + 60 }));
    expect(surplus(2, { session: own }, ...ahead)).toEqual(['c']);
  });

  it('is what is dead: of an earlier user, of a generation that has passed, or expired for more than five minutes', () => {
    const dead = [
      stored('earlier', { userId: 0 }),
      stored('ended', { sessionGeneration: 2 }),
      stored('expired', { expiresAt: NOW - 300 }),
      stored('over', { sessionExpiresAt: NOW - 300 }),
    ];
    expect(surplus(20, ...dead)).toEqual(['earlier', 'ended', 'expired', 'over']);
    expect(surplus(2, stored('live'), ...dead)).not.toContain('live');
  });

  it('is not what may be live for somebody: of a later user or generation, or expired by one clock alone', () => {
    const spared = [
      stored('later', { userId: 2 }),
      stored('moved', { sessionGeneration: 4 }),
      stored('expired', { expiresAt: NOW - 299 }),
    ];
    expect(surplus(1, ...spared)).toEqual([]);
    expect(findDeadSessions(spared, own, NOW)).toEqual([]);
  });

  it('is 25 sessions at most, those over the limit first', () => {
    const dead = Array.from({ length: 40 }, (_, at) => stored(`dead${at}`, { sessionGeneration: 2 }));
    const ids = surplus(1, ...dead, stored('surplus'));
    expect(ids).toHaveLength(25);
    expect(ids[0]).toBe('surplus');
    expect(findDeadSessions(dead, own, NOW)).toHaveLength(25);
  });

  it('takes an item without an end for one that is over', () => {
    const { expiresAt: _, ...endless } = stored('endless').session;
    expect(findDeadSessions([{ session: endless as typeof own }], own, NOW)).toHaveLength(1);
  });
});

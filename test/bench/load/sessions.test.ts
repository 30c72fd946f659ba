import { newAccount } from '../../../bench/load/accounts';
import { nothingKnown } from '../../../bench/load/known';
import { randomOf } from '../../../bench/load/random';
import { type Session, Sessions } from '../../../bench/load/sessions';

const HOUR = 3_600_000;
const sessionWith = (token: string, lifeMs = HOUR): Session => ({
  account: newAccount(),
  token,
  validUntilMs: performance.now() + lifeMs,
});

function begin() {
  const known = nothingKnown();
  return { known, sessions: new Sessions(known, randomOf(1)) };
}

describe('the sessions of a connection', () => {
  it('are none at first', () => {
    const { sessions } = begin();
    expect([sessions.choose(), sessions.chooseDead(), sessions.lastDead]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are alive until they are ended, and then dead for good', () => {
    const { known, sessions } = begin();
    const [one, other] = [sessionWith('one'), sessionWith('other')];
    sessions.add(one);
    sessions.add(other);
    sessions.end(one, 'logged out');
    expect(sessions.choose()).toBe(other);
    expect(sessions.chooseDead()).toMatchObject({ token: 'one', end: 'logged out' });
    sessions.end(other, 'refreshed away');
    expect(sessions.choose()).toBeUndefined();
    expect(sessions.lastDead).toMatchObject({ token: 'other', end: 'refreshed away' });
    expect([...known.tokens]).toEqual(['one', 'other']);
  });

  it('are neither when they are forgotten: nobody knows what became of them', () => {
    const { known, sessions } = begin();
    const session = sessionWith('one');
    sessions.add(session);
    sessions.forget(session);
    expect([sessions.choose(), sessions.chooseDead()]).toEqual([undefined, undefined]);
    expect(known.tokens.size).toBe(0);
  });

  it('are forgotten when they could expire during a request', () => {
    const { sessions } = begin();
    sessions.add(sessionWith('short', 39_000));
    expect(sessions.choose()).toBeUndefined();
    sessions.add(sessionWith('long', 60_000));
    expect(sessions.choose()?.token).toBe('long');
  });

  it('take bounded memory', () => {
    const { known, sessions } = begin();
    for (let count = 0; count < 10_000; count += 1) {
      const session = sessionWith(`token ${count}`);
      sessions.add(session);
      if (count % 2 === 0) sessions.end(session, 'logged out');
    }
    expect(sessions.liveCount).toBe(50);
    expect(known.tokens.size).toBe(250);
  });
});

/** What can be written down, and what cannot. */
import { ApiError } from '../../functions/shared/http/errors';
import { describeError } from '../../functions/shared/log/describe-error';
import { type Line, writeLine } from '../../functions/shared/log/line';
import { NO_METRICS, toMetrics } from '../../functions/shared/log/metrics';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { captureLines } from '../support/log';

const line: Line = {
  time: '2026-11-22T12:00:00.000Z',
  level: 'INFO',
  kind: 'event',
  function: 'login',
  requestId: 'request-1',
};

describe('a line', () => {
  it('has the members of the list and no other, whatever it is given', () => {
    const lines = captureLines();
    writeLine({ ...line, userId: 1, password: 'secret', body: { email: 'a@b.cd' }, token: 'f2af' } as Line);
    lines.release();
    expect(lines.all()).toEqual([{ ...line, userId: 1 }]);
  });
});

describe('an error', () => {
  const secret = 'canary';

  it('of the language is told without its message, which may quote what it was given', () => {
    for (const fail of [
      () => JSON.parse(`{"password":"${secret}`),
      () => Buffer.from(Number(secret) as never),
    ]) {
      const described = describeError(thrownBy(fail));
      expect(described.error).toMatch(/SyntaxError|TypeError/);
      expect(described).not.toHaveProperty('message');
      expect(JSON.stringify(described)).not.toContain(secret);
    }
  });

  it('is told with the places in the code, and none of the lines of its message that look like one', () => {
    const { stack } = describeError(new Error(`first\nat ${secret} (x.js:1:1)`));
    expect(stack?.[0]).toMatch(/^at .*log\.test/);
    expect(JSON.stringify(stack)).not.toContain(secret);
  });

  it('of ours or of the SDK is told with its message', () => {
    expect(describeError(new StoreUnavailableError('No answer.'))).toMatchObject({ message: 'No answer.' });
    expect(describeError(new ApiError('unavailable', 'Later.'))).toMatchObject({ message: 'Later.' });
    const sdk = Object.assign(new Error('User is not authorized'), { $metadata: {} });
    expect(describeError(sdk)).toMatchObject({ message: 'User is not authorized' });
    expect(describeError('text')).toEqual({ error: 'string' });
  });

  it('is told with its causes, but not for ever', () => {
    const round = new StoreUnavailableError('round');
    round.cause = round;
    expect(JSON.stringify(describeError(round)).match(/"round"/g)).toHaveLength(5);
  });
});

describe('metrics', () => {
  const measured = { event: 'login_failed', nowMs: 5, hashMilliseconds: 80 } as const;

  it('are written only where there is a namespace for them, because they cost money', () => {
    expect(toMetrics(measured, NO_METRICS)).toEqual({});
    expect(toMetrics(measured, 'TokenAuth/dev')).toMatchObject({ Logins: 1, HashMilliseconds: 80 });
  });

  it('are none of an event that nobody counts', () => {
    expect(toMetrics({ event: 'logged_out', nowMs: 5 }, 'TokenAuth/dev')).toEqual({});
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

import { answerClockRequest } from '../../../local/clock/clock-requests';
import { LocalClock } from '../../../local/clock/local-clock';

const DAY = 86_400;

function ask(clock: LocalClock, target: string, body = '') {
  const [method = '', path = ''] = target.split(' ');
  const answer = answerClockRequest(clock, { method, path }, Buffer.from(body));
  return answer && { status: answer.status, body: JSON.parse(answer.body.toString()) };
}

describe('the clock of the local server', () => {
  it('goes forward by what is asked, again and again, and back at once', () => {
    const clock = new LocalClock();
    expect(ask(clock, 'POST /_local/clock/', '{"advance":"8d"}')).toMatchObject({
      status: 200,
      body: { moved_by_seconds: 8 * DAY },
    });
    expect(ask(clock, 'POST /_local/clock', '{"advance":"90s"}')?.body.moved_by_seconds).toBe(8 * DAY + 90);
    expect(ask(clock, 'GET /_local/clock/')?.body.moved_by_seconds).toBe(8 * DAY + 90);
    expect(Date.parse(ask(clock, 'GET /_local/clock/')?.body.now) - Date.now()).toBeGreaterThan(
      8 * DAY * 1000,
    );
    expect(ask(clock, 'POST /_local/clock/', '{"reset":true}')?.body.moved_by_seconds).toBe(0);
  });

  it.each([
    '',
    '{',
    '{}',
    '{"advance":8}',
    '{"advance":"8"}',
    '{"advance":"-8d"}',
    '{"advance":"8d","x":1}',
    '{"reset":false}',
    '[]',
  ])('stays where it is for %s and says what it takes', (body) => {
    const clock = new LocalClock();
    expect(ask(clock, 'POST /_local/clock/', body)).toEqual({
      status: 400,
      body: { detail: 'Send {"advance":"8d"} (a number and s, m, h or d) or {"reset":true}.' },
    });
    expect(clock.movedByMilliseconds).toBe(0);
  });

  it('answers nothing but its own path', () => {
    expect(ask(new LocalClock(), 'POST /api/clock/', '{"advance":"8d"}')).toBeUndefined();
    expect(ask(new LocalClock(), 'DELETE /_local/clock/')?.status).toBe(405);
  });
});

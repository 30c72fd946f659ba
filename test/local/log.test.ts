import { logWriter } from '../../local/log/terminal';

/** A quarter of a second after 19:31:08, wherever this runs. */
const time = new Date(2026, 10, 22, 19, 31, 8, 250).toISOString();

/** What a terminal shows, or what a pipe gets. */
function show(line: string, { isTTY = true, hasColors = false } = {}): string {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  logWriter({ isTTY, hasColors: () => hasColors, write }).write(line);
  return written.join('');
}

const lineOf = (members: object) => `${JSON.stringify({ time, level: 'INFO', ...members })}\n`;

describe('The log on a terminal', () => {
  it.each<[string, object, string]>([
    [
      'level, function, kind, then the other members in their order',
      {
        kind: 'request',
        requestId: 'c0ffee00-70f5-4f0e-8b4b-3a3a3a3a3a3a',
        function: 'list',
        route: '/api/items/{id}',
        milliseconds: 87.1,
        userId: null,
        _aws: { Timestamp: 1, CloudWatchMetrics: [] },
      },
      'list request route=/api/items/{id} milliseconds=87.1 userId=null requestId=c0ffee00',
    ],
    ['an event by its name', { kind: 'event', event: 'too_many', count: 3 }, 'too_many count=3'],
    [
      'values apart from each other',
      { value: 'x status=200', 'a=b c': '' },
      'value="x status=200" "a=b c"=""',
    ],
    ['objects as JSON', { value: { a: [1, 'say "b"'] } }, 'value={"a":[1,"say \\"b\\""]}'],
    ['long values cut off', { value: 'x'.repeat(81) }, `value=${'x'.repeat(79)}…`],
  ])('shows the time and %s', (_, members, shown) => {
    expect(show(lineOf(members))).toBe(`19:31:08 INFO  ${shown}\n`);
  });

  it('shows message, stack and cause on lines of their own', () => {
    const cause = { error: 'TimeoutError', message: 'Too late', code: 'ETIMEDOUT', cause: 'unplugged' };
    const failure = { error: 'StoreError', message: 'It is gone.', stack: ['at read (store.js:1:2)'], cause };

    expect(
      show(lineOf({ kind: 'failure', function: 'list', ...failure, table: 'Users' })).split('\n'),
    ).toEqual([
      '19:31:08 INFO  list StoreError table=Users',
      '  It is gone.',
      '    at read (store.js:1:2)',
      '  caused by TimeoutError code=ETIMEDOUT',
      '    Too late',
      '    caused by unplugged',
      '',
    ]);
  });

  it('has the colour of the level if the terminal has colours, and is unchanged in a pipe', () => {
    const line = lineOf({ level: 'ERROR' });

    expect(show(line, { hasColors: true })).toBe('19:31:08 \u001b[31mERROR\u001b[39m\n');
    expect(show(line, { isTTY: false, hasColors: true })).toBe(line);
  });

  it.each([`{"time":"${time}"}`, '{"time":"soon","level":"INFO"}', `{"time":"${time}"`, 'null', 'START', ''])(
    'leaves a line as it is that is not JSON with time and level: %s',
    (line) => {
      expect(show(`${line}\n`, { hasColors: true })).toBe(`${line}\n`);
    },
  );

  const hostile = 'a\u001b[2J\r\nb\u009b1A\u007f\u2028c\u202ed\u{e0041}e\ud800f';
  it.each<[object, number]>([
    [{ value: hostile, [hostile]: [{ [hostile]: hostile }] }, 1],
    [{ level: hostile, function: hostile, event: hostile, error: hostile, requestId: hostile }, 1],
    [{ message: hostile }, 2],
    [{ message: { [hostile]: hostile } }, 2],
    [{ stack: [hostile] }, 2],
    [{ cause: { error: hostile, message: hostile } }, 3],
  ])('shows invisible characters by their numbers, and lets no value begin a line: %#', (members, count) => {
    const lines = show(lineOf(members)).split('\n');

    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(count);
    expect(lines.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(lines.join('')).toContain('\\u{202e}d\\u{e0041}');
  });
});

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

/** Without the time and level that all have. */
const rest = (members: object): string => {
  const text = show(`${JSON.stringify({ time, level: 'INFO', ...members })}\n`);
  expect(text.slice(0, 15)).toBe('19:31:08 INFO  ');
  return text.slice(15);
};

describe('The log on a terminal', () => {
  it('says when, how bad, which function and what, then all else in its order', () => {
    const request = {
      kind: 'request',
      requestId: 'c0ffee00-70f5-4f0e-8b4b-3a3a3a3a3a3a',
      function: 'list',
      method: 'POST',
      route: '/api/items/{id}',
      milliseconds: 87.1,
      isCached: false,
      userId: null,
      _aws: { Timestamp: 1, CloudWatchMetrics: [] },
    };

    expect(rest(request)).toBe(
      'list request method=POST route=/api/items/{id} milliseconds=87.1 isCached=false userId=null requestId=c0ffee00\n',
    );
  });

  it.each([
    ['ERROR', '^[31mERROR^[39m'],
    ['WARN', '^[33mWARN ^[39m'],
    ['INFO', '^[32mINFO ^[39m'],
    ['DEBUG', '^[90mDEBUG^[39m'],
    ['constructor', 'constructor'],
  ])('has the colour of the level %s if the terminal has colours', (level, painted) => {
    const line = `${JSON.stringify({ time, level })}\n`;

    expect(show(line, { hasColors: true }).replaceAll('\u001b', '^')).toBe(`19:31:08 ${painted}\n`);
    expect(show(line)).toBe(`19:31:08 ${level.padEnd(5)}\n`);
    expect(show(line, { isTTY: false, hasColors: true })).toBe(line);
  });

  it('has message, stack and cause on lines of their own', () => {
    const failure = {
      kind: 'failure',
      function: 'list',
      error: 'StoreError',
      message: 'The "store" is gone.',
      stack: ['at read (store.js:1:2)', 'at list'],
      cause: {
        error: 'TimeoutError',
        message: 'Too late',
        code: 'ETIMEDOUT',
        stack: ['at wait'],
        cause: { error: 'SocketError', cause: 'unplugged' },
      },
      table: 'Users',
    };

    expect(rest(failure).split('\n')).toEqual([
      'list StoreError table=Users',
      '  The "store" is gone.',
      '    at read (store.js:1:2)',
      '    at list',
      '  caused by TimeoutError code=ETIMEDOUT',
      '    Too late',
      '      at wait',
      '    caused by SocketError',
      '      caused by unplugged',
      '',
    ]);
  });

  it.each<[object, string]>([
    [{ kind: 'event', event: 'too_many', count: 3 }, 'too_many count=3\n'],
    [{ kind: 'event', event: 'retried', error: 'StoreError' }, 'retried StoreError\n'],
    [{ value: '', next: 1 }, 'value="" next=1\n'],
    [{ value: 'x status=200', 'a=b c': 'y' }, 'value="x status=200" "a=b c"=y\n'],
    [{ value: 'say "a"' }, 'value="say \\"a\\""\n'],
    [{ value: 'C:\\x' }, 'value="C:\\\\x"\n'],
    [{ value: { a: [1, 'b'] } }, 'value={"a":[1,"b"]}\n'],
    [{ value: 'x'.repeat(80) }, `value=${'x'.repeat(80)}\n`],
    [{ value: 'x'.repeat(81) }, `value=${'x'.repeat(79)}…\n`],
  ])('tells members and values apart: %j', (members, shown) => {
    expect(rest(members)).toBe(shown);
  });

  it.each([
    '{"level":"INFO"}',
    `{"time":"${time}"}`,
    '{"time":"soon","level":"INFO"}',
    `{"time":"${time}","level":5}`,
    `[{"time":"${time}","level":"INFO"}]`,
    `{"time":"${time}","level":"INFO"`,
    'null',
    'START RequestId: 1',
    '',
  ])('leaves a line as it is that is no such JSON: %s', (line) => {
    expect(show(`${line}\n`, { hasColors: true })).toBe(`${line}\n`);
  });

  const hostile = 'a\u001b[2J\r\nb\u009b1A\u007f\u2028c\u202ed\u{e0041}e\ud800f';
  it.each<[object, number]>([
    [{ value: hostile, [hostile]: [{ [hostile]: hostile }] }, 1],
    [{ level: hostile, function: hostile, kind: hostile, requestId: hostile }, 1],
    [{ event: hostile, error: hostile }, 1],
    [{ message: hostile }, 2],
    [{ message: { [hostile]: hostile } }, 2],
    [{ stack: [hostile] }, 2],
    [{ stack: hostile }, 2],
    [{ cause: hostile }, 2],
    [{ cause: { error: hostile, message: hostile } }, 3],
  ])('shows nothing that cannot be seen, and lets no value begin a line: %#', (members, count) => {
    const lines = show(`${JSON.stringify({ time, level: 'INFO', ...members })}\n`).split('\n');

    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(count);
    expect(lines.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });

  it('shows a hidden character by its number', () => {
    expect(rest({ kind: 'note', message: hostile })).toBe(
      'note\n  a\\u{1b}[2J\\u{d}\\u{a}b\\u{9b}1A\\u{7f}\\u{2028}c\\u{202e}d\\u{e0041}e\\u{d800}f\n',
    );
  });
});

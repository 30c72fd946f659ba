import { readableLine } from '../../../local/log/readable-line';

/** A quarter of a second after 19:31:08, wherever this runs. */
const time = new Date(2026, 10, 22, 19, 31, 8, 250).toISOString();

const read = (members: object): string =>
  readableLine(`${JSON.stringify({ time, ...members })}\n`, (level, text) => `<${level}>${text}</>`);

/** Without colours, and without the time and level that all have. */
const rest = (members: object): string => {
  const line = readableLine(`${JSON.stringify({ time, level: 'INFO', ...members })}\n`, (_, text) => text);
  expect(line.slice(0, 15)).toBe('19:31:08 INFO  ');
  return line.slice(15);
};

describe('A line of the log, read by a person,', () => {
  it('says when, how bad, which function and what, then all else in its order', () => {
    const request = {
      level: 'INFO',
      kind: 'request',
      requestId: 'c0ffee00-70f5-4f0e-8b4b-3a3a3a3a3a3a',
      function: 'list',
      method: 'POST',
      route: '/api/items/{id}',
      status: 200,
      milliseconds: 87.1,
      isCached: false,
      userId: null,
      _aws: { Timestamp: 1, CloudWatchMetrics: [] },
    };

    expect(read(request)).toBe(
      '19:31:08 <INFO>INFO </> list request method=POST route=/api/items/{id} status=200 milliseconds=87.1 ' +
        'isCached=false userId=null requestId=c0ffee00\n',
    );
  });

  it('names an event instead of saying that it is one', () => {
    expect(read({ level: 'WARN', kind: 'event', event: 'too_many', function: 'list', count: 3 })).toBe(
      '19:31:08 <WARN>WARN </> list too_many count=3\n',
    );
  });

  it('has message, stack and cause on lines of their own', () => {
    const failure = {
      level: 'ERROR',
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

    expect(read(failure)).toBe(
      [
        '19:31:08 <ERROR>ERROR</> list StoreError table=Users',
        '  The "store" is gone.',
        '    at read (store.js:1:2)',
        '    at list',
        '  caused by TimeoutError code=ETIMEDOUT',
        '    Too late',
        '      at wait',
        '    caused by SocketError',
        '      caused by unplugged',
        '',
      ].join('\n'),
    );
  });

  it('does with time and level alone', () => {
    expect(read({ level: 'INFO' })).toBe('19:31:08 <INFO>INFO </>\n');
  });

  it('loses neither of event and error', () => {
    expect(rest({ kind: 'event', event: 'retried', error: 'StoreError' })).toBe('retried StoreError\n');
  });

  it.each<[unknown, string]>([
    ['two words', '"two words"'],
    ['', '""'],
    ['a=b', '"a=b"'],
    ['say "a"', '"say \\"a\\""'],
    ['C:\\x', '"C:\\\\x"'],
    [{ a: [1, 'b'] }, '{"a":[1,"b"]}'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(81), `${'x'.repeat(79)}…`],
  ])('tells the value %j from what stands next to it, and cuts it off when it is long', (value, shown) => {
    expect(rest({ value, next: 1 })).toBe(`value=${shown} next=1\n`);
  });

  it.each([
    ['{"level":"INFO"}'],
    [`{"time":"${time}"}`],
    ['{"time":"soon","level":"INFO"}'],
    [`{"time":"${time}","level":5}`],
    [`[{"time":"${time}","level":"INFO"}]`],
    [`{"time":"${time}","level":"INFO"`],
    ['null'],
    ['START RequestId: 1'],
    [''],
  ])('is left as it is if it is no such JSON: %s', (line) => {
    expect(readableLine(`${line}\n`, () => 'painted')).toBe(`${line}\n`);
  });
});

describe('A hostile value', () => {
  const hostile = 'a\u001b[2J\r\nb\u009b1A\u007f\u2028c\u202ed\u{e0041}e\ud800f';

  it.each<[string, object, number]>([
    ['a member', { value: hostile }, 1],
    ["a member's name", { [hostile]: 1 }, 1],
    ['a value of a member', { value: [{ [hostile]: hostile }] }, 1],
    ['the level', { level: hostile }, 1],
    ['the function', { function: hostile }, 1],
    ['the kind', { kind: hostile }, 1],
    ['the event', { event: hostile }, 1],
    ['the error', { error: hostile }, 1],
    ['the request id', { requestId: hostile }, 1],
    ['the message', { message: hostile }, 2],
    ['another message', { message: { [hostile]: hostile } }, 2],
    ['a frame', { stack: [hostile] }, 2],
    ['a stack', { stack: hostile }, 2],
    ['the cause', { cause: hostile }, 2],
    ['the error of the cause', { cause: { error: hostile } }, 2],
    ['the message of the cause', { cause: { message: hostile } }, 3],
  ])('puts nothing on the terminal that cannot be seen, and begins no line: %s', (...[, members, count]) => {
    const line = JSON.stringify({ time, level: 'INFO', ...members });
    const lines = readableLine(line, (_, text) => text).split('\n');

    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(count);
    expect(lines.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });

  it('is shown by the numbers of its characters', () => {
    expect(rest({ kind: 'note', message: hostile })).toBe(
      'note\n  a\\u{1b}[2J\\u{d}\\u{a}b\\u{9b}1A\\u{7f}\\u{2028}c\\u{202e}d\\u{e0041}e\\u{d800}f\n',
    );
  });

  it('cannot pass for another member', () => {
    expect(rest({ value: 'x status=200', 'a=b c': 'y' })).toBe('value="x status=200" "a=b c"=y\n');
  });
});

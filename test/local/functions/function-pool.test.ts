import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { FunctionPool, type FunctionPoolOptions } from '../../../local/functions/function-pool';
import type { FunctionDefinition } from '../../../local/template/deployment';

const hang = 'new Promise(() => setInterval(() => {}, 1000))';

describe('A function pool', () => {
  const folders: string[] = [];
  const pools: FunctionPool[] = [];

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  interface Started {
    readonly pool: FunctionPool;
    readonly definition: FunctionDefinition;
    readonly stdout: PassThrough;
    readonly stderr: PassThrough;
  }

  interface Setting extends Partial<FunctionDefinition> {
    readonly maxWorkers?: number;
    readonly file?: string;
    readonly extra?: Record<string, string>;
    readonly clockOffset?: SharedArrayBuffer;
  }

  async function start(
    code: string,
    { maxWorkers, extra, clockOffset, file = 'index.js', ...parts }: Setting = {},
  ): Promise<Started> {
    const codeFolder = mkdtempSync(join(tmpdir(), 'bundle-'));
    folders.push(codeFolder);
    writeFileSync(join(codeFolder, file), code);
    const definition = {
      logicalId: 'Sample',
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:Sample',
      codeFolder,
      handler: 'index.handler',
      environment: {},
      timeoutSeconds: 10,
      memoryMegabytes: 128,
      role: { logicalId: 'Role', arn: 'arn:aws:iam::123456789012:role/Role', statements: [] },
      ...parts,
    };
    const output = { stdout: new PassThrough(), stderr: new PassThrough() };
    const options: FunctionPoolOptions = {
      definition,
      output,
      ...(maxWorkers === undefined ? {} : { maxWorkers }),
      ...(extra === undefined ? {} : { environment: extra }),
      ...(clockOffset && { clockOffset }),
    };
    const pool = await FunctionPool.start(options);
    pools.push(pool);
    return { pool, definition, ...output };
  }

  /** What the function answered; fails unless it did. */
  async function resultOf(pool: FunctionPool, event: unknown = {}): Promise<unknown> {
    const result = await pool.invoke(event);
    if (!result.ok) throw new Error(result.failure.errorMessage);
    return JSON.parse(result.payload);
  }

  /** What is written, as soon as it has so many lines. */
  function textOf(output: PassThrough, lines: number): Promise<string> {
    let text = '';
    return new Promise((resolve) => {
      output.on('data', (chunk) => {
        text += chunk;
        if (text.split('\n').length > lines) resolve(text);
      });
    });
  }

  it('passes events and results on as JSON, so that undefined members vanish', async () => {
    const { pool } = await start(
      'exports.handler = async (event) => ({ keys: Object.keys(event), gone: undefined });',
    );

    expect(await resultOf(pool, { a: 1, b: undefined })).toEqual({ keys: ['a'] });
  });

  it('answers null for a function that returns nothing', async () => {
    const { pool } = await start('exports.handler = () => {};');

    expect(await pool.invoke({})).toEqual({ ok: true, payload: 'null' });
  });

  it('gives a function its own variables and those of Lambda, and none of its own process', async () => {
    process.env['LEAK'] = 'leaked';
    const { pool, definition } = await start('exports.handler = async () => process.env;', {
      environment: { OWN: 'own', BOTH: 'own' },
      extra: { BOTH: 'extra', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
    });
    delete process.env['LEAK'];

    expect(await resultOf(pool)).toEqual({
      _HANDLER: 'index.handler',
      AWS_ACCESS_KEY_ID: 'Sample',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: 'Sample',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/Sample',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_REGION: 'us-east-1',
      AWS_SECRET_ACCESS_KEY: 'local',
      BOTH: 'extra',
      LAMBDA_TASK_ROOT: definition.codeFolder,
      OWN: 'own',
      TZ: ':UTC',
    });
  });

  it('sets the variables before the first line of the bundle runs', async () => {
    const code = 'const region = process.env.AWS_REGION; exports.handler = async () => region;';

    expect(await resultOf((await start(code)).pool)).toBe('us-east-1');
  });

  it('gives the handler a context as Lambda does', async () => {
    const { pool } = await start(
      'exports.handler = async (_, c) => ({ ...c, remaining: c.getRemainingTimeInMillis() });',
    );
    const context = await resultOf(pool);

    expect(context).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'Sample',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Sample',
      memoryLimitInMB: '128',
    });
    const { remaining } = context as { remaining: number };
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(10_000);
  });

  it("calls a worker's handler for one event at a time, with no more workers than it may have", async () => {
    const code = `let running = 0;
      exports.handler = async () => {
        running += 1;
        for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
        const together = running;
        running -= 1;
        return { together, thread: require('node:worker_threads').threadId };
      };`;
    const { pool } = await start(code, { maxWorkers: 3 });
    const results = await Promise.all(Array.from({ length: 30 }, () => resultOf(pool)));

    expect(results).toEqual(results.map(() => ({ together: 1, thread: expect.any(Number) })));
    // Threads are numbered as they are started, and so the next one tells how many there were.
    const first = Math.min(...results.map((result) => (result as { thread: number }).thread));
    const next = await resultOf((await start(code)).pool);
    expect((next as { thread: number }).thread - first).toBe(3);
  });

  it('starts another worker for an event that would have to wait', async () => {
    // Neither of two events is answered before it has met the other.
    const code = `exports.handler = () => new Promise((resolve) => {
      const channel = new BroadcastChannel('meeting');
      channel.onmessage = ({ data }) => {
        if (data === 'here') channel.postMessage('met');
        channel.close();
        resolve(data);
      };
      channel.postMessage('here');
    });`;
    const { pool } = await start(code, { maxWorkers: 2 });
    const results = await Promise.all([resultOf(pool), resultOf(pool)]);

    expect(results.sort()).toEqual(['here', 'met']);
  });

  it('keeps a worker for the next event, with what the bundle remembers', async () => {
    const { pool } = await start('let count = 0; exports.handler = async () => (count += 1);');

    expect([await resultOf(pool), await resultOf(pool), await resultOf(pool)]).toEqual([1, 2, 3]);
  });

  it('lets what exceeds the limit wait its turn', async () => {
    const { pool } = await start('exports.handler = async (event) => event;', { maxWorkers: 1 });
    const events = Array.from({ length: 50 }, (_, number) => number);

    expect(await Promise.all(events.map((event) => resultOf(pool, event)))).toEqual(events);
  });

  it('reports what a function throws, by type, message and trace', async () => {
    const { pool, stderr } = await start(
      'exports.handler = async () => { throw new RangeError("too far"); };',
    );
    const logged = once(stderr, 'data');

    expect(await pool.invoke({})).toEqual({
      ok: false,
      failure: {
        errorType: 'RangeError',
        errorMessage: 'too far',
        trace: expect.arrayContaining(['RangeError: too far']),
      },
    });
    expect(String(await logged)).toContain('Invoke Error RangeError: too far');
  });

  it.each([
    ['a text', 'throw "text"', { errorType: 'string', errorMessage: 'text' }],
    ['undefined', 'throw undefined', { errorType: 'undefined', errorMessage: 'undefined' }],
  ])('reports also a function that throws %s', async (_, code, failure) => {
    const { pool } = await start(`exports.handler = async () => { ${code}; };`);

    expect(await pool.invoke({})).toMatchObject({ ok: false, failure });
  });

  it('fails an invocation whose result is not JSON', async () => {
    const { pool } = await start('exports.handler = async () => 1n;');

    expect(await pool.invoke({})).toMatchObject({ ok: false, failure: { errorType: 'TypeError' } });
  });

  it.each([
    ['process.exit', 'process.exit(7)', /Runtime exited with error: exit status 7$/],
    ['an uncaught exception', 'setImmediate(() => { throw new Error("later"); })', /^later$/],
    ['an unhandled rejection', 'void Promise.reject(new Error("alone"))', /^alone$/],
    ['an endless loop', 'for (;;);', /Task timed out after 1\.00 seconds$/],
    ['a promise that never settles', hang, /Task timed out after 1\.00 seconds$/],
  ])(
    'survives %s: only that invocation fails, and another worker takes over',
    async (_, code, errorMessage) => {
      const { pool } = await start(
        `exports.handler = async (event) => { if (event.fail) { ${code}; await ${hang}; } return 'fine'; };`,
        { timeoutSeconds: 1, maxWorkers: 1 },
      );
      const [failed, waiting] = await Promise.all([pool.invoke({ fail: true }), resultOf(pool)]);

      expect(failed).toMatchObject({
        ok: false,
        failure: { errorMessage: expect.stringMatching(errorMessage) },
      });
      expect(waiting).toBe('fine');
      expect(await resultOf(pool)).toBe('fine');
    },
  );

  it('survives a function that fills its memory', async () => {
    const { pool } = await start(
      `exports.handler = async (event) => {
         const kept = [];
         while (event.fail) kept.push(new Array(100_000).fill(kept.length));
         return 'fine';
       };`,
      { memoryMegabytes: 32, timeoutSeconds: 20 },
    );

    expect(await pool.invoke({ fail: true })).toMatchObject({
      ok: false,
      failure: { errorType: 'Runtime.OutOfMemory' },
    });
    expect(await resultOf(pool)).toBe('fine');
  });

  it.each([
    ['throws', 'throw new Error("bad bundle");', 'Error: bad bundle'],
    ['is no JavaScript', 'const = 1;', "SyntaxError: Unexpected token '='"],
    ['exports no handler', 'exports.other = 1;', 'index.handler is undefined or not exported'],
    ['requires what is not there', 'require("./gone");', "Cannot find module './gone'"],
    ['ends the process', 'process.exit(3);', 'Runtime exited with error: exit status 3'],
  ])('does not start with a bundle that %s, and says so in its words', async (_, code, message) => {
    await expect(start(code)).rejects.toThrow(message);
    await expect(start(code)).rejects.toThrow(/^Sample cannot be loaded: /);
  });

  it.each([
    [
      'index.mjs',
      'await new Promise((resolve) => setTimeout(resolve, 1)); export const handler = async () => 1;',
    ],
    ['index.cjs', 'exports.handler = async () => 1;'],
    ['index.js', 'module.exports = Object.assign({}, { handler: async () => 1 });'],
  ])('loads %s as Lambda does, and waits for what it waits for', async (file, code) => {
    const { pool } = await start(code, { file });
    expect(await pool.invoke({})).toEqual({ ok: true, payload: '1' });
  });

  it('fails those who wait if the bundle cannot be loaded any more', async () => {
    const { pool, definition } = await start('exports.handler = async () => process.exit(1);', {
      maxWorkers: 1,
    });
    writeFileSync(join(definition.codeFolder, 'index.js'), 'throw new Error("broken since");');
    const results = await Promise.all([pool.invoke({}), pool.invoke({}), pool.invoke({})]);

    expect(results[0]).toMatchObject({ ok: false, failure: { errorType: 'Runtime.ExitError' } });
    expect(results.slice(1)).toEqual([
      { ok: false, failure: expect.objectContaining({ errorMessage: 'broken since' }) },
      { ok: false, failure: expect.objectContaining({ errorMessage: 'broken since' }) },
    ]);
  });

  it("passes on what the functions write, and none of it to the process's own output", async () => {
    const { pool, stdout, stderr } = await start(
      'exports.handler = async () => { console.log("to stdout"); console.error("to stderr"); };',
    );
    const written = Promise.all([once(stdout, 'data'), once(stderr, 'data')]);
    await pool.invoke({});

    expect((await written).map(String)).toEqual(['to stdout\n', 'to stderr\n']);
  });

  it("keeps the lines of one worker out of another's", async () => {
    // Neither ends its line before the beginnings of both have arrived.
    const code = `exports.handler = () => new Promise((resolve) => process.stdout.write('begun ', () => {
      const channel = new BroadcastChannel('begun');
      channel.onmessage = ({ data }) => {
        if (data === 'here') channel.postMessage('met');
        channel.close();
        process.stdout.write('ended\\n');
        resolve();
      };
      channel.postMessage('here');
    }));`;
    const { pool, stdout } = await start(code, { maxWorkers: 2 });
    const written = textOf(stdout, 2);
    await Promise.all([pool.invoke({}), pool.invoke({})]);

    expect(await written).toBe('begun ended\nbegun ended\n');
  });

  it('ends the line that a worker leaves unfinished', async () => {
    const { pool, stdout } = await start(
      'exports.handler = async () => { process.stdout.write("last words"); process.exit(1); };',
    );
    const written = textOf(stdout, 1);
    await pool.invoke({});

    expect(await written).toBe('last words\n');
  });

  it('fails what is under way and what waits when it is closed', async () => {
    const { pool } = await start(`exports.handler = () => ${hang};`, { maxWorkers: 1 });
    const invocations = [pool.invoke({}), pool.invoke({})];
    await pool.close();

    const results = await Promise.all(invocations);
    expect(results.map(({ ok }) => ok)).toEqual([false, false]);
    expect(() => pool.invoke({})).toThrow('The pool is closed');
  });

  it('tells the function the time of a clock that is moved, and keeps its own for the time-out', async () => {
    const offset = new SharedArrayBuffer(8);
    const { pool } = await start(
      'exports.handler = async (event, context) => [Date.now(), +new Date(), Date.parse(Date()), new Date(5).getTime(), context.getRemainingTimeInMillis()]',
      { clockOffset: offset },
    );
    new Float64Array(offset)[0] = 8 * 86_400_000;
    const before = Date.now();
    const [now, made, called, given, remaining] = (await resultOf(pool)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    for (const told of [now, made, called + 1000])
      expect(told - before).toBeGreaterThanOrEqual(8 * 86_400_000);
    expect(given).toBe(5);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThan(86_400_000);
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { FunctionPool, type FunctionPoolOptions } from '../../../local/functions/pool';
import type { FunctionDefinition } from '../../../local/template/deployment';

const hang = 'new Promise(() => setInterval(() => {}, 1000))';

describe('A function pool', () => {
  const folders: string[] = [];
  const pools: FunctionPool[] = [];

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  interface Setting extends Omit<Partial<FunctionPoolOptions>, 'definition' | 'output'> {
    readonly definition?: Partial<FunctionDefinition>;
    readonly file?: string;
  }

  /** A pool whose function is this JavaScript. */
  function create(code: string, { file = 'index.js', definition: parts, ...options }: Setting = {}) {
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
    const pool = new FunctionPool({ definition, output, ...options });
    pools.push(pool);
    return { pool, codeFolder, ...output };
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

  it('starts no worker before the first request, and checks a bundle without keeping one', async () => {
    const code = 'exports.handler = async () => require("node:worker_threads").threadId;';
    const [first, other] = [create(code).pool, create(code).pool];
    await first.check();
    const thread = Number(await resultOf(first));

    expect(await resultOf(other)).toBe(thread + 1);
  });

  it('passes events and results on as JSON, so that undefined members vanish', async () => {
    const { pool } = create(
      'exports.handler = async (event) => ({ keys: Object.keys(event), gone: undefined });',
    );

    expect(await resultOf(pool, { a: 1, b: undefined })).toEqual({ keys: ['a'] });
  });

  it('gives a function its own variables and those of Lambda, and none of its own process', async () => {
    process.env['LEAK'] = 'leaked';
    const { pool, codeFolder } = create('exports.handler = async () => process.env;', {
      definition: { environment: { OWN: 'own', BOTH: 'own' } },
      environment: { BOTH: 'extra', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
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
      LAMBDA_TASK_ROOT: codeFolder,
      OWN: 'own',
      TZ: ':UTC',
    });
  });

  it('gives the handler a context as Lambda does', async () => {
    const { pool } = create(
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
    const threadOf = async () => ((await resultOf(create(code).pool)) as { thread: number }).thread;
    // Threads are numbered as they start, so those before and after tell how many there were.
    const before = await threadOf();
    const { pool } = create(code, { maxWorkers: 3 });
    const results = await Promise.all(Array.from({ length: 30 }, () => resultOf(pool)));

    expect(results).toEqual(results.map(() => ({ together: 1, thread: expect.any(Number) })));
    expect((await threadOf()) - before).toBe(3 + 1);
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
    const { pool } = create(code, { maxWorkers: 2 });
    const results = await Promise.all([resultOf(pool), resultOf(pool)]);

    expect(results.sort()).toEqual(['here', 'met']);
  });

  it('reports what a function throws, by type, message and trace', async () => {
    const { pool, stderr } = create('exports.handler = async () => { throw new RangeError("too far"); };');
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
    ['for a result that is not JSON', 'return 1n', { errorType: 'TypeError' }],
  ])('reports also a function that throws %s', async (_, code, failure) => {
    const { pool } = create(`exports.handler = async () => { ${code}; };`);

    expect(await pool.invoke({})).toMatchObject({ ok: false, failure });
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
      const { pool } = create(
        `exports.handler = async (event) => { if (event.fail) { ${code}; await ${hang}; } return 'fine'; };`,
        { definition: { timeoutSeconds: 1 }, maxWorkers: 1 },
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
    const { pool } = create(
      `exports.handler = async (event) => {
         const kept = [];
         while (event.fail) kept.push(new Array(100_000).fill(kept.length));
         return 'fine';
       };`,
      { definition: { memoryMegabytes: 32, timeoutSeconds: 20 } },
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
    [
      'exports no handler',
      'exports.other = 1;',
      'Runtime.HandlerNotFound: index.handler is undefined or not exported',
    ],
    ['requires what is not there', 'require("./gone");', "Error: Cannot find module './gone'"],
    ['ends the process', 'process.exit(3);', 'Runtime.ExitError: Runtime exited with error: exit status 3'],
  ])(
    'reports a bundle that %s in its own words: to a check, at the first request and in the log',
    async (...parts) => {
      const [, code, message] = parts;
      const { pool, stderr } = create(code);
      const line = `Sample cannot be loaded: ${message}`;

      await expect(pool.check()).rejects.toThrow(line);
      const logged = textOf(stderr, 1);
      const failure = { errorMessage: expect.stringContaining(message.replace(/^[\w.]+: /, '')) };
      expect(await pool.invoke({})).toMatchObject({ ok: false, failure });
      expect(await logged).toContain(line);
    },
  );

  it.each([
    [
      'index.mjs',
      'await new Promise((resolve) => setTimeout(resolve, 1)); export const handler = async () => 1;',
    ],
    ['index.cjs', 'exports.handler = async () => 1;'],
    ['index.js', 'module.exports = Object.assign({}, { handler: async () => 1 });'],
  ])('loads %s as Lambda does, and waits for what it waits for', async (file, code) => {
    const { pool } = create(code, { file });
    expect(await pool.invoke({})).toEqual({ ok: true, payload: '1' });
  });

  it('fails those who wait if the bundle cannot be loaded any more', async () => {
    const { pool, codeFolder } = create('exports.handler = async ({ exit }) => exit && process.exit(1);', {
      maxWorkers: 1,
    });
    await pool.invoke({});
    writeFileSync(join(codeFolder, 'index.js'), 'throw new Error("broken since");');
    const results = await Promise.all([pool.invoke({ exit: true }), pool.invoke({}), pool.invoke({})]);

    const brokenSince = { ok: false, failure: expect.objectContaining({ errorMessage: 'broken since' }) };
    expect(results[0]).toMatchObject({ ok: false, failure: { errorType: 'Runtime.ExitError' } });
    expect(results.slice(1)).toEqual([brokenSince, brokenSince]);
  });

  it("passes on whole lines, however they come, and none to the process's own output", async () => {
    // What only looks like a line break is none, and a character may come in two parts.
    const code = `exports.handler = async () => {
      for (const piece of ['one\\ntw', 'o\\n\\nth\u2028ree\\r\\n', Buffer.from([0xf0, 0x9f]), Buffer.from([0x98, 0x80, 0x0a])])
        await new Promise((resolve) => process.stdout.write(piece, resolve));
      process.stdout.write('last words');
      console.error('to stderr');
      process.exit(1);
    };`;
    const { pool, stdout, stderr } = create(code);
    const written = Promise.all([textOf(stdout, 6), textOf(stderr, 1)]);
    await pool.invoke({});

    expect(await written).toEqual(['one\ntwo\n\nth\u2028ree\r\n😀\nlast words\n', 'to stderr\n']);
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
    const { pool, stdout } = create(code, { maxWorkers: 2 });
    const written = textOf(stdout, 2);
    await Promise.all([pool.invoke({}), pool.invoke({})]);

    expect(await written).toBe('begun ended\nbegun ended\n');
  });

  it('fails what is under way and what waits when it is closed', async () => {
    const { pool } = create(`exports.handler = () => ${hang};`, { maxWorkers: 1 });
    const invocations = [pool.invoke({}), pool.invoke({})];
    await pool.close();

    const results = await Promise.all(invocations);
    expect(results.map(({ ok }) => ok)).toEqual([false, false]);
    expect(() => pool.invoke({})).toThrow('The pool is closed');
  });

  it('tells the function the time of a clock that is moved, and keeps its own for the time-out', async () => {
    const offset = new SharedArrayBuffer(8);
    const { pool } = create(
      'exports.handler = async (event, context) => [Date.now(), +new Date(), Date.parse(Date()), new Date(5).getTime(), context.getRemainingTimeInMillis()]',
      { clockOffset: offset },
    );
    new Float64Array(offset)[0] = 8 * 86_400_000;
    const before = Date.now();
    const [now = 0, made = 0, called = 0, given, remaining] = (await resultOf(pool)) as number[];
    for (const told of [now, made, called + 1000])
      expect(told - before).toBeGreaterThanOrEqual(8 * 86_400_000);
    expect(given).toBe(5);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThan(86_400_000);
  });
});

/** Functions in their worker threads, seen through HTTP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { FunctionPool, WorkerLimit } from '../../local/functions/pool';
import { runTemplate } from '../../local/run';
import type { FunctionDefinition } from '../../local/template/deployment';
import { SampleApp, serveSample } from './sample-app';

/** Runs the JavaScript in the request's body, and answers with what it returns. */
const runner = `const AsyncFunction = (async () => {}).constructor;
  globalThis.running = 0;
  exports.handler = async (event, context) => {
    const result = await new AsyncFunction('context', 'require', event.body)(context, require);
    return { statusCode: 200, body: JSON.stringify(result) };
  };`;

/** Ends when the same code runs in another worker too. */
const meetAnother = `await new Promise((resolve) => {
  const channel = new BroadcastChannel('meeting');
  channel.onmessage = ({ data }) => {
    if (data === 'here') channel.postMessage('met');
    channel.close();
    resolve();
  };
  channel.postMessage('here');
});`;

/** Functions find no packages. */
const sdk = require.resolve('@aws-sdk/client-dynamodb');
const hang = 'await new Promise(() => setInterval(() => {}, 1000));';
const folder = mkdtempSync(join(tmpdir(), 'functions-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('A function', () => {
  const written = { stdout: '', stderr: '' };
  const output = {
    stdout: { write: (line: string) => (written.stdout += line) },
    stderr: { write: (line: string) => (written.stderr += line) },
  };
  const flag = join(folder, 'broken');
  const sample = serveSample(
    (app) => {
      const add = (path: string, code: string, options = {}) =>
        app.api.root
          .addResource(path)
          .addMethod('POST', new LambdaIntegration(app.addFunction(path, code, options)));
      add('runner', runner, { timeout: Duration.seconds(20), environment: { OWN: 'own' } });
      add('hasty', runner, { timeout: Duration.seconds(1) });
      add(
        'fragile',
        `if (require('node:fs').existsSync('${flag}')) throw new Error('broken since'); ${runner}`,
      );
      add('commonjs', 'exports.handler = async () => ({ statusCode: 200 });', { file: 'index.cjs' });
      const waiting = 'await new Promise((resolve) => setTimeout(resolve, 1));';
      add('module', `${waiting} export const handler = async () => ({ statusCode: 200 });`, {
        file: 'index.mjs',
      });
    },
    { output },
  );
  beforeEach(() => {
    written.stdout = '';
    written.stderr = '';
  });

  const send = (body: string, path = '/runner') => sample.fetch(path, { method: 'POST', body });
  const resultOf = async (body: string): Promise<any> => (await send(body)).json();

  async function waitForLog(output: keyof typeof written, text: string): Promise<void> {
    for (let waits = 0; waits < 1000 && !written[output].includes(text); waits += 1) await pause(10);
    expect(written[output]).toContain(text);
  }

  it('has its own variables and those of Lambda, and none of this process', async () => {
    process.env['LEAK'] = 'leaked';
    const variables = await resultOf('return process.env;');
    delete process.env['LEAK'];

    const name = variables.AWS_LAMBDA_FUNCTION_NAME;
    expect(name).toMatch(/^runner\w+$/);
    expect(variables).toEqual({
      _HANDLER: 'index.handler',
      AWS_ACCESS_KEY_ID: name,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: sample.running().dynamoDbEndpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_ENDPOINT_URL_SESV2: variables.AWS_ENDPOINT_URL_EVENTBRIDGE,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_REGION: 'us-east-1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      LAMBDA_TASK_ROOT: expect.stringMatching(/asset\.\w+$/),
      OWN: 'own',
      TZ: ':UTC',
    });
  });

  it('has a context as in Lambda', async () => {
    const { remaining, ...context } = await resultOf(
      'return { ...context, remaining: context.getRemainingTimeInMillis() };',
    );

    expect(context).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${context.functionName}`,
      memoryLimitInMB: '128',
    });
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  it('calls the embedded database under its own name, and over no connection', async () => {
    const result = await resultOf(`const { DynamoDBClient, ListTablesCommand } = require('${sdk}');
      const { name, message } = await new DynamoDBClient().send(new ListTablesCommand()).catch((error) => error);
      return { name, message, connections: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')) };`);

    expect(result).toEqual({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /assumed-role\/runner.* is not authorized to perform: dynamodb:ListTables/,
      ),
      connections: [],
    });
  });

  it('hears no more of a call to the embedded database that it gave up', async () => {
    const events =
      await resultOf(`const { hostname: host, port } = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB);
      const events = [];
      const call = (name) => require('node:http')
        .request({ host, port, headers: {} }, () => events.push(name + ' answered'))
        .on('error', ({ message }) => events.push(message));
      const first = call('first');
      first.end('{}');
      first.destroy(new Error('first given up'));
      const second = call('second');
      second.end('{}');
      await new Promise((resolve) => second.once('close', resolve));
      return events;`);

    expect(events).toEqual(['first given up', 'second answered']);
  });

  it('handles one request at a time in each worker, and has no more workers than it may have', async () => {
    const code = `running += 1;
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      const together = running;
      running -= 1;
      return { together, thread: require('node:worker_threads').threadId };`;
    const results = await Promise.all(Array.from({ length: 30 }, () => resultOf(code)));

    expect(new Set(results.map(({ together }) => together))).toEqual(new Set([1]));
    const threads = new Set(results.map(({ thread }) => thread));
    expect(threads.size).toBeLessThanOrEqual(4);
  });

  it('gets another worker for a request that would have to wait; lines of the two do not mix', async () => {
    const code = `await new Promise((resolve) => process.stdout.write('begun ', resolve)); ${meetAnother} console.log('ended');`;
    const responses = await Promise.all([send(code), send(code)]);

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    await waitForLog('stdout', 'begun ended\nbegun ended\n');
  });

  it('writes whole lines to the log, however they come', async () => {
    // U+2028 is no line break, and a character may come in two parts.
    await send(`const pieces = ['one\\ntw', 'o\\n\\nth\\u2028ree\\r\\n', Buffer.from([0xf0, 0x9f]), Buffer.from([0x98, 0x80, 0x0a])];
      for (const piece of pieces) await new Promise((resolve) => process.stdout.write(piece, resolve));
      process.stdout.write('last words');
      console.error('to stderr');
      process.exit(1);`);

    await waitForLog('stdout', 'last words\n');
    await waitForLog('stderr', 'to stderr\n');
    expect(written.stdout).toBe('one\ntwo\n\nth\u2028ree\r\n😀\nlast words\n');
  });

  it.each([
    ['throws', 'throw new RangeError("too far")', 'Invoke Error RangeError: too far'],
    ['throws what is no error', 'throw undefined', 'Invoke Error undefined'],
    ['returns what is not JSON', 'return 1n', 'Do not know how to serialize a BigInt'],
    ['exits', 'process.exit(7)', ''],
    ['has an uncaught exception', 'setImmediate(() => { throw new Error("later"); })', 'Error: later'],
    ['has an unhandled rejection', 'void Promise.reject(new Error("alone"))', 'Error: alone'],
    [
      'fills its memory',
      'for (const all = []; ; ) all.push(new Array(1e6).fill(all.length))',
      'reaching memory limit',
    ],
  ])('that %s fails that request alone, and the log says why', async (_, code, logged) => {
    const response = await send(`${code}; ${hang}`);

    expect(response.status).toBe(502);
    expect(await response.text()).toBe('{"message":"Internal server error"}');
    await waitForLog('stderr', logged);
    expect((await send('return 1;')).status).toBe(200);
  });

  it.each([
    ['loops for ever', 'for (;;);'],
    ['never answers', hang],
  ])('that %s ends at its time-out', async (_, code) => {
    expect((await send(code, '/hasty')).status).toBe(502);
    expect((await send('return 1;', '/hasty')).status).toBe(200);
  });

  it.each(['/commonjs', '/module'])('may be a bundle of any kind that Lambda loads: %s', async (path) => {
    expect((await send('', path)).status).toBe(200);
  });

  it('whose bundle no longer loads answers 502 to all who wait, and the log says why', async () => {
    await send('return 1;', '/fragile');
    writeFileSync(flag, '');
    await send('process.exit(1);', '/fragile');
    const responses = await Promise.all([send('return 1;', '/fragile'), send('return 1;', '/fragile')]);

    expect(responses.map(({ status }) => status)).toEqual([502, 502]);
    expect(written.stderr).toMatch(/^fragile\w+ cannot be loaded: Error: broken since\n/m);
  });
});

it('Bundles that cannot be loaded are an error at start that names each, and nothing is left running', async () => {
  const broken = {
    Throws: ['throw new TypeError("bad bundle");', 'TypeError: bad bundle'],
    IsNoJavaScript: ['const = 1;', "SyntaxError: Unexpected token '='"],
    HasNoHandler: [
      'exports.other = 1;',
      'Runtime.HandlerNotFound: index.handler is undefined or not exported',
    ],
    RequiresNothing: ['require("./gone");', "Error: Cannot find module './gone'"],
    Exits: ['process.exit(3);', 'Runtime.ExitError: Runtime exited with error: exit status 3'],
  };
  const app = new SampleApp();
  for (const [id, [code = '']] of Object.entries(broken))
    app.api.root.addResource(id).addMethod('GET', new LambdaIntegration(app.addFunction(id, code)));
  const options = { assembly: app.synthesise(), port: 0, dataDir: folder };

  const errors = await runTemplate(options).catch(({ message }: Error) => message);
  const failure = String(errors).replace(/^(\w+)[0-9A-F]{8} /gm, '$1 ');
  for (const [id, [, message = '']] of Object.entries(broken))
    expect(failure).toContain(`${id} cannot be loaded: ${message}`);
  // The data folder is free again.
  await expect(runTemplate(options)).rejects.toThrow('cannot be loaded');
  app.remove();
});

describe('A worker', () => {
  const code =
    'let count = 0; exports.handler = async () => ({ statusCode: 200, body: String(count += 1) });';
  const addCounter = (app: SampleApp) =>
    app.api.root.addMethod('GET', new LambdaIntegration(app.addFunction('Counter', code)));
  const lasting = serveSample(addCounter);
  const brief = serveSample(addCounter, { idleMilliseconds: 20 });
  const countOf = async (sample: typeof lasting) => (await sample.fetch('')).text();

  it('is kept for the next request', async () => {
    expect([await countOf(lasting), await countOf(lasting)]).toEqual(['1', '2']);
  });

  it('ends after a while without requests, and another starts at the next one', async () => {
    expect(await countOf(brief)).toBe('1');
    await pause(200); // The worker's timer has fired before this one.
    expect(await countOf(brief)).toBe('1');
  });

  const paths = Array.from({ length: 8 }, (_, index) => `counter${index}`);
  const many = serveSample((app) => {
    for (const path of paths)
      app.api.root.addResource(path).addMethod('GET', new LambdaIntegration(app.addFunction(path, code)));
    app.api.root.addMethod('POST', new LambdaIntegration(app.addFunction('Runner', runner)));
  });

  it('that has been idle longest ends for the first request of an eighth function', async () => {
    const count = async (path = '') => (await many.fetch(`/${path}`)).text();
    for (const path of paths.slice(0, 7)) await count(path);
    expect(await count(paths[0])).toBe('2');
    expect(await count(paths[7])).toBe('1');

    expect([await count(paths[0]), await count(paths[7]), await count(paths[2])]).toEqual(['3', '2', '2']);
    expect(await count(paths[1])).toBe('1');
  });

  it('that has not been used for some seconds ends for a request that waits', async () => {
    const run = async (body: string) => (await many.fetch('/', { method: 'POST', body })).status;
    await run('');
    for (const path of paths.slice(0, 6)) await many.fetch(`/${path}`);
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now + 5000);
    expect(await Promise.all([run(meetAnother), run(meetAnother)])).toEqual([200, 200]);
    clock.mockRestore();
  });

  it('of a function that has another one ends after its work when there are too many', async () => {
    const flag = join(folder, 'go-on');
    writeFileSync(
      join(folder, 'waiting.js'),
      `const { existsSync } = require('node:fs');
      exports.handler = async () => { while (!existsSync('${flag}')) await new Promise(setImmediate); };`,
    );
    const limit = new WorkerLimit();
    const definition: FunctionDefinition = {
      logicalId: 'Waiting',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Waiting',
      codeFolder: folder,
      handler: 'waiting.handler',
      environment: {},
      timeoutSeconds: 20,
      memoryMegabytes: 128,
      role: { logicalId: 'Role', arn: 'arn:aws:iam::000000000000:role/Role', statements: [] },
    };
    const pools = [1, 2, 3, 4, 5].map(() => new FunctionPool({ definition, limit }));
    const twiceEach = pools.flatMap((pool) => [pool.invoke({}), pool.invoke({})]);
    expect(limit.isExceeded).toBe(true);
    writeFileSync(flag, '');
    for (const { ok } of await Promise.all(twiceEach)) expect(ok).toBe(true);
    expect(limit.isExceeded).toBe(false);
    await Promise.all(pools.map((pool) => pool.close()));
  });
});

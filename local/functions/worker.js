/**
 * What runs inside a worker thread: it loads one bundle and calls its handler, one event at a time. Plain
 * JavaScript, because a worker thread starts from a file that Node.js itself can read. Its environment variables
 * are the function's, set before the first line of the bundle runs.
 */
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');

/** @typedef {import('./messages').WorkerMessage} WorkerMessage */
/** @typedef {import('./messages').FunctionFailure} FunctionFailure */
/** @typedef {import('./messages').InvocationMessage} InvocationMessage */
/** @typedef {(event: unknown, context: object) => unknown} Handler */

/** @type {import('./messages').WorkerSettings} */
const settings = workerData;

/** The time of this machine, which decides when a function has had its share of it. */
const realNow = Date.now.bind(Date);

/**
 * Lets the function see the time of a clock that can be moved.
 * @param {SharedArrayBuffer} shared
 */
function moveClock(shared) {
  const offset = new Float64Array(shared);
  const now = () => realNow() + (offset[0] ?? 0);
  globalThis.Date = new Proxy(Date, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}

/** @param {WorkerMessage} message */
function say(message) {
  parentPort?.postMessage(message);
}

/** As Lambda does, so a module may wait for something as it loads. @returns {Promise<Handler>} */
async function loadHandler() {
  const module = await import(pathToFileURL(settings.file).href);
  const handler = module[settings.exportName] ?? module.default?.[settings.exportName];
  if (typeof handler === 'function') return handler;
  const error = new Error(`${process.env['_HANDLER']} is undefined or not exported`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

/**
 * @param {unknown} error
 * @returns {FunctionFailure}
 */
function failureOf(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 * @param {InvocationMessage} invocation
 */
function contextOf({ requestId, deadline, functionArn }) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: functionArn,
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - realNow()),
  };
}

/**
 * @param {Handler} handler
 * @param {InvocationMessage} invocation
 */
async function invoke(handler, invocation) {
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    say({ kind: 'succeeded', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(invocation.requestId, 'Invoke Error', error);
    say({ kind: 'failed', failure: failureOf(error) });
  }
}

async function main() {
  if (settings.clockOffset) moveClock(settings.clockOffset);
  const handler = await loadHandler();
  parentPort?.on('message', (invocation) => void invoke(handler, invocation));
  say({ kind: 'ready' });
}

main().catch((error) => say({ kind: 'unloadable', failure: failureOf(error) }));

/**
 * Runs inside a worker thread: loads one bundle and calls its handler, one event at a time. It is plain JavaScript
 * because Node.js itself loads it. Its environment variables are the function's, set before the bundle runs.
 */
const { StringDecoder } = require('node:string_decoder');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const { redirectDatabaseRequests } = require('./database-request');

/** @typedef {import('./worker').ThreadMessage} ThreadMessage */
/** @typedef {import('./worker').FunctionFailure} FunctionFailure */
/** @typedef {import('./worker').InvocationMessage} InvocationMessage */
/** @typedef {import('./worker').ReplyMessage} ReplyMessage */
/** @typedef {(event: unknown, context: object) => unknown} Handler */

/** @type {import('./worker').ThreadSettings} */
const settings = workerData;

/** The real time, for time-outs. */
const realNow = Date.now.bind(Date);

/**
 * Adds the shared offset to the time that the function sees.
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

/** @param {ThreadMessage} message */
function say(message) {
  parentPort?.postMessage(message);
}

/**
 * Sends what the function writes as messages, each with the invocation's other messages and in their order. A thread's own streams would cost
 * two more messages for each line.
 * @param {'stdout' | 'stderr'} stream
 */
function sendOutput(stream) {
  const decoder = new StringDecoder('utf8');
  Object.assign(process[stream], {
    /** @type {import('node:stream').Writable['_write']} */
    _write(chunk, encoding, done) {
      // No buffer for text: in a thread whose heap is hardly ever collected, buffers pile up outside of it.
      const text = encoding === 'utf8' ? chunk : decoder.write(Buffer.from(chunk, encoding));
      say({ kind: 'wrote', stream, text });
      done();
    },
    _writev: undefined,
  });
}

/** Uses `import`, as Lambda does: a module may await while it loads. @returns {Promise<Handler>} */
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
function toFailure(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 * @param {InvocationMessage} invocation
 */
function buildContext({ requestId, deadline, functionArn }) {
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
    const result = await handler(JSON.parse(invocation.event), buildContext(invocation));
    say({ kind: 'succeeded', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(invocation.requestId, 'Invoke Error', error);
    say({ kind: 'failed', failure: toFailure(error) });
  }
}

async function main() {
  sendOutput('stdout');
  sendOutput('stderr');
  if (settings.clockOffset) moveClock(settings.clockOffset);
  const receiveReply =
    settings.databaseUrl &&
    redirectDatabaseRequests(settings.databaseUrl, (id, request) => say({ kind: 'asked', id, request }));
  const handler = await loadHandler();
  parentPort?.on('message', (/** @type {InvocationMessage | ReplyMessage} */ message) => {
    if ('event' in message) void invoke(handler, message);
    else if (receiveReply) receiveReply(message.id, message.reply);
  });
  say({ kind: 'ready' });
}

main().catch((error) => say({ kind: 'unloadable', failure: toFailure(error) }));

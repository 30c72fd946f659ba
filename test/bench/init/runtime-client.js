/**
 * A Lambda Runtime Interface Client in few lines: loads the handler, asks the Runtime API for events, and answers them one at a time.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

/**
 * @param {string} path
 * @param {unknown} body
 */
const post = (path, body) =>
  fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(body) ?? 'null' });

/** @param {unknown} error */
const failureOf = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };

async function loadHandler() {
  const [file = '', name = ''] = _HANDLER.split('.');
  const module = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  return module[name];
}

/** @param {(event: unknown, context: object) => unknown} handler */
async function answerOne(handler) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  try {
    await post(`invocation/${id}/response`, await handler(await next.json(), { awsRequestId: id }));
  } catch (error) {
    await post(`invocation/${id}/error`, failureOf(error));
  }
}

async function main() {
  const handler = await loadHandler();
  for (;;) await answerOne(handler);
}

main().catch(async (error) => {
  await post('init/error', failureOf(error));
  process.exit(1);
});

/**
 * One function in a process of its own, which sees only the variables it is given and talks to this one by the Lambda Runtime API, as it does in
 * the container of `sam local`. LAMBDA_RUNTIME_CLIENT and LAMBDA_NODE choose another client and another Node.js, such as those of AWS's image.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SamFunction } from './template';

export interface FunctionProcess {
  /** What the handler answered. Rejects with what it threw. */
  invoke(event: object): Promise<any>;
  /** What it wrote to standard output and error. */
  output(): string;
  close(): Promise<void>;
}

interface Invocation {
  readonly event: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const OWN_CLIENT = join(__dirname, 'runtime-client.js');

export async function startFunction(
  definition: SamFunction,
  variables: Readonly<Record<string, string>>,
): Promise<FunctionProcess> {
  const api = runtimeApi(definition);
  const server = createServer((request, response) => void api.answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const child = spawnClient(definition, { ...variables, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.once('error', api.fail);
  child.once('close', () => api.fail(new Error(`${definition.id} ended: ${output}`)));
  return {
    invoke: (event) => api.invoke(event),
    output: () => output,
    async close() {
      child.kill('SIGKILL');
      await closed;
      server.closeAllConnections();
      server.close();
    },
  };
}

function spawnClient({ codeFolder, handler }: SamFunction, variables: Record<string, string>): ChildProcess {
  const { LAMBDA_NODE = process.execPath, LAMBDA_RUNTIME_CLIENT = OWN_CLIENT } = process.env;
  return spawn(LAMBDA_NODE, [LAMBDA_RUNTIME_CLIENT], {
    cwd: codeFolder,
    env: { ...variables, _HANDLER: handler, LAMBDA_TASK_ROOT: codeFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
function runtimeApi({ id, timeoutSeconds }: SamFunction) {
  const waiting: Invocation[] = [];
  let current: Invocation | undefined;
  let poll: ServerResponse | undefined;
  let ended: Error | undefined;

  function handOver(): void {
    if (!poll || waiting.length === 0) return;
    current = waiting.shift();
    poll.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': 'request-1',
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + timeoutSeconds * 1000),
      'Lambda-Runtime-Invoked-Function-Arn': `arn:aws:lambda:us-east-1:012345678912:function:${id}`,
    });
    poll.end(current?.event);
    poll = undefined;
  }

  function fail(error: Error): void {
    ended = error;
    for (const invocation of [current, ...waiting.splice(0)]) invocation?.reject(error);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/2018-06-01/runtime/invocation/next') {
      poll = response;
      return handOver();
    }
    const body = JSON.parse(await text(request));
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
    if (request.url === '/2018-06-01/runtime/init/error') fail(failureOf(body));
    if (request.url?.endsWith('/request-1/error')) current?.reject(failureOf(body));
    if (request.url?.endsWith('/request-1/response')) current?.resolve(body);
  }

  return {
    answer,
    fail,
    invoke: (event: object) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        waiting.push({ event: JSON.stringify(event), resolve, reject });
        handOver();
      }),
  };
}

const failureOf = ({ errorType, errorMessage }: { errorType: string; errorMessage: string }): Error =>
  new Error(`${errorType}: ${errorMessage}`);

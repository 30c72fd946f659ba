/**
 * One worker thread with one function in it. Whatever the function does (throw, exit, loop, fill its memory), the
 * invocation gets a result and this process lives on. Events and results cross as JSON text, as they do in Lambda.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DynamoDbEngine, DynamoDbReply, DynamoDbRequest } from '../dynamodb/engine';
import { isRecord } from '../json';
import type { FunctionDefinition } from '../template/deployment';

/** Given to a thread when it starts. */
export interface ThreadSettings {
  /** Absolute path of the bundle. */
  readonly file: string;
  readonly exportName: string;
  /** Milliseconds by which the function's clock is moved, as one Float64. */
  readonly clockOffset?: SharedArrayBuffer;
  /** Requests to it are sent as `asked`; any other database is asked over HTTP. */
  readonly databaseUrl?: string;
}

/** To a thread: the reply to what it asked. */
export interface ReplyMessage {
  readonly id: number;
  readonly reply: DynamoDbReply;
}

/** To a thread: call the handler. A thread gets the next one only after it has answered. */
export interface InvocationMessage {
  readonly event: string;
  readonly requestId: string;
  /** When the function's time ends, in epoch milliseconds. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** From a thread: `ready` or `unloadable` once, then `succeeded` or `failed` for each invocation; `wrote` and `asked` at any time. */
export type ThreadMessage =
  | { readonly kind: 'wrote'; readonly stream: keyof FunctionOutput; readonly text: string }
  | { readonly kind: 'asked'; readonly id: number; readonly request: DynamoDbRequest }
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly failure: FunctionFailure }
  | { readonly kind: 'succeeded'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: FunctionFailure };

/** Lambda's report of a function that failed. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** `payload` is JSON text. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly failure: FunctionFailure };

/** Receives whole lines, with their line breaks. */
export interface LineWriter {
  write(lines: string): unknown;
}

/** Where the functions' stdout and stderr go. Lines of several functions do not mix. */
export interface FunctionOutput {
  readonly stdout: LineWriter;
  readonly stderr: LineWriter;
}

/** The embedded one, if the function uses that. */
export type FunctionDatabase = Pick<DynamoDbEngine, 'endpoint' | 'answer'>;

export interface WorkerOptions {
  readonly definition: FunctionDefinition;
  readonly environment: Readonly<Record<string, string>>;
  readonly output: FunctionOutput;
  /** See ThreadSettings. */
  readonly clockOffset?: SharedArrayBuffer;
  readonly database?: FunctionDatabase;
}

/** A bundle that cannot be loaded. The message names the function and has the bundle's own words. */
export class FunctionLoadError extends Error {
  override readonly name = 'FunctionLoadError';
  readonly failure: FunctionFailure;

  constructor({ logicalId }: FunctionDefinition, failure: FunctionFailure) {
    super(`${logicalId} cannot be loaded: ${failure.errorType}: ${failure.errorMessage}`);
    this.failure = failure;
  }
}

/** Lambda's limit for loading a bundle. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const initialisationMilliseconds = 10_000;

interface Invocation {
  readonly requestId: string;
  readonly settle: (result: InvocationResult) => void;
  readonly timer: NodeJS.Timeout;
}

export class FunctionWorker {
  /** Fulfilled when the handler is loaded; rejected with FunctionLoadError if it cannot be. */
  readonly ready: Promise<void>;
  /** Fulfilled when the thread has ended. */
  readonly ended: Promise<void>;

  readonly #definition: FunctionDefinition;
  readonly #thread: Worker;
  readonly #database: FunctionDatabase | undefined;
  readonly #lines: Readonly<Record<keyof FunctionOutput, LineJoiner>>;
  #becomeReady: () => void = () => undefined;
  #refuse: (failure: FunctionFailure) => void = () => undefined;
  #invocation: Invocation | undefined;
  #causeOfEnd: FunctionFailure | undefined;
  #isUsable = true;

  constructor(options: WorkerOptions) {
    const { definition, output } = options;
    this.#definition = definition;
    this.#database = options.database;
    this.#lines = { stdout: new LineJoiner(output.stdout), stderr: new LineJoiner(output.stderr) };
    this.#thread = startThread(options);
    this.ready = this.#whenReady();
    this.ended = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#onExit(code);
        resolve();
      });
    });
    this.#thread.on('message', (message: ThreadMessage) => this.#onMessage(message));
    this.#thread.on('error', (error) => {
      output.stderr.write(`${definition.logicalId}: ${error.stack ?? error}\n`);
      this.#causeOfEnd = toUncaughtFailure(error);
      this.#isUsable = false;
    });
  }

  /** Whether it can take another invocation, once the present one has ended. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Runs one invocation; no other may be under way. Never rejects. */
  run(requestId: string, event: string): Promise<InvocationResult> {
    const { arn: functionArn, timeoutSeconds } = this.#definition;
    const limit = timeoutSeconds * 1000;
    const message: InvocationMessage = { event, requestId, deadline: Date.now() + limit, functionArn };
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        const text = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        this.#settle({ ok: false, failure: createFailure('Sandbox.Timedout', text, requestId) });
        void this.stop();
      }, limit);
      this.#invocation = { requestId, settle, timer };
      this.#thread.postMessage(message);
    });
  }

  async stop(): Promise<void> {
    this.#isUsable = false;
    await this.#thread.terminate();
  }

  #whenReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#refuse(createFailure('Sandbox.Timedout', 'Initialisation did not end within 10 seconds')),
        initialisationMilliseconds,
      );
      this.#becomeReady = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#refuse = (failure) => {
        clearTimeout(timer);
        reject(new FunctionLoadError(this.#definition, failure));
        void this.stop();
      };
    });
  }

  #onMessage(message: ThreadMessage): void {
    if (message.kind === 'wrote') this.#lines[message.stream].write(message.text);
    else if (message.kind === 'asked') void this.#askDatabase(message.id, message.request);
    else if (message.kind === 'ready') this.#becomeReady();
    else if (message.kind === 'unloadable') this.#refuse(message.failure);
    else if (message.kind === 'succeeded') this.#settle({ ok: true, payload: message.payload });
    else this.#settle({ ok: false, failure: message.failure });
  }

  async #askDatabase(id: number, request: DynamoDbRequest): Promise<void> {
    const reply = await this.#database?.answer(request);
    if (reply) this.#thread.postMessage({ id, reply } satisfies ReplyMessage);
  }

  #onExit(code: number): void {
    this.#isUsable = false;
    this.#lines.stdout.end();
    this.#lines.stderr.end();
    const text = `Runtime exited with error: exit status ${code}`;
    const failure = this.#causeOfEnd ?? createFailure('Runtime.ExitError', text, this.#invocation?.requestId);
    this.#refuse(failure);
    this.#settle({ ok: false, failure });
  }

  #settle(result: InvocationResult): void {
    const invocation = this.#invocation;
    this.#invocation = undefined;
    if (invocation === undefined) return;
    clearTimeout(invocation.timer);
    invocation.settle(result);
  }
}

export function createFailure(errorType: string, text: string, requestId?: string): FunctionFailure {
  const errorMessage = requestId === undefined ? text : `RequestId: ${requestId} Error: ${text}`;
  return { errorType, errorMessage, trace: [] };
}

/** The error has crossed from another thread, so it is an object with the members of an error. */
function toUncaughtFailure(error: unknown): FunctionFailure {
  if (!isRecord(error) || typeof error['message'] !== 'string') {
    return createFailure('Runtime.ExitError', String(error));
  }
  const isOutOfMemory = error['code'] === 'ERR_WORKER_OUT_OF_MEMORY';
  return {
    errorType: isOutOfMemory ? 'Runtime.OutOfMemory' : String(error['name']),
    errorMessage: error['message'],
    trace: String(error['stack'] ?? '').split('\n'),
  };
}

/**
 * For new objects. Node.js would give each thread three times 16 or 32 MB, and fill them before it looks for what is
 * no longer used; the survivors of a request fit in two.
 */
const youngGenerationMegabytes = 6;

/** `execArgv` is empty so that loaders of the parent process, such as tsx, do not reach into the functions. */
function startThread({ definition, environment, clockOffset, database }: WorkerOptions): Worker {
  const [fileName = '', exportName = ''] = definition.handler.split('.');
  const workerData: ThreadSettings = {
    file: findModule(definition.codeFolder, fileName),
    exportName,
    ...(clockOffset && { clockOffset }),
    ...(database && { databaseUrl: database.endpoint }),
  };
  return new Worker(join(__dirname, 'thread.js'), {
    env: { ...environment },
    execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: definition.memoryMegabytes,
      maxYoungGenerationSizeMb: youngGenerationMegabytes,
    },
    workerData,
  });
}

/** Lambda looks for these extensions in this order. A missing file fails when the thread loads it. */
function findModule(codeFolder: string, name: string): string {
  const files = ['.js', '.mjs', '.cjs'].map((extension) => join(codeFolder, `${name}${extension}`));
  return files.find((file) => existsSync(file)) ?? join(codeFolder, name);
}

/**
 * Passes on each line as soon as it is complete, and the unfinished rest at the end. Node's readline would also break a
 * line at U+2028, which JSON may contain.
 */
class LineJoiner {
  readonly #target: LineWriter;
  #rest = '';

  constructor(target: LineWriter) {
    this.#target = target;
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#target.write(`${line}\n`);
  }

  end(): void {
    if (this.#rest !== '') this.#target.write(`${this.#rest}\n`);
    this.#rest = '';
  }
}

/**
 * One worker thread with one function in it. Whatever the function does (throw, exit, loop, fill its memory), the
 * invocation gets an answer and the process that runs this lives on.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type LineWriter, passOnLines } from '../log/lines';
import type { FunctionDefinition } from '../template/deployment';
import { exited, FunctionLoadError, initialisationTimedOut, taskTimedOut, uncaught } from './failures';
import type { FunctionFailure, InvocationMessage, WorkerMessage, WorkerSettings } from './messages';

/** Lambda's limit for loading a bundle. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const initialisationMilliseconds = 10_000;

/** Where the functions' stdout and stderr go: line by line, so that no function writes into a line of another. */
export interface FunctionOutput {
  readonly stdout: LineWriter;
  readonly stderr: LineWriter;
}

/** `payload` is JSON text, which is all that leaves a Lambda function. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly failure: FunctionFailure };

export interface FunctionWorkerOptions {
  readonly definition: FunctionDefinition;
  readonly environment: Readonly<Record<string, string>>;
  readonly output: FunctionOutput;
  /** See WorkerSettings. */
  readonly clockOffset?: SharedArrayBuffer;
}

interface Invocation {
  readonly requestId: string;
  readonly settle: (result: InvocationResult) => void;
  readonly timer: NodeJS.Timeout;
}

export class FunctionWorker {
  /** Fulfilled when the handler is there; rejected with FunctionLoadError when it cannot be had. */
  readonly ready: Promise<void>;
  /** Fulfilled when the thread is gone, for whatever reason. */
  readonly ended: Promise<void>;

  readonly #definition: FunctionDefinition;
  readonly #worker: Worker;
  #becomeReady: () => void = () => undefined;
  #refuse: (failure: FunctionFailure) => void = () => undefined;
  #invocation: Invocation | undefined;
  #causeOfDeath: FunctionFailure | undefined;
  #isUsable = true;

  constructor(options: FunctionWorkerOptions) {
    this.#definition = options.definition;
    this.#worker = startThread(options);
    this.ready = this.#whenReady();
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#onExit(code);
        resolve();
      });
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#onMessage(message));
    this.#worker.on('error', (error) => {
      options.output.stderr.write(`${options.definition.logicalId}: ${error.stack ?? error}\n`);
      this.#causeOfDeath = uncaught(error);
      this.#isUsable = false;
    });
  }

  /** Whether it can take another invocation, once it has answered the one it has. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Runs one invocation; there must be no other under way. Never rejects. */
  run(requestId: string, event: string): Promise<InvocationResult> {
    const limit = this.#definition.timeoutSeconds * 1000;
    const message: InvocationMessage = {
      event,
      requestId,
      deadline: Date.now() + limit,
      functionArn: this.#definition.arn,
    };
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#timeOut(requestId), limit);
      this.#invocation = { requestId, settle, timer };
      this.#worker.postMessage(message);
    });
  }

  async stop(): Promise<void> {
    this.#isUsable = false;
    await this.#worker.terminate();
  }

  #whenReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse(initialisationTimedOut()), initialisationMilliseconds);
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

  #onMessage(message: WorkerMessage): void {
    if (message.kind === 'ready') this.#becomeReady();
    else if (message.kind === 'unloadable') this.#refuse(message.failure);
    else if (message.kind === 'succeeded') this.#settle({ ok: true, payload: message.payload });
    else this.#settle({ ok: false, failure: message.failure });
  }

  #timeOut(requestId: string): void {
    this.#settle({ ok: false, failure: taskTimedOut(requestId, this.#definition.timeoutSeconds) });
    void this.stop();
  }

  #onExit(code: number): void {
    this.#isUsable = false;
    const requestId = this.#invocation?.requestId ?? '';
    const failure = this.#causeOfDeath ?? exited(requestId, code);
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

/** Lambda looks for these, in this order. What is not there is not found when it is loaded. */
const EXTENSIONS = ['.js', '.mjs', '.cjs'] as const;

function moduleIn(codeFolder: string, name: string): string {
  const files = EXTENSIONS.map((extension) => join(codeFolder, `${name}${extension}`));
  return files.find((file) => existsSync(file)) ?? join(codeFolder, name);
}

/** `execArgv` is empty so that loaders of the parent process, such as tsx, do not reach into the functions. */
function startThread(options: FunctionWorkerOptions): Worker {
  const { definition, environment, output, clockOffset } = options;
  const [fileName = '', exportName = ''] = definition.handler.split('.');
  const workerData: WorkerSettings = {
    file: moduleIn(definition.codeFolder, fileName),
    exportName,
    ...(clockOffset && { clockOffset }),
  };
  const worker = new Worker(join(__dirname, 'worker.js'), {
    env: { ...environment },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMegabytes },
    stderr: true,
    stdout: true,
    workerData,
  });
  passOnLines(worker.stdout, output.stdout);
  passOnLines(worker.stderr, output.stderr);
  return worker;
}

/**
 * The workers of one function, as Lambda runs them: the first request starts one, each takes one invocation at a time,
 * another starts when requests wait, up to a limit. A worker that is idle for a while ends; one that died is replaced
 * on demand.
 */
import { randomUUID } from 'node:crypto';
import { type FunctionDefinition, region } from '../template/deployment';
import {
  createFailure,
  type FunctionDatabase,
  type FunctionLoadError,
  type FunctionOutput,
  FunctionWorker,
  type InvocationResult,
  type WorkerOptions,
} from './worker';

export interface FunctionPoolOptions {
  readonly definition: FunctionDefinition;
  /** The same for all pools. */
  readonly limit: WorkerLimit;
  /** Variables beside those of the template. They win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long an idle worker lives; by default a minute. */
  readonly idleMilliseconds?: number;
  /** By default the output of the process. */
  readonly output?: FunctionOutput;
  /** Milliseconds by which the function's clock is moved, as one Float64. */
  readonly clockOffset?: SharedArrayBuffer;
  /** The embedded DynamoDB, if the environment names it. */
  readonly database?: FunctionDatabase;
}

/** Of one function. */
const maxWorkers = 4;

/**
 * Of all functions together: each takes 20 MB or more, and an app that is tried out calls some seven. A function without
 * a worker always gets one: for it the worker ends that has been idle longest. A function whose requests wait gets
 * another if that worker has not been used for some seconds. When all are at work there are more for a while: then one
 * that has done its work ends, unless it is the only one of its function.
 */
const maxWorkersTogether = 7;
const unusedMilliseconds = 5000;

/** Counts the workers of all pools. */
export class WorkerLimit {
  readonly #workers = new Set<FunctionWorker>();
  /** Since when by `performance.now()`: the one that has been idle longest comes first. */
  readonly #idle = new Map<FunctionWorker, number>();

  get isReached(): boolean {
    const [idleSince = Number.POSITIVE_INFINITY] = this.#idle.values();
    return this.#isFull() && performance.now() - idleSince < unusedMilliseconds;
  }

  get isExceeded(): boolean {
    return this.#workers.size > maxWorkersTogether;
  }

  add(worker: FunctionWorker): void {
    const [longestIdle] = this.#idle.keys();
    if (this.#isFull() && longestIdle !== undefined) {
      this.#idle.delete(longestIdle);
      void longestIdle.stop();
    }
    this.#workers.add(worker);
  }

  setIdle(worker: FunctionWorker, isIdle: boolean): void {
    if (isIdle) this.#idle.set(worker, performance.now());
    else this.#idle.delete(worker);
  }

  delete(worker: FunctionWorker): void {
    this.#workers.delete(worker);
    this.#idle.delete(worker);
  }

  #isFull(): boolean {
    return this.#workers.size >= maxWorkersTogether;
  }
}

interface Job {
  readonly requestId: string;
  readonly event: string;
  readonly settle: (result: InvocationResult) => void;
}

export class FunctionPool {
  readonly #workerOptions: WorkerOptions;
  readonly #idleMilliseconds: number;
  readonly #limit: WorkerLimit;
  readonly #workers = new Set<FunctionWorker>();
  /** Taken last in, first out, so that unused workers become idle and end. */
  readonly #idle: { readonly worker: FunctionWorker; readonly timer: NodeJS.Timeout }[] = [];
  readonly #waiting: Job[] = [];
  #starting = 0;
  #isClosed = false;

  constructor(options: FunctionPoolOptions) {
    const { definition, environment = {}, output = process, clockOffset, database } = options;
    this.#workerOptions = {
      definition,
      environment: buildEnvironment(definition, environment),
      output,
      ...(clockOffset && { clockOffset }),
      ...(database && { database }),
    };
    this.#idleMilliseconds = options.idleMilliseconds ?? 60_000;
    this.#limit = options.limit;
  }

  /** Loads the bundle once, in a thread that ends again. Rejects with FunctionLoadError. */
  async check(): Promise<void> {
    const worker = new FunctionWorker(this.#workerOptions);
    await worker.ready.finally(() => worker.stop());
  }

  /** Invokes the function. Never rejects: a function that fails is a result. The event crosses as JSON. */
  invoke(event: unknown): Promise<InvocationResult> {
    if (this.#isClosed) throw new Error('The pool is closed');
    return new Promise((settle) => {
      this.#waiting.push({ requestId: randomUUID(), event: JSON.stringify(event), settle });
      this.#assign();
    });
  }

  /** Stops every worker. Running and waiting invocations end as failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const failure = createFailure('Runtime.ExitError', 'The pool was closed');
    for (const job of this.#waiting.splice(0)) job.settle({ ok: false, failure });
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#takeIdle();
      if (worker === undefined) break;
      const job = this.#waiting.shift();
      if (job !== undefined) void this.#run(worker, job);
    }
    while (this.#waiting.length > this.#starting && this.#mayGrow()) void this.#grow();
  }

  #mayGrow(): boolean {
    return this.#workers.size === 0 || (this.#workers.size < maxWorkers && !this.#limit.isReached);
  }

  #takeIdle(): FunctionWorker | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle === undefined) return undefined;
      clearTimeout(idle.timer);
      this.#limit.setIdle(idle.worker, false);
      if (idle.worker.isUsable) return idle.worker;
    }
  }

  async #run(worker: FunctionWorker, job: Job): Promise<void> {
    const result = await worker.run(job.requestId, job.event);
    this.#rest(worker);
    job.settle(result);
    this.#assign();
  }

  #rest(worker: FunctionWorker): void {
    if (!worker.isUsable) return;
    if (this.#limit.isExceeded && this.#workers.size > 1) {
      this.#limit.delete(worker);
      void worker.stop();
      return;
    }
    this.#idle.push({ worker, timer: setTimeout(() => void worker.stop(), this.#idleMilliseconds) });
    this.#limit.setIdle(worker, true);
  }

  /** Starts a worker for those who wait. If the bundle cannot be loaded, one of them gets the failure. */
  async #grow(): Promise<void> {
    const worker = new FunctionWorker(this.#workerOptions);
    this.#limit.add(worker);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#forget(worker));
    this.#starting += 1;
    const error = await worker.ready.then(
      () => undefined,
      (reason: FunctionLoadError) => reason,
    );
    this.#starting -= 1;
    if (error === undefined) this.#rest(worker);
    else this.#failWaiting(error);
    if (!this.#isClosed) this.#assign();
  }

  #failWaiting({ message, failure }: FunctionLoadError): void {
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#workerOptions.output.stderr.write(`${message}\n`);
    job.settle({ ok: false, failure });
  }

  #forget(worker: FunctionWorker): void {
    this.#limit.delete(worker);
    this.#workers.delete(worker);
    const position = this.#idle.findIndex((idle) => idle.worker === worker);
    if (position >= 0) clearTimeout(this.#idle.splice(position, 1)[0]?.timer);
    if (!this.#isClosed) this.#assign();
  }
}

/**
 * The variables that a function sees: its own, and those that Lambda's runtime sets. It inherits none from this process.
 * (`TZ` can be read, but a worker thread shares the process's time zone.) Those of `extra` win. The access key id tells
 * the database who calls.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function buildEnvironment(
  definition: FunctionDefinition,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const { logicalId, handler, codeFolder, memoryMegabytes } = definition;
  return {
    _HANDLER: handler,
    AWS_ACCESS_KEY_ID: logicalId,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_FUNCTION_NAME: logicalId,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${logicalId}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: 'local',
    LAMBDA_TASK_ROOT: codeFolder,
    TZ: ':UTC',
    ...definition.environment,
    ...extra,
  };
}

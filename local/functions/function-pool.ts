/**
 * The workers of one function, as Lambda would have them: one invocation at a time in each, another worker when
 * requests wait, up to a limit; what exceeds the limit waits its turn. A worker that died is replaced on demand.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { FunctionDefinition } from '../template/deployment';
import { environmentOf } from './environment';
import { FunctionLoadError } from './failures';
import { type FunctionOutput, FunctionWorker, type InvocationResult } from './function-worker';

export interface FunctionPoolOptions {
  readonly definition: FunctionDefinition;
  /** Variables beside those that the template gives the function. They win over the template's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many workers there can be; by default as many as there are processors, but at least 4. */
  readonly maxWorkers?: number;
  /** By default the output of the process. */
  readonly output?: FunctionOutput;
  /** Milliseconds by which the function's clock is moved, as one Float64. */
  readonly clockOffset?: SharedArrayBuffer;
}

interface Job {
  readonly requestId: string;
  readonly event: string;
  readonly settle: (result: InvocationResult) => void;
}

export class FunctionPool {
  readonly #startWorker: () => FunctionWorker;
  readonly #maxWorkers: number;
  readonly #workers = new Set<FunctionWorker>();
  readonly #idle: FunctionWorker[] = [];
  readonly #waiting: Job[] = [];
  #starting = 0;
  #isClosed = false;

  private constructor(options: FunctionPoolOptions) {
    const { definition, environment = {}, output = process, clockOffset } = options;
    const variables = environmentOf(definition, environment);
    this.#maxWorkers = options.maxWorkers ?? Math.max(4, availableParallelism());
    this.#startWorker = () =>
      new FunctionWorker({ definition, environment: variables, output, ...(clockOffset && { clockOffset }) });
  }

  /** Starts the first worker. Rejects with FunctionLoadError if the bundle cannot be loaded. */
  static async start(options: FunctionPoolOptions): Promise<FunctionPool> {
    const pool = new FunctionPool(options);
    try {
      await pool.#addWorker();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Invokes the function. Never rejects: a function that fails is a result. The event crosses as JSON. */
  invoke(event: unknown): Promise<InvocationResult> {
    if (this.#isClosed) throw new Error('The pool is closed');
    return new Promise((settle) => {
      this.#waiting.push({ requestId: randomUUID(), event: JSON.stringify(event), settle });
      this.#assign();
    });
  }

  /** Stops every worker. Invocations under way and waiting end as failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const failure = { errorType: 'Runtime.ExitError', errorMessage: 'The pool was closed', trace: [] };
    for (const job of this.#waiting.splice(0)) job.settle({ ok: false, failure });
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop();
      if (worker === undefined) break;
      if (!worker.isUsable) continue; // It is about to be forgotten.
      const job = this.#waiting.shift();
      if (job !== undefined) void this.#run(worker, job);
    }
    const missing = this.#waiting.length - this.#starting;
    const allowed = this.#maxWorkers - this.#workers.size;
    for (let count = Math.min(missing, allowed); count > 0; count -= 1) void this.#grow();
  }

  async #run(worker: FunctionWorker, job: Job): Promise<void> {
    const result = await worker.run(job.requestId, job.event);
    if (worker.isUsable) this.#idle.push(worker);
    job.settle(result);
    this.#assign();
  }

  /** Another worker for those who wait. If the bundle cannot be loaded any more, one of them has to hear it. */
  async #grow(): Promise<void> {
    this.#starting += 1;
    const failure = await this.#addWorker().then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#starting -= 1;
    if (failure instanceof FunctionLoadError) {
      this.#waiting.shift()?.settle({ ok: false, failure: failure.failure });
    }
    if (!this.#isClosed) this.#assign();
  }

  async #addWorker(): Promise<void> {
    const worker = this.#startWorker();
    this.#workers.add(worker);
    void worker.ended.then(() => this.#forget(worker));
    await worker.ready;
    this.#idle.push(worker);
  }

  #forget(worker: FunctionWorker): void {
    this.#workers.delete(worker);
    const position = this.#idle.indexOf(worker);
    if (position >= 0) this.#idle.splice(position, 1);
    if (!this.#isClosed) this.#assign();
  }
}

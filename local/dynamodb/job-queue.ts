/** Runs jobs strictly one after the other, in the order they came. A job that fails does not stop the next. */
import { refusal } from './errors';

export interface JobQueue {
  run<Result>(job: () => Promise<Result>): Promise<Result>;
  /** Resolves when the running job has ended. Jobs that have not begun are refused, then and later. */
  stop(): Promise<void>;
}

export function createJobQueue(): JobQueue {
  let last: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  return {
    run(job) {
      const result = last.then(() => {
        if (isStopped) throw refusal('ServiceUnavailableException', 'The embedded DynamoDB is closing.');
        return job();
      });
      last = result.catch(() => undefined);
      return result;
    },
    async stop() {
      isStopped = true;
      await last;
    },
  };
}

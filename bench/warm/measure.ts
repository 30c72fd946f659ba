/** Measures one subject in a process of its own, under a Node.js of choice. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ConstantDatabase } from '../constant-database';
import type { Outcome, Task } from './measured-process';
import type { Subject } from './subjects';

export interface Sample {
  readonly nodeVersion: string;
  /** Microseconds of CPU for a call, early in a process's life and when it has answered many. */
  readonly young: number;
  readonly warm: number;
  /** Calls to the database for a call. */
  readonly databaseCalls: number;
  /** The most memory that the process had. */
  readonly peakMb: number;
}

export interface Bench {
  readonly database: ConstantDatabase;
  /** The bundle of `measured-process.ts`. */
  readonly program: string;
  /** The Node.js to measure. */
  readonly node: string;
}

/** The SDK's notice about old versions of Node.js says nothing here. */
const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** @throws Error if a call was not answered as it should be. */
export async function measure({ database, program, node }: Bench, subject: Subject): Promise<Sample> {
  const { calls } = subject;
  // The first call opens the connection. Two batches later the code is compiled.
  const batches = [1, Math.min(calls, 100), calls, calls, calls];
  const environment = { ...subject.environment, ...quiet, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint };
  database.takeCount();
  const outcome = await runIn(node, program, {
    environment,
    task: { file: subject.file, event: subject.event, batches },
  });
  const wrong = outcome.answers.filter((answer) => answer !== subject.answer);
  if (wrong.length > 0) throw new Error(`${subject.name} answered ${wrong.join(', ')}.`);
  const [, young = Number.NaN] = outcome.microseconds;
  const all = batches.reduce((sum, size) => sum + size, 0);
  const { nodeVersion, peakMb } = outcome;
  return {
    nodeVersion,
    peakMb,
    young,
    warm: outcome.microseconds.at(-1) ?? Number.NaN,
    databaseCalls: database.takeCount() / all,
  };
}

interface Work {
  readonly environment: Readonly<Record<string, string>>;
  readonly task: Task;
}

/** What a function writes to its log goes nowhere: what writing takes it is counted. */
async function runIn(node: string, program: string, { environment, task }: Work): Promise<Outcome> {
  const child = fork(program, {
    execPath: node,
    execArgv: [],
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const failed = new Promise<never>((_, reject) => {
    // A program that does not start says so, and then that nothing can be sent to it.
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`The process that is measured ended with ${code}.`)));
  });
  child.send(task);
  const [outcome] = await Promise.race([once(child, 'message'), failed]);
  return outcome as Outcome;
}

/** One cold start in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Subject {
  readonly name: string;
  /** Files: the bundle and the event. */
  readonly bundle: string;
  readonly event: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Moment {
  readonly wallMs: number;
  readonly cpuMs: number;
}

type Mark = 'begun' | 'ready' | 'called' | 'answered' | 'again';

/** Milliseconds, and of the whole process those of the CPU too. */
export interface ColdStart {
  readonly load: number;
  readonly ready: number;
  readonly readyCpu: number;
  readonly rehearsed: number;
  readonly firstCall: number;
  readonly firstCallCpu: number;
  readonly secondCall: number;
  readonly answered: number;
  readonly answeredCpu: number;
}

/** What is measured of each start, in the order of the tables. */
export const measures = [
  'load',
  'ready',
  'readyCpu',
  'rehearsed',
  'firstCall',
  'firstCallCpu',
  'secondCall',
  'answered',
  'answeredCpu',
] as const satisfies (keyof ColdStart)[];

/** @throws Error when the function did not answer, or answered that something failed. */
export async function coldStart(node: string, subject: Subject): Promise<ColdStart> {
  const { name, bundle, event, environment } = subject;
  const probe = join(__dirname, 'probe.js');
  const child = spawn(node, [probe, bundle, event], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const [output] = await Promise.all([text(child.stdout), exited]);
  const last = output.trimEnd().split('\n').at(-1);
  if (!last?.startsWith('{"marks"')) throw new Error(`${name} did not answer.`);
  const { marks, result } = JSON.parse(last);
  if (!isSuccess(result)) throw new Error(`${name} answered ${JSON.stringify(result)}.`);
  return timesOf(marks);
}

/** An endpoint's answer, or an authorizer's; the fallback's is 404. */
export const isSuccess = ({ statusCode, policyDocument }: Record<string, unknown>): boolean =>
  typeof statusCode === 'number'
    ? statusCode < 300 || statusCode === 404
    : JSON.stringify(policyDocument).includes('"Allow"');

export const timesOf = ({ begun, ready, called, answered, again }: Record<Mark, Moment>): ColdStart => ({
  load: ready.wallMs - begun.wallMs,
  ready: ready.wallMs,
  readyCpu: ready.cpuMs,
  rehearsed: called.wallMs,
  firstCall: answered.wallMs - called.wallMs,
  firstCallCpu: answered.cpuMs - called.cpuMs,
  secondCall: again.wallMs - answered.wallMs,
  answered: answered.wallMs,
  answeredCpu: answered.cpuMs,
});

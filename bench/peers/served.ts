/** Starts a server in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Served {
  /** Ends with a slash. */
  readonly url: URL;
  /** Milliseconds of CPU that all threads of the server have taken since it was started. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * @param program a file of this folder that calls `serve`.
 * @throws Error if it ends before it serves.
 */
export async function startServed(program: string, ...args: readonly string[]): Promise<Served> {
  const child = fork(join(__dirname, program), args, { execArgv: ['--import', 'tsx'], env: environment });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}.`);
  });
  ended.catch(() => undefined);
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  const url = new URL(String(await next()));
  return {
    url,
    async cpuMs() {
      child.send('cpu');
      const { user, system } = (await next()) as NodeJS.CpuUsage;
      return (user + system) / 1000;
    },
    async stop() {
      child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}

const environment = {
  ...process.env,
  NODE_ENV: 'production',
  // Which Node the SDK will want one day says nothing here.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

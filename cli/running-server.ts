/** Where the local server of a data folder is, so that other programs on this machine find its database. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningApi } from '../local/run';

export interface RunningServer extends Pick<RunningApi, 'url' | 'dynamoDbEndpoint' | 'outputs'> {
  readonly pid: number;
}

const fileIn = (dataDir: string): string => join(dataDir, 'running.json');

/** Says where a server is until the function that it returns is called. */
export function announceServer(
  dataDir: string,
  { url, dynamoDbEndpoint, outputs }: Pick<RunningApi, 'url' | 'dynamoDbEndpoint' | 'outputs'>,
): () => void {
  const server: RunningServer = { pid: process.pid, url, dynamoDbEndpoint, outputs };
  writeFileSync(fileIn(dataDir), `${JSON.stringify(server, undefined, 2)}\n`);
  return () => {
    // With --dynamodb several servers can share a folder; the last one is announced.
    if (read(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true });
  };
}

/** The server of a data folder; `undefined` if none runs. A file that a crash left behind is not believed. */
export async function findServer(dataDir: string): Promise<RunningServer | undefined> {
  const server = read(dataDir);
  return server && isAlive(server.pid) && (await answers(server.url)) ? server : undefined;
}

function read(dataDir: string): RunningServer | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process id, or the port, may be another program's by now. */
const answers = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/_local/outbox/`, { signal: AbortSignal.timeout(5000) }).catch(
    () => undefined,
  );
  return response?.status === 200;
};

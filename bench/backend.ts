/** The backend that a bench measures: the synthesised template, with its data in memory, silent, on a free port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApi, type RunOptions, runTemplate } from '../local/run';
import { synthesise } from '../local/synthesise';

export interface Backend extends RunningApi {
  /** Where the template and the bundles are. */
  readonly assembly: string;
  /** Sends a POST if there is a body, otherwise a GET. */
  call(path: string, request: { readonly body?: object; readonly token?: string }): Promise<Reply>;
}

interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any form.
  readonly body: any;
}

/** Starts a backend and removes it after use. @param settings as after `cdk -c`. */
export async function withBackend<Result>(
  settings: readonly string[],
  use: (backend: Backend) => Promise<Result>,
  options: Pick<RunOptions, 'dynamoDbEndpoint'> = {},
): Promise<Result> {
  const assembly = mkdtempSync(join(tmpdir(), 'token-auth-bench-'));
  try {
    await synthesise(assembly, settings);
    const quiet = { write: () => true };
    const api = await runTemplate({
      ...options,
      assembly,
      port: 0,
      output: { stdout: quiet, stderr: quiet },
    });
    const call: Backend['call'] = async (path, { body, token }) => {
      const response = await fetch(api.url + path, {
        headers: {
          ...(body && { 'Content-Type': 'application/json' }),
          ...(token && { Authorization: `Token ${token}` }),
        },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    return await use({ ...api, assembly, call }).finally(() => api.close());
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

/** Parses the option `--rounds`. @throws Error with a message for the user. */
export function readRounds(text: string, [least, most]: readonly [number, number]): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= least && rounds <= most) return rounds;
  throw new Error(`--rounds takes a whole number from ${least} to ${most}.`);
}

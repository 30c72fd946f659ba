/** An operator of a running API: `npm run users`, in this process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announceServer } from '../../cli/running-server';
import type { Terminal } from '../../cli/users/terminal';
import { users } from '../../cli/users/users';
import type { RunningApi } from '../../local/run';

export interface Outcome {
  readonly out: string;
  readonly notes: string;
  /** The one line that a failure comes to. */
  readonly error?: string;
}

/** Runs a command. With answers somebody is at the terminal. */
export async function runUsers(
  words: readonly string[],
  answers?: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  const out: string[] = [];
  const notes: string[] = [];
  const left = [...(answers ?? [])];
  const answer = async (question: string) => {
    notes.push(question);
    return left.shift() ?? '';
  };
  const terminal: Terminal = {
    isInteractive: answers !== undefined,
    ask: answer,
    askSecret: answer,
    print: (text) => out.push(text),
    note: (text) => notes.push(text),
    close: () => undefined,
  };
  const error = await users(words, environment, terminal).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { out: out.join('\n'), notes: notes.join('\n'), ...(error && { error: error.message }) };
}

export interface Operator {
  /** The data folder of the API's server. */
  readonly folder: string;
  /** The options that name it. */
  readonly place: readonly string[];
  command(words: readonly string[], answers?: readonly string[]): Promise<Outcome>;
  /** The JSON of a command that succeeds. */
  json(...words: string[]): Promise<any>;
  close(): void;
}

export function operatorOf(api: RunningApi): Operator {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-operator-'));
  const withdraw = announceServer(folder, api);
  const place = ['--local', '--data-dir', folder];
  // The API's own database, whatever this names.
  const { AWS_ENDPOINT_URL_DYNAMODB: _, ...environment } = process.env;
  const command: Operator['command'] = (words, answers) =>
    runUsers([...words, ...place], answers, environment);
  return {
    folder,
    place,
    command,
    json: async (...words) => {
      const { out, error } = await command([...words, '--json', '--yes']);
      if (error !== undefined) throw new Error(error);
      return JSON.parse(out);
    },
    close: () => {
      withdraw();
      rmSync(folder, { recursive: true });
    },
  };
}

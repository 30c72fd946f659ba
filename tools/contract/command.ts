/** `npm run contract`: from the command line to the exit code. Nothing it writes has a token or a password in it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../bench/load/connection';
import { endAllSessions } from './clean-up';
import { Client } from './client';
import { judge, type Outcome } from './judge';
import { Ledger } from './ledger';
import { CannotRunError, type ContractOptions, HELP, readOptions } from './options';
import { type Reached, reach } from './reach';
import { elsewhereLines, heading, isClean, rowLines, totalLines, usersLines } from './report';
import type { Row } from './row';
import { Secrets } from './secrets';

export interface Surroundings {
  readonly output: { write(text: string): void };
  /** For what has gone wrong. */
  readonly errors: { write(text: string): void };
  /** Ends the run early; it still cleans up. */
  readonly stop: AbortSignal;
}

/** `sam local` makes a container for its first answers. */
const TIMEOUT_MS = 60_000;

/** @returns the exit code. */
export async function contract(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const secrets = new Secrets();
  try {
    const options = readOptions(args);
    if (options !== 'help') return await playAt(options, secrets, surroundings);
    surroundings.output.write(HELP);
    return 0;
  } catch (error) {
    const isExpected = error instanceof CannotRunError;
    const text = isExpected ? error.message : `The suite itself failed: ${(error as Error).stack}`;
    surroundings.errors.write(`${secrets.hide(text)}\n`);
    return isExpected ? 2 : 1;
  }
}

async function playAt(
  { base, target, rows }: ContractOptions,
  secrets: Secrets,
  { output, stop }: Surroundings,
): Promise<0 | 1> {
  const write = (lines: readonly string[]) =>
    output.write(lines.map((line) => `${secrets.hide(line)}\n`).join(''));
  const connection = connect(base, TIMEOUT_MS);
  const ledger = new Ledger();
  try {
    const reached = await reach(connection, base, target);
    write(heading(base, reached.target));
    const client = new Client({
      connect: () => connect(base, TIMEOUT_MS),
      ledger,
      secrets,
      hasCors: reached.hasCors,
      pause: (milliseconds) => sleep(milliseconds, undefined, { signal: stop }),
    });
    const startedAt = performance.now();
    const outcomes = await playAll(client, reached, { rows, stop, write }).finally(async () => {
      client.close();
      write(['', ...usersLines(ledger, await endAllSessions(connection, ledger))]);
    });
    const totals = { rows: rows.length, outcomes, seconds: (performance.now() - startedAt) / 1000 };
    write([...elsewhereLines(), ...totalLines(totals)]);
    return isClean(totals) ? 0 : 1;
  } finally {
    connection.close();
  }
}

interface Playing {
  readonly rows: readonly Row[];
  readonly stop: AbortSignal;
  readonly write: (lines: readonly string[]) => void;
}

/** @returns the outcomes of the rows that were played. */
async function playAll(
  client: Client,
  { target }: Reached,
  { rows, stop, write }: Playing,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let previous: Row | undefined;
  for (const row of rows) {
    const outcome = await judge(row, client, target).catch((error) => {
      if (stop.aborted) return undefined;
      throw error;
    });
    if (!outcome) break;
    write(rowLines(row, outcome, previous));
    outcomes.push(outcome);
    if (stop.aborted) break;
    previous = row;
  }
  return outcomes;
}

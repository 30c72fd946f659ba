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
import type { Row, Target } from './row';
import { rows as allRows } from './rows';
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
  const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal: stop });
  try {
    const reached = await reach(connection, base, target);
    write(heading(base, reached.target));
    const { hasCors } = reached;
    const client = new Client({ connect: () => connect(base, TIMEOUT_MS), ledger, secrets, pause, hasCors });
    return await playAll(client, reached, { rows, stop, write }).finally(async () => {
      client.close();
      write(usersLines(ledger, await endAllSessions(connection, ledger)));
    });
  } finally {
    connection.close();
  }
}

interface Playing {
  readonly rows: readonly Row[];
  readonly stop: AbortSignal;
  readonly write: (lines: readonly string[]) => void;
}

async function playAll(client: Client, { target }: Reached, playing: Playing): Promise<0 | 1> {
  const { rows, write } = playing;
  const startedAt = performance.now();
  const outcomes: Outcome[] = [];
  for (const [at, row] of rows.entries()) {
    if (playing.stop.aborted) break;
    const outcome = await judgeUnlessStopped(row, client, { target, stop: playing.stop });
    if (!outcome) break;
    write(rowLines(row, outcome, rows[at - 1]));
    outcomes.push(outcome);
  }
  const totals = { rows: rows.length, outcomes, seconds: (performance.now() - startedAt) / 1000 };
  write([...(rows === allRows ? elsewhereLines() : []), ...totalLines(totals)]);
  return isClean(totals) ? 0 : 1;
}

/** A pause that is cut short rejects. */
async function judgeUnlessStopped(
  row: Row,
  client: Client,
  { target, stop }: { readonly target: Target; readonly stop: AbortSignal },
): Promise<Outcome | undefined> {
  try {
    return await judge(row, client, target);
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

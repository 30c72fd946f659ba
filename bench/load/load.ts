/** The load: so many connections, each sending its next request when the last one was answered, for so long. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, newClient, newShared, performNext, type Result } from './client';
import { connect } from './connection';
import { setUp } from './set-up';
import { count, countFailure, newTally, type Tally } from './tally';

export interface LoadOptions {
  /** Ends with a slash. */
  readonly base: URL;
  readonly connections: number;
  readonly seconds: number;
  readonly users: number;
  readonly seed: number;
}

export interface Observer {
  /** Ends the load early. */
  readonly stop: AbortSignal;
  /** The set-up is done; `tally` goes on changing. */
  readonly onStart: (tally: Tally) => void;
  readonly onWrong: (result: Result) => void;
}

export interface Load {
  readonly tally: Tally;
  readonly elapsedSeconds: number;
}

/** After no answer, and when there is nothing else to do: a server in trouble is not asked in a tight loop. */
const PAUSE_MS = 500;

/** @throws LoadError if the load cannot begin. */
export async function runLoad(options: LoadOptions, observer: Observer): Promise<Load> {
  const shared = newShared();
  const clients = Array.from({ length: options.connections }, (_, at) =>
    newClient(shared, connect(options.base), options.seed + at * 7919),
  );
  try {
    await setUp(clients, { ...options, stop: observer.stop });
    const tally = newTally();
    observer.onStart(tally);
    const startedAt = performance.now();
    const untilMs = startedAt + options.seconds * 1000;
    await Promise.all(clients.map((client) => work(client, { untilMs, tally, observer })));
    return { tally, elapsedSeconds: (performance.now() - startedAt) / 1000 };
  } finally {
    for (const { connection } of clients) connection.close();
  }
}

interface Work {
  readonly untilMs: number;
  readonly tally: Tally;
  readonly observer: Observer;
}

async function work(client: Client, { untilMs, tally, observer }: Work): Promise<void> {
  const { stop, onWrong } = observer;
  while (!stop.aborted && performance.now() < untilMs) {
    const result = await performNext(client);
    const { outcome, sent, attempt } = result;
    count(tally, attempt.action, { outcome, milliseconds: sent.milliseconds });
    if (sent.failure !== undefined) countFailure(tally, sent.failure);
    if (outcome === 'wrong') onWrong(result);
    if (mustPause(result, client)) await pause(Math.min(PAUSE_MS, untilMs - performance.now()), stop);
  }
}

const mustPause = ({ outcome }: Result, { sessions }: Client): boolean =>
  outcome === 'failed' || outcome === 'unavailable' || (outcome !== 'right' && sessions.liveCount === 0);

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

/** One kind of request, sent over and over by so many connections. */
import { type Connection, connect, type Sent } from '../load/connection';
import { spreadOf } from '../spread';
import type { Action, Peer } from './peers';

export interface Sample {
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  /** What the server took of the CPU for a request. */
  readonly cpuMs: number;
}

export interface Work {
  readonly action: Action;
  readonly connections: number;
  /** By all connections together. */
  readonly requests: number;
}

/** @throws Error when a request is not answered as it should be. */
export async function measure(peer: Peer, work: Work): Promise<Sample> {
  const connections = Array.from({ length: work.connections }, () => connect(peer.server.url));
  try {
    // The first request of each opens the connection.
    await sendAll(connections, peer, { ...work, requests: work.connections });
    const cpuBefore = await peer.server.cpuMs();
    const startedAt = performance.now();
    const times = await sendAll(connections, peer, work);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuMs = ((await peer.server.cpuMs()) - cpuBefore) / times.length;
    return { requestsPerSecond: times.length / seconds, medianMs: spreadOf(times).median, cpuMs };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Milliseconds of every request. Each connection sends its next one when the last was answered. */
async function sendAll(
  connections: readonly Connection[],
  peer: Peer,
  { action, requests }: Work,
): Promise<readonly number[]> {
  const times: number[] = [];
  let left = requests;
  const sendSome = async (connection: Connection): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const sent = await connection.send(peer.requestTo[action]());
      if (!isRight(action, sent)) throw new Error(`${peer.name}, ${action}: ${saidBy(sent)}`);
      times.push(sent.milliseconds);
    }
  };
  await Promise.all(connections.map(sendSome));
  return times;
}

/** Everyone's dashboard has a message, and who logs in or signs up gets a token. */
function isRight(action: Action, { reply }: Sent): boolean {
  if (reply === undefined || reply.status >= 300) return false;
  const due = action === 'authenticated GET' ? 'message' : 'token';
  return typeof (reply.body as Record<string, unknown> | undefined)?.[due] === 'string';
}

const saidBy = ({ reply, failure }: Sent): string => failure ?? `${reply?.status} ${reply?.text}`;

/**
 * Stands between a function and its database. It forwards calls and keeps the answers; then it gives those answers itself, at once. So the
 * same request succeeds any number of times, and the database's work is in no measurement.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recording {
  readonly endpoint: string;
  /** From now on the calls of an operation on a table get the recorded answers, in turn. */
  replay(): void;
  /** How many calls got a recorded answer. */
  readonly replayed: () => number;
  close(): void;
}

/** @param database the URL of the real one. */
export async function startRecording(database: string): Promise<Recording> {
  const recorded = new Map<string, Buffer[]>();
  let isReplaying = false;
  let replayed = 0;
  const answerTo = async (request: IncomingMessage, payload: Buffer): Promise<Buffer> => {
    // Keys differ from run to run, as of a new user and a new session. Tables do not.
    const { TableName, RequestItems = {} } = JSON.parse(payload.toString());
    const kind = [request.headers['x-amz-target'], TableName, ...Object.keys(RequestItems)].join();
    const [next, ...others] = recorded.get(kind) ?? [];
    if (isReplaying && next) {
      replayed += 1;
      recorded.set(kind, [...others, next]);
      return next;
    }
    if (isReplaying) throw new Error(`${kind} was not recorded.`);
    const { 'x-amz-target': target = '', authorization = '' } = request.headers;
    const headers = { 'X-Amz-Target': String(target), Authorization: authorization };
    const response = await fetch(database, { method: 'POST', headers, body: payload });
    const answer = Buffer.from(await response.arrayBuffer());
    recorded.set(kind, [...(recorded.get(kind) ?? []), answer]);
    return answer;
  };
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request, await buffer(request)).catch((error: Error) => error);
    response.statusCode = answer instanceof Error ? 400 : 200;
    response.end(answer instanceof Error ? JSON.stringify({ message: answer.message }) : answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    replay: () => {
      isReplaying = true;
    },
    replayed: () => replayed,
    close: () => server.close().closeAllConnections(),
  };
}

/**
 * A proxy between a function and its database. It forwards calls and records the responses; then it replays them at once. So the same request
 * succeeds any number of times, and measurements exclude the database's work.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recording {
  readonly endpoint: string;
  /** From now on, the calls of an operation on a table get the recorded responses, in turn. */
  replay(): void;
  /** The number of calls that got a recorded response. */
  readonly replayed: () => number;
  close(): void;
}

/** @param database the URL of the real one. */
export async function startRecording(database: string): Promise<Recording> {
  const recorded = new Map<string, Buffer[]>();
  let isReplaying = false;
  let replayed = 0;
  const answerTo = async (request: IncomingMessage, payload: Buffer): Promise<Buffer> => {
    // Matches by table, as keys differ from run to run (new users and sessions).
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

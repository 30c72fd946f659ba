/** The HTTP server between the functions' SDK and the engine. It knows of every call which request it belongs to. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type ClientRequest, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Engine } from './engine';
import { addCall, currentLane, laneOf, passThrough } from './lanes';

export interface Front {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The SDK gives each call an id, which the server sees too. */
const INVOCATION_ID = 'amz-sdk-invocation-id';
const CLIENT_REQUEST = 'http.client.request.start';

export async function startFront(engine: Engine): Promise<Front> {
  const note = (message: unknown) => {
    const lane = currentLane.getStore();
    const { request } = message as { request: ClientRequest };
    if (lane) addCall(lane, String(request.getHeader(INVOCATION_ID)));
  };
  subscribe(CLIENT_REQUEST, note);
  const server = createServer((request, response) => {
    answer(request, response, engine).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      unsubscribe(CLIENT_REQUEST, note);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, engine: Engine): Promise<void> {
  const lane = laneOf(String(request.headers[INVOCATION_ID]));
  if (!lane) return void response.destroy();
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const payload = JSON.parse((await buffer(request)).toString());
  const reply = await passThrough(lane, { operation, payload }, () => engine.execute(operation, payload));
  if (!reply) return void response.destroy();
  // The SDK would compare a Date with its clock, which here jumps.
  response.sendDate = false;
  const text = JSON.stringify(reply.body);
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(text) };
  response.writeHead(reply.status, headers).end(text);
}

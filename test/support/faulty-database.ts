/** A proxy before a DynamoDB engine, with a rule that says which fault each call meets. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { startDynamoDb } from '../../local/dynamodb/engine';
import { type Options, startApi, type TestApi } from './api';
import { type Fault, type FaultName, faults, type Payload, type Reply } from './faults';

export interface Call {
  readonly operation: string;
  readonly payload: Payload;
  readonly headers: IncomingHttpHeaders;
}

/** May wait, so that something else is done while the call is on its way. */
type Rule = (call: Call) => FaultName | Promise<FaultName>;

/** What is behind the proxy. */
type Engine = (call: Call) => Promise<Reply>;

export interface FaultyDatabase {
  readonly endpoint: string;
  /** Decides about every attempt of every call from now on, except Scan: no function may, it is the look for new items. */
  decide(rule: Rule): void;
  close(): Promise<void>;
}

/** A whole backend over a database that can fail. */
export interface FaultyApi {
  readonly api: TestApi;
  readonly database: FaultyDatabase;
  close(): Promise<void>;
}

const never = () => () => undefined;

/** Unless the options say otherwise nothing is delivered, so that all calls are those of requests. */
export async function startFaultyApi(
  options: Pick<Options, 'settings' | 'assembly' | 'schedule'> = {},
): Promise<FaultyApi> {
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const engine = given ? undefined : await startDynamoDb({});
  const database = await startFaultyDatabase(engineAt(given ?? engine!.endpoint));
  const api = await startApi({ dynamoDbEndpoint: database.endpoint, schedule: never, ...options });
  return {
    api,
    database,
    close: async () => {
      await api.close();
      await database.close();
      await engine?.close();
    },
  };
}

export async function startFaultyDatabase(engine: Engine): Promise<FaultyDatabase> {
  let rule: Rule = () => 'pass';
  const meet = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await callIn(request);
    const {
      isApplied,
      answer,
      delayMs = 0,
    }: Fault = faults[call.operation === 'Scan' ? 'pass' : await rule(call)];
    const reply = isApplied ? await engine(call) : undefined;
    if (delayMs > 0) await pause(delayMs);
    if (typeof answer === 'function') send(response, answer(call.payload), 'whole');
    else send(response, reply, answer);
  };
  const server = createServer((request, response) => {
    meet(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closing: Promise<void> | undefined;
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: (newRule) => {
      rule = newRule;
    },
    close: () => {
      closing ??= new Promise((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closing;
    },
  };
}

const callIn = async (request: IncomingMessage): Promise<Call> => ({
  operation: String(request.headers['x-amz-target']).split('.')[1] ?? '',
  payload: (await json(request)) as Payload,
  headers: request.headers,
});

function send(response: ServerResponse, reply: Reply | undefined, answer: Fault['answer']): void {
  if (answer === 'silence') return;
  if (!reply || answer === 'cut') return void response.destroy();
  // The SDK would set its clock by it, and some suites move that clock.
  response.sendDate = false;
  const bytes = Buffer.from(JSON.stringify(reply.body));
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': bytes.length };
  response.writeHead(reply.status, headers);
  if (answer === 'whole') return void response.end(bytes);
  const half = bytes.subarray(0, bytes.length / 2);
  response.write(half, () => {
    if (answer === 'half-then-cut') response.destroy();
  });
}

const engineAt =
  (endpoint: string): Engine =>
  ({ payload, headers: { host: _, 'content-length': __, ...headers } }) =>
    new Promise((resolve, reject) => {
      const onward = request(endpoint, { method: 'POST', headers }, (reply) => {
        json(reply).then((body) => resolve({ status: reply.statusCode!, body: body as Payload }), reject);
      });
      onward.on('error', reject).end(JSON.stringify(payload));
    });

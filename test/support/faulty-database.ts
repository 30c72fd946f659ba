/** A proxy before a DynamoDB engine that can refuse, keep silent, or lose an answer, from a chosen call on. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startDynamoDb } from '../../local/dynamodb/engine';
import { startApi, type TestApi } from './api';

/** What happens to a call: it passes, is answered by an error, never answered, or applied and never answered. */
export type Fault = 'pass' | 'error' | 'throttle' | 'silence' | 'lose-answer';

export interface FaultyDatabase {
  readonly endpoint: string;
  /** Decides about every call from now on, by its operation and its number since this was set. */
  decide(rule: (operation: string, number: number) => Fault): void;
  close(): Promise<void>;
}

/** A whole backend over a database that can fail. */
export interface FaultyApi {
  readonly api: TestApi;
  readonly database: FaultyDatabase;
  close(): Promise<void>;
}

export async function startFaultyApi(settings?: Readonly<Record<string, unknown>>): Promise<FaultyApi> {
  const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const engine = given ? undefined : await startDynamoDb({});
  const database = await startFaultyDatabase(given ?? engine!.endpoint);
  const api = await startApi({ dynamoDbEndpoint: database.endpoint, ...(settings && { settings }) });
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

async function startFaultyDatabase(target: string): Promise<FaultyDatabase> {
  let rule: (operation: string, number: number) => Fault = () => 'pass';
  let count = 0;
  const server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    count += 1;
    void answer(request, response, { fault: rule(operation, count), target });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: (newRule) => {
      rule = newRule;
      count = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { fault, target }: { fault: Fault; target: string },
) {
  const body = await buffer(request);
  if (fault === 'silence') return;
  if (fault === 'error') return refuse(response, 500, 'InternalServerError');
  if (fault === 'throttle') return refuse(response, 400, 'ThrottlingException');
  const { status, text } = await forward(request, body, target);
  if (fault === 'lose-answer') return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
}

function refuse(response: ServerResponse, status: number, type: string): void {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' };
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

const forward = (
  request: IncomingMessage,
  body: Buffer,
  target: string,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { host: _, ...headers } = request.headers;
    const onward = httpRequest(target, { method: 'POST', headers }, async (reply) => {
      resolve({ status: reply.statusCode ?? 500, text: (await buffer(reply)).toString() });
    });
    onward.on('error', reject).end(body);
  });

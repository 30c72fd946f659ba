/**
 * DynamoDB's protocol on HTTP: what a request asks for, and how an answer is written. Signatures are not
 * verified, only read: the access key id in them says who is asking.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DynamoDbError, refusal } from './errors';
import { isPayload, type Payload } from './payload';

const maxRequestBytes = 16 * 1024 * 1024;

export interface DynamoDbRequest {
  readonly accessKeyId: string;
  readonly operation: string;
  readonly payload: Payload;
}

export interface Answer {
  readonly status: number;
  readonly body: Payload;
}

/** Rejects with DynamoDbError. */
export async function readRequest(request: IncomingMessage): Promise<DynamoDbRequest> {
  const body = await readBody(request);
  return {
    operation: readOperation(request),
    accessKeyId: readAccessKeyId(request.headers.authorization),
    payload: parse(body),
  };
}

/** Resolves when all of it is with the operating system, or when nobody is there any more to get it. */
export async function sendAnswer(response: ServerResponse, { status, body }: Answer): Promise<void> {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(text),
    'x-amzn-RequestId': randomUUID(),
  });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(text, resolve);
  });
}

export function answerFor(error: unknown): Answer {
  if (error instanceof DynamoDbError) return { status: error.status, body: error.body };
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return answerFor(refusal('InternalServerError', `The embedded DynamoDB failed: ${fault}`));
}

/** Reads on to the end of a body that is too large, keeping none of it, so that the client gets to the answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxRequestBytes) chunks = [];
    else chunks.push(chunk);
  }
  if (bytes > maxRequestBytes) {
    throw refusal('RequestEntityTooLargeException', `A request may have ${maxRequestBytes} bytes at most.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readOperation(request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  const operation = /^DynamoDB_20120810\.(\w+)$/.exec(typeof target === 'string' ? target : '')?.[1];
  if (request.method === 'POST' && operation !== undefined) return operation;
  throw refusal('UnknownOperationException', 'This is a DynamoDB endpoint. It takes signed POST requests.');
}

function readAccessKeyId(authorization: string | undefined): string {
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw refusal('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const accessKeyId = /[ ,]Credential=([^/,\s]+)\//.exec(authorization)?.[1];
  if (accessKeyId !== undefined) return accessKeyId;
  throw refusal('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
}

function parse(body: string): Payload {
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    payload = undefined;
  }
  if (isPayload(payload)) return payload;
  throw refusal('SerializationException', 'The body is not a JSON object.');
}

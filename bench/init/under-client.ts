/** A cold start under the client with which Lambda runs a function, and a Runtime API that has an event at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildEnvironment } from '../../local/functions/environment';
import { markdownTable } from '../markdown-table';
import { spreadOf, written } from '../spread';
import { isSuccess, type Subject } from './measure';

/** Milliseconds. */
export interface ClientStart {
  /** From the start of the process until it asks for its first event. */
  readonly asks: number;
  /** From then until it answers that. */
  readonly answers: number;
}

/** Programs. */
export interface Client {
  readonly node: string;
  /** The client's main file: of aws-lambda-ric, `index.mjs`. */
  readonly client: string;
}

/** @throws Error when the function did not answer, or not well. */
export async function startUnder({ node, client }: Client, subject: Subject): Promise<ClientStart> {
  const api = await startRuntimeApi(subject);
  const startedAt = performance.now();
  const child = spawn(node, [client], { env: environmentFor(subject, api.port), stdio: 'ignore' });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${subject.name} ended with ${code}.`);
  });
  try {
    const { asked, answered } = await Promise.race([api.answered, ended]);
    return { asks: asked - startedAt, answers: answered - asked };
  } finally {
    await stop(child, api.server, ended);
  }
}

interface RuntimeApi {
  readonly server: Server;
  readonly port: number;
  readonly answered: Promise<{ readonly asked: number; readonly answered: number }>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
async function startRuntimeApi({ name, event }: Subject): Promise<RuntimeApi> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answered = new Promise<Awaited<RuntimeApi['answered']>>((resolve, reject) => {
    let asked = Number.NaN;
    server.on('request', async (request, response) => {
      const now = performance.now();
      const body = await text(request);
      if (request.url?.endsWith('/invocation/next') && Number.isNaN(asked)) {
        asked = now;
        response.writeHead(200, eventHeaders()).end(readFileSync(event));
      } else if (request.url?.endsWith('/response') && isSuccess(JSON.parse(body)))
        resolve({ asked, answered: now });
      else reject(new Error(`${name} answered ${body}.`));
    });
  });
  answered.catch(() => undefined);
  return { server, port: (server.address() as AddressInfo).port, answered };
}

const eventHeaders = () => ({
  'Content-Type': 'application/json',
  'Lambda-Runtime-Aws-Request-Id': '00000000-0000-4000-8000-000000000000',
  'Lambda-Runtime-Deadline-Ms': String(Date.now() + 10_000),
  'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:bench',
});

const environmentFor = ({ bundle, environment }: Subject, port: number): Record<string, string> => {
  const codeFolder = dirname(bundle);
  const definition = { logicalId: 'bench', handler: 'index.handler', codeFolder, memoryMegabytes: 512 };
  return buildEnvironment({ ...definition, environment }, { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` });
};

async function stop(child: ChildProcess, server: Server, ended: Promise<never>): Promise<void> {
  child.kill('SIGKILL');
  await ended.catch(() => undefined);
  server.closeAllConnections();
  server.close();
}

export function clientTable(starts: ReadonlyMap<string, readonly ClientStart[]>): string {
  const rows = [...starts].map(([name, all]) => [
    name,
    written(spreadOf(all.map(({ asks }) => asks)), tenths),
    written(spreadOf(all.map(({ answers }) => answers)), tenths),
  ]);
  return markdownTable([['ms', 'until it asks for its first event', 'until that is answered'], ...rows]);
}

const tenths = (milliseconds: number): string => milliseconds.toFixed(1);

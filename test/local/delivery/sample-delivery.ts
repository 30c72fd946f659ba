/** A table whose stream invokes a function, as CDK writes it, and what the tests need around it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, type ITable, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, type DynamoEventSourceProps, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { echo, type SampleApp } from '../sample-app';

const folder = mkdtempSync(join(tmpdir(), 'delivery-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens every gate: an item `MESSAGE#…:gate:…` keeps its batch running until then. */
export const gate = {
  file: join(folder, 'gate'),
  open: () => writeFileSync(gate.file, ''),
  close: () => existsSync(gate.file) && rmSync(gate.file),
};

/** An item `…:throws:2` makes the first two invocations with it fail, `…:fails:2` makes them report it as failed. */
const deliver = `const { existsSync } = require('node:fs');
const attempts = new Map();
exports.handler = async ({ Records }) => {
  const keys = Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
  console.log('batch ' + keys.map((key) => key.replace('MESSAGE#', '')).join(' '));
  console.log('event ' + JSON.stringify(Records));
  while (keys.some((key) => key.includes(':gate')) && !existsSync('${gate.file}'))
    await new Promise((resolve) => setTimeout(resolve, 5));
  const batchItemFailures = Records.filter(({ dynamodb }) => {
    const key = dynamodb.Keys.pk.S;
    const [, kind, count] = /:(throws|fails):(\\d+)/.exec(key) ?? [];
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    if (attempts.get(key) > Number(count ?? 0)) return false;
    if (kind === 'throws') throw new Error('no luck\\u001b[2J');
    return true;
  }).map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }));
  console.log('done ' + keys.length);
  return { batchItemFailures };
};`;

export const addDelivery =
  (props: Partial<DynamoEventSourceProps> = {}, stream = StreamViewType.KEYS_ONLY) =>
  (app: SampleApp): void => {
    app.api.root.addMethod('GET', new LambdaIntegration(app.addFunction('Home', echo)));
    const partitionKey = { name: 'pk', type: AttributeType.STRING };
    const outbox = new Table(app.stack, 'Outbox', { partitionKey, stream }) as ITable;
    const messages = FilterCriteria.filter({
      eventName: FilterRule.isEqual('INSERT'),
      dynamodb: { Keys: { pk: { S: FilterRule.beginsWith('MESSAGE#') } } },
    });
    app.addFunction('Deliver', deliver).addEventSource(
      new DynamoEventSource(outbox, {
        batchSize: 10,
        bisectBatchOnError: true,
        filters: [messages],
        onFailure: new SqsDlq(new Queue(app.stack, 'Failed')),
        reportBatchItemFailures: true,
        retryAttempts: 3,
        startingPosition: StartingPosition.TRIM_HORIZON,
        ...props,
      }),
    );
  };

/** Collects what functions print. */
export class Output {
  #text = { stdout: '', stderr: '' };
  readonly stdout = { write: (lines: string) => (this.#text.stdout += lines) };
  readonly stderr = { write: (lines: string) => (this.#text.stderr += lines) };

  get errors(): string {
    return this.#text.stderr;
  }

  /** What the function got, one text for each invocation. */
  get batches(): string[] {
    return [...this.#text.stdout.matchAll(/^batch (.*)$/gm)].map(([, keys = '']) => keys);
  }

  get events(): any[][] {
    return [...this.#text.stdout.matchAll(/^event (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  }

  clear(): void {
    this.#text = { stdout: '', stderr: '' };
  }

  /** Resolves when a line begins with the text. */
  until(text: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    return untilTrue(() => `\n${this.#text[stream]}`.includes(`\n${text}`));
  }
}

/** The test's own time-out ends the wait. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

/** Keeps what was scheduled until the test runs it, or runs it at once. */
export class Timers {
  readonly pauses: number[] = [];
  isImmediate = true;
  #waiting: (() => void)[] = [];

  readonly schedule = (milliseconds: number, action: () => void): (() => void) => {
    this.pauses.push(milliseconds);
    if (this.isImmediate) setImmediate(action);
    else this.#waiting.push(action);
    return () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== action);
    };
  };

  /** Waits until something is scheduled, and runs all that is. */
  async elapse(): Promise<void> {
    await untilTrue(() => this.#waiting.length > 0);
    for (const action of this.#waiting.splice(0)) action();
  }
}

export function connect(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'any' };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }));
}

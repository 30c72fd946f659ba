/**
 * Invokes a function with the items that are inserted into a table, as Lambda does with the records of a stream. One
 * batch at a time; the records of a key in their order. Failed ones are tried again after growing pauses.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import { randomUUID } from 'node:crypto';
import type { InsertedItem } from '../dynamodb/inserts';
import type { InvocationResult, LineWriter } from '../functions/worker';
import type { Invoke } from '../gateway/request';
import { type JsonObject, readElements, readMembers } from '../json';
import { sanitizeText } from '../log/terminal';
import { type EventSourceDefinition, region } from '../template/deployment';
import { matchesPattern } from '../template/event-sources';

/** Runs an action later. Returns how to cancel it. */
export type Schedule = (milliseconds: number, action: () => void) => () => void;

/** The timer does not keep the process alive. */
export const scheduleLater: Schedule = (milliseconds, action) => {
  const timer = setTimeout(action, milliseconds).unref();
  return () => clearTimeout(timer);
};

export interface SourceOptions {
  readonly definition: EventSourceDefinition;
  readonly invoke: Invoke;
  readonly stderr: LineWriter;
  readonly schedule: Schedule;
}

interface StreamRecord {
  readonly key: string;
  readonly sequenceNumber: string;
  readonly content: JsonObject;
  readonly insertedAt: number;
  failures: number;
  /** Cancels the pause before the next attempt; absent: the record is due. */
  cancelPause?: (() => void) | undefined;
}

const longestPause = 60_000;

/** How long closing waits for the running batch. What is interrupted is delivered at the next start. */
const closingMilliseconds = 5000;

export class StreamSource {
  readonly #options: SourceOptions;
  /** In the order of the inserts. */
  #records: StreamRecord[] = [];
  #running: Promise<void> | undefined;
  #count = 0;
  #isClosed = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  insert(inserted: InsertedItem): void {
    const record = this.#createRecord(inserted);
    const { patterns } = this.#options.definition;
    if (!patterns.some((pattern) => matchesPattern(pattern, record.content))) return;
    this.#records.push(record);
    this.#deliverNext();
  }

  /** Waits a while for the running batch. Starts no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { cancelPause } of this.#records) cancelPause?.();
    if (this.#running === undefined) return;
    let cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#options.schedule(closingMilliseconds, resolve);
    });
    await Promise.race([this.#running, patience]).finally(cancel);
  }

  #createRecord({ keys, item }: InsertedItem): StreamRecord {
    const { table, stream } = this.#options.definition;
    const insertedAt = Date.now();
    this.#count += 1;
    const sequenceNumber = `1${String(this.#count).padStart(20, '0')}`;
    const content = {
      eventID: randomUUID().replaceAll('-', ''),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(insertedAt / 1000),
        Keys: keys,
        ...(stream.viewType.startsWith('NEW_') && { NewImage: item }),
        SequenceNumber: sequenceNumber,
        SizeBytes: Buffer.byteLength(JSON.stringify(keys)),
        StreamViewType: stream.viewType,
      },
      eventSourceARN: stream.arn,
    };
    const values = table.keySchema.map(({ AttributeName }) => keys[AttributeName]);
    return { key: JSON.stringify(values), sequenceNumber, content, insertedAt, failures: 0 };
  }

  #deliverNext(): void {
    if (this.#isClosed || this.#running !== undefined) return;
    const batch = this.#nextBatch();
    if (batch.length === 0) return;
    this.#running = this.#deliver(batch).finally(() => {
      this.#running = undefined;
      this.#deliverNext();
    });
  }

  /** The next records that are due and not behind one of the same key that is not. */
  #nextBatch(): StreamRecord[] {
    const { batchSize, bisects } = this.#options.definition;
    const delayed = new Set<string>();
    const due = this.#records.filter(({ key, cancelPause }) => {
      if (cancelPause !== undefined) delayed.add(key);
      return !delayed.has(key);
    });
    // Lambda halves a failed batch until the record that fails is alone.
    const isRetry = (record: StreamRecord | undefined) => bisects && (record?.failures ?? 0) > 0;
    if (isRetry(due[0])) return due.slice(0, 1);
    const end = due.findIndex(isRetry);
    return due.slice(0, Math.min(batchSize, end < 0 ? batchSize : end));
  }

  async #deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { definition, invoke } = this.#options;
    const result = await invoke(definition.functionId, { Records: batch.map(({ content }) => content) });
    const failedFrom = findFirstFailure(batch, result, definition);
    const done = new Set(batch.slice(0, failedFrom));
    for (const record of batch.slice(failedFrom)) {
      record.failures += 1;
      if (this.#isExhausted(record)) {
        done.add(record);
        this.#giveUp(record, result);
      } else this.#pause(record);
    }
    this.#records = this.#records.filter((record) => !done.has(record));
  }

  #isExhausted({ failures, insertedAt }: StreamRecord): boolean {
    const { maxRetries, maxAgeSeconds } = this.#options.definition;
    return !this.#isClosed && (failures > maxRetries || Date.now() - insertedAt > maxAgeSeconds * 1000);
  }

  #pause(record: StreamRecord): void {
    if (this.#isClosed) return;
    const milliseconds = Math.min(1000 * 2 ** (record.failures - 1), longestPause);
    record.cancelPause = this.#options.schedule(milliseconds, () => {
      record.cancelPause = undefined;
      this.#deliverNext();
    });
  }

  #giveUp({ key, failures }: StreamRecord, result: InvocationResult): void {
    const { definition, stderr } = this.#options;
    const reason = result.ok ? 'it reported a failure' : result.failure.errorMessage;
    const text = `${definition.functionId} gave up the item ${key} of ${definition.table.name} after ${failures} attempts: ${reason}. The item stays in the table and is tried again at the next start.`;
    stderr.write(`${sanitizeText(text)}\n`);
  }
}

/** The position in the batch of the first record that failed; all after it count as failed too. */
function findFirstFailure(
  batch: readonly StreamRecord[],
  result: InvocationResult,
  { reportsItemFailures }: EventSourceDefinition,
): number {
  if (!result.ok) return 0;
  if (!reportsItemFailures) return batch.length;
  const failures = readElements(readMembers(JSON.parse(result.payload))['batchItemFailures']);
  const positions = failures.map((failure) => {
    const { itemIdentifier } = readMembers(failure);
    // An unknown identifier stands for the whole batch.
    return Math.max(
      0,
      batch.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
    );
  });
  return Math.min(batch.length, ...positions);
}

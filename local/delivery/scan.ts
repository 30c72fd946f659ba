/** Finds the items that are in a table: all at start, and new ones once a second where the database cannot tell. */
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { InsertedItem } from '../dynamodb/inserts';
import type { LineWriter } from '../functions/worker';
import { readMembers } from '../json';
import type { TableDefinition } from '../template/deployment';
import type { Schedule } from './source';

interface ScannerOptions {
  readonly client: DynamoDBClient;
  readonly table: TableDefinition;
  readonly onInsert: (inserted: InsertedItem) => void;
  readonly stderr: LineWriter;
  readonly schedule: Schedule;
}

const pollMilliseconds = 1000;

export class TableScanner {
  readonly #options: ScannerOptions;
  #known = new Set<string>();
  #isFailing = false;
  #polling: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  /** Tells of the items that the scan before did not find. */
  async scan(): Promise<void> {
    const { client, table, onInsert } = this.#options;
    const found = new Set<string>();
    let start: Record<string, never> | undefined;
    do {
      const input = { TableName: table.name, ConsistentRead: true, ExclusiveStartKey: start };
      const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand(input));
      for (const item of Items.map(toJson)) {
        const keys = Object.fromEntries(
          table.keySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]),
        );
        const key = JSON.stringify(keys);
        found.add(key);
        if (this.#known.has(key) || this.#isClosed) continue;
        this.#known.add(key);
        onInsert({ keys, item });
      }
      start = LastEvaluatedKey as typeof start;
    } while (start !== undefined);
    this.#known = found;
  }

  /** Scans again and again. Says once that scans fail. */
  poll(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.schedule(pollMilliseconds, () => {
      this.#polling = this.scan()
        .then(() => {
          this.#isFailing = false;
        })
        .catch((error: Error) => this.#onFailure(error))
        .finally(() => this.poll());
    });
  }

  #onFailure({ message }: Error): void {
    const { table, stderr } = this.#options;
    if (!this.#isFailing && !this.#isClosed) {
      stderr.write(`The items of ${table.name} cannot be read, so none is delivered: ${message}\n`);
    }
    this.#isFailing = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#options.client.destroy();
    await this.#polling;
  }
}

/** Bytes become base64, as in DynamoDB's own JSON. */
const toJson = (item: object) =>
  readMembers(
    JSON.parse(
      JSON.stringify(item, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ),
    ),
  );

/** What lies in the tables of a running API, and what an operator may write there. */
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  paginateScan,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { RunningApi } from '../../local/run';
import { region } from '../../local/template/deployment';
import { administratorKey } from '../../local/template/tables';

type Item = Record<string, any>;
type Table = 'users' | 'tokens' | 'rateLimits' | 'outbox';

/** In the logical ids of the tables. */
const logicalIds = {
  users: 'TablesUsers',
  tokens: 'TablesTokens',
  rateLimits: 'TablesRateLimits',
  outbox: 'TablesOutbox',
};

export interface StoredItems {
  all(table: Table): Promise<Item[]>;
  /** Changes the item of a user, as an operator would with the AWS command line. */
  updateUser(
    locator: string,
    change: { expression: string; values: Item; names?: Record<string, string> },
  ): Promise<void>;
  put(table: Table, item: Item): Promise<void>;
  remove(table: Table, key: Item): Promise<void>;
  readonly documents: DynamoDBDocumentClient;
  tableName(table: Table): string;
  /** Removes the tables, and closes. */
  removeTables(): Promise<void>;
  close(): void;
}

export function itemsOf(api: Pick<RunningApi, 'dynamoDbEndpoint' | 'tables'>): StoredItems {
  // Those with which the tables were made: DynamoDB Local keeps separate tables for each access key and region.
  const credentials = { accessKeyId: administratorKey, secretAccessKey: administratorKey };
  const client = new DynamoDBClient({ endpoint: api.dynamoDbEndpoint, region, credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const tableName = (table: Table): string => {
    return Object.entries(api.tables).find(([id]) => id.includes(logicalIds[table]))![1];
  };
  return {
    documents,
    tableName,
    all: async (table) => {
      const items: Item[] = [];
      const pages = paginateScan(
        { client: documents },
        { TableName: tableName(table), ConsistentRead: true },
      );
      for await (const { Items = [] } of pages) items.push(...Items);
      return items;
    },
    updateUser: async (locator, { expression, values, names }) => {
      await documents.send(
        new UpdateCommand({
          TableName: tableName('users'),
          Key: { pk: `USER#${locator}` },
          UpdateExpression: expression,
          ExpressionAttributeValues: values,
          ...(names && { ExpressionAttributeNames: names }),
        }),
      );
    },
    put: async (table, Item) => {
      await documents.send(new PutCommand({ TableName: tableName(table), Item }));
    },
    remove: async (table, Key) => {
      await documents.send(new DeleteCommand({ TableName: tableName(table), Key }));
    },
    removeTables: async () => {
      for (const TableName of Object.values(api.tables))
        await documents.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
    close: () => client.destroy(),
  };
}

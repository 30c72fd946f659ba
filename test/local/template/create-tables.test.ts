import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDbEngine, startDynamoDb } from '../../../local/dynamodb/engine';
import { createTables } from '../../../local/template/create-tables';
import type { TableDefinition } from '../../../local/template/deployment';

function table(parts: Partial<TableDefinition> = {}): TableDefinition {
  return {
    logicalId: 'Items',
    arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/Items',
    keySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    attributeDefinitions: [
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'pk', AttributeType: 'S' },
    ],
    billing: { mode: 'PAY_PER_REQUEST' },
    ...parts,
  };
}

describe('Creating tables', () => {
  let engine: DynamoDbEngine;
  let client: DynamoDBClient;

  beforeEach(async () => {
    engine = await startDynamoDb({});
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials });
  });

  afterEach(async () => {
    client.destroy();
    await engine.close();
  });

  it('makes tables with the key and the billing of the template', async () => {
    const billing = { mode: 'PROVISIONED', ReadCapacityUnits: 3, WriteCapacityUnits: 2 } as const;
    await createTables(engine.endpoint, [table(), table({ logicalId: 'Paid', billing })]);

    const { Table: items } = await client.send(new DescribeTableCommand({ TableName: 'Items' }));
    expect(items).toMatchObject({ KeySchema: table().keySchema, TableStatus: 'ACTIVE' });
    expect(items?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    const { Table: paid } = await client.send(new DescribeTableCommand({ TableName: 'Paid' }));
    expect(paid?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 3, WriteCapacityUnits: 2 });
  });

  it('keeps a table that is there already', async () => {
    await createTables(engine.endpoint, [table()]);
    const attributeDefinitions = [...table().attributeDefinitions].reverse();

    await expect(createTables(engine.endpoint, [table({ attributeDefinitions })])).resolves.toBeUndefined();
  });

  it('refuses a table that is there with another key, and says which', async () => {
    await createTables(engine.endpoint, [table()]);
    const other = table({
      keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }],
    });

    await expect(createTables(engine.endpoint, [other])).rejects.toThrow(
      'The table Items exists with another key: pk S HASH, sk N RANGE instead of id B HASH. Delete it first.',
    );
  });
});

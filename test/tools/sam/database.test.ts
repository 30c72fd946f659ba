import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDbEngine, startDynamoDb } from '../../../local/dynamodb/engine';
import { type SamDatabase, startSamDatabase } from '../../../tools/sam/database';

const dataDir = mkdtempSync(join(tmpdir(), 'token-auth-sam-db-'));
const options = {
  assembly: process.env['TOKEN_AUTH_TEST_ASSEMBLY']!,
  dataDir,
  port: 0,
  hosts: ['127.0.0.1'],
};
const running: SamDatabase[] = [];
async function start(overrides: Partial<typeof options> = {}): Promise<SamDatabase> {
  const database = await startSamDatabase({ ...options, ...overrides });
  running.push(database);
  return database;
}
afterAll(async () => {
  for (const database of running) await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** With the key that sam local makes up, or with the developer's own. */
const clientOf = ({ endpoint }: DynamoDbEngine, accessKeyId: string) =>
  new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'any' } });

describe('the database for sam local', () => {
  it('has the tables of the template, takes every access key, and keeps the data', async () => {
    const first = await start();
    const [TableName] = first.tables;
    expect(TableName).toMatch(/^TablesUsers/);
    const pk = { S: 'USER#1' };
    await clientOf(first, 'defaultkey').send(new PutItemCommand({ TableName, Item: { pk } }));
    await first.close();
    const { Item } = await clientOf(await start(), 'AKIAEXAMPLE').send(
      new GetItemCommand({ TableName, Key: { pk } }),
    );
    expect(Item).toEqual({ pk });
  });

  it('refuses tables with another key, and leaves nothing running then', async () => {
    const { tables } = await start({ dataDir: join(dataDir, 'new') });
    const other = { dataDir: join(dataDir, 'old') };
    const before = await startDynamoDb(other);
    await clientOf(before, 'any').send(
      new CreateTableCommand({
        TableName: tables[0]!,
        KeySchema: [{ AttributeName: 'another', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'another', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await before.close();
    await expect(start(other)).rejects.toThrow(tables[0]!);
    // One at a time may have the folder.
    await (await startDynamoDb(other)).close();
  });

  it('says what to do when there is no template', async () => {
    await expect(start({ assembly: join(dataDir, 'none') })).rejects.toThrow(
      'There is no template for sam local yet. Run npm run sam:synth first.',
    );
  });

  it('says what to do when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ port, dataDir: join(dataDir, 'other') })).rejects.toThrow(
      `Port ${port} is already in use. Is npm run sam:db running already? Otherwise choose another port and folder: PORT=${port + 1} `,
    );
    other.close();
  });

  it('does not advise another port when its folder cannot be opened', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    await expect(start({ dataDir: file })).rejects.toThrow(/^The data folder .* cannot be opened: [^?]*$/);
  });
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { startExpiry } from '../../../local/dynamodb/expiry';
import { connectAsAdministrator } from '../../../local/template/tables';
import { afterwards, allItems, startWithAccounts, table } from './accounts';

it('Items whose time is over are deleted after a minute, and then once an hour', async () => {
  const { engine, client } = await startWithAccounts();
  const pauses: number[] = [];
  let sweep = () => {};
  let whenSwept = () => {};
  const schedule = (milliseconds: number, action: () => void) => {
    pauses.push(milliseconds);
    sweep = action;
    whenSwept();
    return () => {};
  };
  const definition = {
    logicalId: table,
    name: table,
    arn: `arn:${table}`,
    keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  } as const;
  const tables = [
    { ...definition, timeToLive: 'expires' },
    { ...definition, name: 'WithoutTimeToLive' },
  ];
  afterwards(
    startExpiry({
      client: connectAsAdministrator(engine.endpoint),
      tables,
      stderr: { write: fail },
      schedule,
    }),
  );

  const now = Math.floor(Date.now() / 1000);
  const year = 365 * 24 * 3600;
  const expirations = { over: now - 1, long: now - 4 * year, old: now - 6 * year, due: now + 60, text: '1' };
  for (const [id, expires] of Object.entries(expirations))
    await client.send(new PutCommand({ TableName: table, Item: { id, expires } }));
  await client.send(new PutCommand({ TableName: table, Item: { id: 'lasting' } }));
  const swept = new Promise<void>((resolve) => {
    whenSwept = resolve;
  });
  sweep();
  await swept;

  expect(Object.keys(await allItems(client)).sort()).toEqual(['due', 'lasting', 'old', 'text']);
  expect(pauses).toEqual([60_000, 3_600_000]);
});

function fail(line: string): never {
  throw new Error(line);
}

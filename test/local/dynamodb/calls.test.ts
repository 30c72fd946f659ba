import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DynamoDbCall } from '../../../local/dynamodb/engine';
import { connect, createAccounts, put, start, table } from './accounts';

const other = 'Others';

/** The calls asked about, without the items that they name. */
async function callsFor(send: (client: ReturnType<typeof connect>) => Promise<unknown>) {
  return (await wholeCallsFor(send)).map(({ items: _, ...call }) => call);
}

/** The calls asked about, all of them by the one who sent the command. */
async function wholeCallsFor(send: (client: ReturnType<typeof connect>) => Promise<unknown>) {
  const calls: DynamoDbCall[] = [];
  const authorise = (call: DynamoDbCall) => {
    if (call.accessKeyId !== 'owner') calls.push(call);
    return undefined;
  };
  const engine = await start({ authorise });
  await createAccounts(connect(engine, 'owner'));
  await createAccounts(connect(engine, 'owner'), other);
  await send(connect(engine, 'function-1'));
  return calls.map(({ accessKeyId, ...call }) => {
    expect(accessKeyId).toBe('function-1');
    return { ...call, ...(call.attributes ? { attributes: [...call.attributes].sort() } : {}) };
  });
}

describe('leave is asked for', () => {
  it('GetItem, with the key and the projected attributes under their real names', async () => {
    const calls = await callsFor((client) =>
      client.send(
        new GetCommand({
          TableName: table,
          Key: { id: 'a' },
          ProjectionExpression: '#r, profile.photo.#u, tags[0]',
          ExpressionAttributeNames: { '#r': 'role', '#u': 'url' },
        }),
      ),
    );

    expect(calls).toEqual([
      {
        action: 'dynamodb:GetItem',
        table,
        attributes: ['id', 'profile', 'role', 'tags'],
        select: 'SPECIFIC_ATTRIBUTES',
      },
    ]);
  });

  it('BatchGetItem, once per table', async () => {
    const calls = await callsFor((client) =>
      client.send(
        new BatchGetCommand({
          RequestItems: {
            [table]: { Keys: [{ id: 'a' }, { id: 'b' }], ProjectionExpression: 'nick' },
            [other]: { Keys: [{ id: 'a' }] },
          },
        }),
      ),
    );

    const action = 'dynamodb:BatchGetItem';
    expect(calls).toEqual([
      { action, table, attributes: ['id', 'nick'], select: 'SPECIFIC_ATTRIBUTES' },
      { action, table: other, attributes: ['id'], select: 'ALL_ATTRIBUTES' },
    ]);
  });

  it('Query and Scan, with the attributes of their conditions too', async () => {
    const values = { ':x': 'x' };
    const calls = await callsFor(async (client) => {
      const keyed = { KeyConditionExpression: 'id = :x', FilterExpression: 'contains(secret, :x)' };
      await client.send(new QueryCommand({ TableName: table, ...keyed, ExpressionAttributeValues: values }));
      await client.send(new ScanCommand({ TableName: table, Select: 'COUNT' }));
      await client.send(new ScanCommand({ TableName: table, Select: 'SPECIFIC_ATTRIBUTES' }));
    });

    expect(calls).toEqual([
      { action: 'dynamodb:Query', table, attributes: ['id', 'secret'], select: 'ALL_ATTRIBUTES' },
      { action: 'dynamodb:Scan', table, attributes: ['id'], select: 'COUNT' },
      { action: 'dynamodb:Scan', table, attributes: ['id'], select: 'ALL_ATTRIBUTES' },
    ]);
  });

  it('single writes, with the attributes that they set, test or return', async () => {
    const calls = await callsFor(async (client) => {
      await client.send(new PutCommand({ TableName: table, Item: { id: 'a', role: 'x' } }));
      await client
        .send(
          new UpdateCommand({
            TableName: table,
            Key: { id: 'a' },
            UpdateExpression: 'SET used = if_not_exists(used, :now) REMOVE #old.part',
            ConditionExpression: 'attribute_exists(id) AND NOT (seen BETWEEN :now AND :now)',
            ExpressionAttributeNames: { '#old': 'previous' },
            ExpressionAttributeValues: { ':now': 1 },
            ReturnValues: 'ALL_NEW',
          }),
        )
        .catch(() => undefined);
      await client.send(new DeleteCommand({ TableName: table, Key: { id: 'a' } }));
    });

    expect(calls).toEqual([
      { action: 'dynamodb:PutItem', table, attributes: ['id', 'role'] },
      {
        action: 'dynamodb:UpdateItem',
        table,
        attributes: ['id', 'previous', 'seen', 'used'],
        returnValues: 'ALL_NEW',
      },
      { action: 'dynamodb:DeleteItem', table, attributes: ['id'] },
    ]);
  });

  it('BatchWriteItem, once per table', async () => {
    const calls = await callsFor((client) =>
      client.send(
        new BatchWriteCommand({
          RequestItems: {
            [table]: [
              { PutRequest: { Item: { id: 'a', role: 'x' } } },
              { DeleteRequest: { Key: { id: 'b' } } },
            ],
          },
        }),
      ),
    );

    expect(calls).toEqual([{ action: 'dynamodb:BatchWriteItem', table, attributes: ['id', 'role'] }]);
  });

  it('a transaction, by its items’ actions, once per action and table', async () => {
    const calls = await callsFor((client) =>
      client.send(
        new TransactWriteCommand({
          TransactItems: [
            put('a', { role: 'x' }),
            put('b', { email: 'y' }),
            { Put: { TableName: other, Item: { id: 'a' } } },
            {
              Update: {
                TableName: table,
                Key: { id: 'c' },
                UpdateExpression: 'ADD n :n',
                ExpressionAttributeValues: { ':n': 1 },
              },
            },
            { Delete: { TableName: table, Key: { id: 'd' } } },
            {
              ConditionCheck: {
                TableName: table,
                Key: { id: 'e' },
                ConditionExpression: 'attribute_not_exists(isActive)',
              },
            },
          ],
        }),
      ),
    );

    expect(calls).toEqual([
      { action: 'dynamodb:PutItem', table, attributes: ['email', 'id', 'role'] },
      { action: 'dynamodb:PutItem', table: other, attributes: ['id'] },
      { action: 'dynamodb:UpdateItem', table, attributes: ['id', 'n'] },
      { action: 'dynamodb:DeleteItem', table, attributes: ['id'] },
      { action: 'dynamodb:ConditionCheckItem', table, attributes: ['id', 'isActive'] },
    ]);
  });

  it('a call that names no table, for any', async () => {
    const calls = await callsFor((client) => client.send(new ListTablesCommand({})));

    expect(calls).toEqual([{ action: 'dynamodb:ListTables', table: '*' }]);
  });

  it('each call for items by their key or content, with the items', async () => {
    const calls = await wholeCallsFor(async (client) => {
      await client.send(
        new UpdateCommand({ TableName: table, Key: { id: 'a' }, UpdateExpression: 'REMOVE x' }),
      );
      await client.send(new PutCommand({ TableName: table, Item: { id: 'b', n: 1, role: 'R' } }));
      await client.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: table, Item: { id: 'c' } } },
            { Put: { TableName: table, Item: { id: 'd' } } },
          ],
        }),
      );
    });

    expect(calls.map(({ items }) => items)).toEqual([
      [{ id: 'a' }],
      [{ id: 'b', role: 'R' }],
      [{ id: 'c' }, { id: 'd' }],
    ]);
  });
});

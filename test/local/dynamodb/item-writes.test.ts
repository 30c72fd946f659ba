import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { put, startWithAccounts, table, transact } from './accounts';

const onlyIf = {
  ConditionExpression: 'n > :least',
  ExpressionAttributeValues: { ':least': 5 },
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;
const writes = {
  PutItem: (id: string) => new PutCommand({ TableName: table, Item: { id, extra: true }, ...onlyIf }),
  UpdateItem: (id: string) =>
    new UpdateCommand({ TableName: table, Key: { id }, UpdateExpression: 'REMOVE n', ...onlyIf }),
  DeleteItem: (id: string) => new DeleteCommand({ TableName: table, Key: { id }, ...onlyIf }),
};
type Write = keyof typeof writes;

async function failureOf(write: Write, id: string): Promise<unknown> {
  const { client } = await startWithAccounts();
  await transact(client, [put('there', { n: 1 })]);
  // The three commands have no input type in common.
  return client.send(writes[write](id) as PutCommand).catch((error: unknown) => error);
}

describe('a write whose condition fails', () => {
  it.each(Object.keys(writes) as Write[])('brings the item with it, if %s asks for it', async (write) => {
    const error = await failureOf(write, 'there');

    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({
      message: 'The conditional request failed',
      Item: { id: { S: 'there' }, n: { N: '1' } },
    });
  });

  it.each(Object.keys(writes) as Write[])('brings none with it, if there is none for %s', async (write) => {
    const error = await failureOf(write, 'absent');

    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toHaveProperty('Item', undefined);
  });

  it('brings none with it, if nobody asks for it', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('a')]);
    const input = { TableName: table, Item: { id: 'a' }, ConditionExpression: 'attribute_not_exists(id)' };

    const error: unknown = await client.send(new PutCommand(input)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toHaveProperty('Item', undefined);
  });
});

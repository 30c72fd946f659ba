import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDbCall } from '../../../local/dynamodb/engine';
import { allItems, connect, createAccounts, put, start, table, transact } from './accounts';

const other = 'Others';

/** An engine that refuses what `refuse` says, except to the owner of its tables. */
async function startGuarded(refuse: (call: DynamoDbCall) => string | undefined) {
  const engine = await start({
    authorise: (call) => (call.accessKeyId === 'owner' ? undefined : refuse(call)),
  });
  const owner = connect(engine, 'owner');
  await createAccounts(owner);
  await createAccounts(owner, other);
  return { owner, client: connect(engine, 'function-1') };
}

describe('a refusal', () => {
  it('is an AccessDeniedException with its message, and the call has no effect', async () => {
    const { client, owner } = await startGuarded(({ action }) => `not authorized to perform: ${action}`);

    const written = client.send(new PutCommand({ TableName: table, Item: { id: 'a' } }));

    await expect(written).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'not authorized to perform: dynamodb:PutItem',
    });
    expect(await allItems(owner)).toEqual({});
  });

  it('of one part of a transaction refuses all of it', async () => {
    const { client, owner } = await startGuarded(({ table: name }) => (name === other ? 'no' : undefined));

    const written = transact(client, [put('a'), { Put: { TableName: other, Item: { id: 'a' } } }]);

    await expect(written).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await allItems(owner)).toEqual({});
  });

  it('is also what an authoriser that fails amounts to', async () => {
    const { client, owner } = await startGuarded(() => {
      throw new Error('no policy');
    });

    const written = client.send(new PutCommand({ TableName: table, Item: { id: 'a' } }));

    await expect(written).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await allItems(owner)).toEqual({});
  });
});

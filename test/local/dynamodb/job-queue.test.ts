import { BatchGetCommand, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { allItems, type Entries, put, putNew, startWithAccounts, table, transact } from './accounts';

describe('transactions and requests at the same time', () => {
  it('let exactly one of a hundred have a key', async () => {
    const { client } = await startWithAccounts();
    const attempts = Array.from({ length: 100 }, (_, n) =>
      transact(client, [putNew('prize', { winner: n }), putNew(`attempt-${n}`)]),
    );

    const winners = (await Promise.allSettled(attempts)).flatMap(({ status }, n) =>
      status === 'fulfilled' ? [n] : [],
    );

    expect(winners).toHaveLength(1);
    expect(await allItems(client)).toEqual({
      prize: { id: 'prize', winner: winners[0] },
      [`attempt-${winners[0]}`]: { id: `attempt-${winners[0]}` },
    });
  });

  it('never show a reader a part of a transaction, whether it succeeds or is cancelled', async () => {
    const { client } = await startWithAccounts();
    const ids = ['a', 'b', 'c', 'd'];
    await transact(
      client,
      ids.map((id) => put(id, { n: 10 })),
    );
    const keys = ids.map((id) => ({ id }));
    const readAll = () => client.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } }));
    const scan = () => client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));

    const work = Array.from({ length: 150 }, async (_, n): Promise<number | undefined> => {
      if (n % 3 === 0) return sum((await readAll()).Responses?.[table]);
      if (n % 3 === 1) return sum((await scan()).Items);
      const [from = '', to = ''] = [ids[n % 4], ids[(n + 1 + (n % 3)) % 4]];
      await transact(client, move(7, from, to)).catch(() => undefined);
      return undefined;
    });
    const sums = (await Promise.all(work)).filter((total) => total !== undefined);

    expect(sums).toEqual(Array.from({ length: 100 }, () => 40));
  });

  it('do not mix with single writes', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('count', { n: 0 })]);

    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        if (n % 2)
          return transact(client, [{ Update: { TableName: table, Key: { id: 'count' }, ...addOne } }]);
        return client.send(new PutCommand({ TableName: table, Item: { id: `other-${n}` } }));
      }),
    );

    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { id: 'count' } }));
    expect(Item).toEqual({ id: 'count', n: 20 });
  });
});

const addOne = {
  UpdateExpression: 'SET n = n + :one',
  ExpressionAttributeValues: { ':one': 1 },
};

function move(amount: number, from: string, to: string): Entries {
  const values = { ExpressionAttributeValues: { ':amount': amount } };
  return [
    { Update: { TableName: table, Key: { id: to }, UpdateExpression: 'SET n = n + :amount', ...values } },
    {
      Update: {
        TableName: table,
        Key: { id: from },
        UpdateExpression: 'SET n = n - :amount',
        ConditionExpression: 'n >= :amount',
        ...values,
      },
    },
  ];
}

function sum(items: Record<string, unknown>[] | undefined): number {
  return (items ?? []).reduce((total, item) => total + Number(item['n']), 0);
}

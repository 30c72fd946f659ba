import { IdempotentParameterMismatchException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  allItems,
  cancellation,
  type Entries,
  put,
  putNew,
  startWithAccounts,
  table,
  transact,
} from './accounts';

const addOne = {
  UpdateExpression: 'SET n = n + :one',
  ExpressionAttributeValues: { ':one': 1 },
};

describe('a transaction that is cancelled', () => {
  it('gives the reason of every entry in their order, with the item as it was where an entry asks for it', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('a', { n: 1 }), put('b', { n: 2 }), put('text', { n: 'one' })]);
    const ReturnValuesOnConditionCheckFailure = 'ALL_OLD' as const;
    const absent = { TableName: table, Key: { id: 'absent' }, ConditionExpression: 'attribute_exists(id)' };

    const error = await cancellation(
      transact(client, [
        put('free'),
        { Put: { ...putNew('a').Put!, ReturnValuesOnConditionCheckFailure } },
        putNew('b'),
        { Update: { TableName: table, Key: { id: 'text' }, ...addOne } },
        { Delete: { ...absent, ReturnValuesOnConditionCheckFailure } },
      ]),
    );

    const failed = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
    expect(error.CancellationReasons).toEqual([
      { Code: 'None' },
      { ...failed, Item: { id: { S: 'a' }, n: { N: '1' } } },
      failed,
      { Code: 'ValidationError', Message: 'An operand in the update expression has an incorrect data type' },
      failed,
    ]);
    expect(error.message).toMatch(
      /\[None, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError, ConditionalCheckFailed\]$/,
    );
  });
});

describe('a transaction that is refused as a whole', () => {
  const twice = /^Transaction request cannot include multiple operations on one item$/;
  const check = (ConditionExpression?: string): Entries[number] => ({
    ConditionCheck: { TableName: table, Key: { id: 'a' }, ConditionExpression },
  });
  const nowhere = { Put: { TableName: 'Nowhere', Item: { id: 'b' } } };
  const invalid = { Put: { TableName: table, Item: { id: 'b' }, ConditionExpression: 'n =' } };

  it.each<[string, Entries, RegExp]>([
    ['two actions on one item', [put('a'), put('a')], twice],
    ['101 entries', numbered(101), /less than or equal to 100/],
    ['an entry without an action', [put('a'), {}], /only contain one of/],
    ['an expression that is no expression', [put('a'), invalid], /ConditionExpression/],
    ['a condition check without a condition', [put('b'), check()], /ConditionExpression/],
    ['an unknown table', [put('a'), nowhere], /^Requested resource not found$/],
  ])('has no effect: %s', async (_, entries, message) => {
    const { client } = await startWithAccounts();

    await expect(transact(client, entries)).rejects.toThrow(message);
    expect(await allItems(client)).toEqual({});
  });
});

describe('a ClientRequestToken', () => {
  const minuteMs = 60_000;
  const add = { Update: { TableName: table, Key: { id: 'a' }, ...addOne } };

  it('makes a repeated transaction succeed without a second effect, for ten minutes', async () => {
    let nowMs = 1_700_000_000_000;
    const { client } = await startWithAccounts({ now: () => nowMs });
    await transact(client, [put('a', { n: 0 })]);
    const countAfterRepeating = async () => {
      await transact(client, [add], 'token');
      return (await allItems(client))['a'];
    };

    expect(await countAfterRepeating()).toMatchObject({ n: 1 });
    nowMs += 10 * minuteMs - 1;
    expect(await countAfterRepeating()).toMatchObject({ n: 1 });
    nowMs += 1;
    expect(await countAfterRepeating()).toMatchObject({ n: 2 });
  });

  it('is refused for another transaction, which has no effect', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('a')], 'token');

    const repeated = transact(client, [put('b')], 'token');

    await expect(repeated).rejects.toThrow(IdempotentParameterMismatchException);
    expect(await allItems(client)).toEqual({ a: { id: 'a' } });
  });

  it('is not spent by a transaction that was cancelled', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('a')]);
    await cancellation(transact(client, [putNew('a')], 'token'));

    await transact(client, [{ Delete: { TableName: table, Key: { id: 'a' } } }]);
    await transact(client, [putNew('a')], 'token');

    expect(await allItems(client)).toEqual({ a: { id: 'a' } });
  });
});

describe('transactions and requests at the same time', () => {
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
});

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

function numbered(count: number): Entries {
  return Array.from({ length: count }, (_, n) => put(`item-${n}`));
}

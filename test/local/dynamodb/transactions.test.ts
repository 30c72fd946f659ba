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

describe('a transaction that succeeds', () => {
  it('does puts, updates and deletes together', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('kept', { n: 1 }), put('dropped')]);

    await transact(client, [
      put('new', { list: [1, { deep: true }] }),
      { Update: { TableName: table, Key: { id: 'kept' }, ...addOne } },
      { Delete: { TableName: table, Key: { id: 'dropped' } } },
    ]);

    expect(await allItems(client)).toEqual({
      new: { id: 'new', list: [1, { deep: true }] },
      kept: { id: 'kept', n: 2 },
    });
  });

  it('leaves nothing behind of a condition check, also where there was no item', async () => {
    const { client } = await startWithAccounts();
    const check = { ConditionExpression: 'attribute_not_exists(id)' };

    await transact(client, [put('a'), { ConditionCheck: { TableName: table, Key: { id: 'b' }, ...check } }]);

    expect(await allItems(client)).toEqual({ a: { id: 'a' } });
  });

  it('takes a hundred entries', async () => {
    const { client } = await startWithAccounts();

    await transact(client, numbered(100));

    expect(Object.keys(await allItems(client))).toHaveLength(100);
  });
});

describe('a transaction that is cancelled', () => {
  it('gives the reason of every entry, in the order of the request', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('taken'), put('text', { n: 'one' })]);

    const error = await cancellation(
      transact(client, [
        put('free'),
        putNew('taken'),
        { Update: { TableName: table, Key: { id: 'text' }, ...addOne } },
        {
          ConditionCheck: {
            TableName: table,
            Key: { id: 'absent' },
            ConditionExpression: 'attribute_exists(id)',
          },
        },
      ]),
    );

    expect(error.message).toBe(
      'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        '[None, ConditionalCheckFailed, ValidationError, ConditionalCheckFailed]',
    );
    expect(error.CancellationReasons).toEqual([
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      { Code: 'ValidationError', Message: 'An operand in the update expression has an incorrect data type' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    ]);
  });

  it('has no effect at all', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('taken', { n: 1 }), put('b', { n: 1 })]);
    const before = await allItems(client);

    await cancellation(
      transact(client, [
        put('new'),
        { Update: { TableName: table, Key: { id: 'b' }, ...addOne } },
        putNew('taken'),
      ]),
    );

    expect(await allItems(client)).toEqual(before);
  });

  it('carries the item as it was for entries that ask for it, and only for those', async () => {
    const { client } = await startWithAccounts();
    await transact(client, [put('a', { n: 1 }), put('b', { n: 2 })]);
    const allOld = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

    const error = await cancellation(
      transact(client, [
        { Put: { ...putNew('a').Put!, ...allOld } },
        { Put: putNew('b').Put! },
        {
          Delete: {
            TableName: table,
            Key: { id: 'c' },
            ConditionExpression: 'attribute_exists(id)',
            ...allOld,
          },
        },
      ]),
    );

    expect(error.CancellationReasons?.map(({ Item }) => Item)).toEqual([
      { id: { S: 'a' }, n: { N: '1' } },
      undefined,
      undefined,
    ]);
  });

  it('gives a key that does not fit the table as its reason', async () => {
    const { client } = await startWithAccounts();

    const error = await cancellation(
      transact(client, [put('a'), { Delete: { TableName: table, Key: { other: 'b' } } }]),
    );

    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
  });
});

describe('a transaction that is refused as a whole', () => {
  const twice = /^Transaction request cannot include multiple operations on one item$/;
  const condition = { ConditionExpression: 'attribute_exists(id)' };
  const refused: { what: string; entries: Entries; message: RegExp; name?: string }[] = [
    { what: 'two actions on one item', entries: [put('a'), put('a')], message: twice },
    {
      what: 'a check and a write of one item',
      entries: [put('a'), { ConditionCheck: { TableName: table, Key: { id: 'a' }, ...condition } }],
      message: twice,
    },
    { what: 'no entries', entries: [], message: /greater than or equal to 1/ },
    { what: '101 entries', entries: numbered(101), message: /less than or equal to 100/ },
    { what: 'an entry without an action', entries: [put('a'), {}], message: /only contain one of/ },
    {
      what: 'an entry with two actions',
      entries: [{ ...put('a'), Delete: { TableName: table, Key: { id: 'b' } } }],
      message: /only contain one of/,
    },
    {
      what: 'an expression that is no expression',
      entries: [put('a'), { Put: { TableName: table, Item: { id: 'b' }, ConditionExpression: 'n =' } }],
      message: /ConditionExpression/,
    },
    {
      what: 'a condition check without a condition',
      entries: [
        put('a'),
        { ConditionCheck: { TableName: table, Key: { id: 'b' }, ConditionExpression: undefined } },
      ],
      message: /ConditionExpression/,
    },
    {
      what: 'an unknown table',
      entries: [put('a'), { Put: { TableName: 'Nowhere', Item: { id: 'b' } } }],
      message: /^Requested resource not found$/,
      name: 'ResourceNotFoundException',
    },
  ];

  it.each(refused)('has no effect: $what', async ({ entries, message, name = 'ValidationException' }) => {
    const { client } = await startWithAccounts();

    const error: unknown = await transact(client, entries).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
    expect(await allItems(client)).toEqual({});
  });
});

const addOne = {
  UpdateExpression: 'SET n = n + :one',
  ExpressionAttributeValues: { ':one': 1 },
};

function numbered(count: number): Entries {
  return Array.from({ length: count }, (_, n) => put(`item-${n}`));
}

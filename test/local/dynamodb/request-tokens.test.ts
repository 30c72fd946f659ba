import { IdempotentParameterMismatchException } from '@aws-sdk/client-dynamodb';
import { allItems, cancellation, put, putNew, startWithAccounts, table, transact } from './accounts';

const minuteMs = 60_000;

async function startWithClock() {
  const clock = { nowMs: 1_700_000_000_000 };
  return { clock, ...(await startWithAccounts({ now: () => clock.nowMs })) };
}

describe('a ClientRequestToken', () => {
  it('makes a repeated transaction succeed without a second effect', async () => {
    const { client } = await startWithClock();
    const addOne = {
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    };
    const entries = [{ Update: { TableName: table, Key: { id: 'a' }, ...addOne } }, putNew('b')];

    await transact(client, entries, 'token');
    await transact(client, entries, 'token');

    expect(await allItems(client)).toEqual({ a: { id: 'a', n: 1 }, b: { id: 'b' } });
  });

  it('is refused for another transaction, which has no effect', async () => {
    const { client } = await startWithClock();
    await transact(client, [put('a')], 'token');

    const repeated = transact(client, [put('b')], 'token');

    await expect(repeated).rejects.toThrow(IdempotentParameterMismatchException);
    expect(await allItems(client)).toEqual({ a: { id: 'a' } });
  });

  it('holds for just under ten minutes', async () => {
    const { client, clock } = await startWithClock();
    await transact(client, [putNew('a')], 'token');

    clock.nowMs += 10 * minuteMs - 1;
    await transact(client, [putNew('a')], 'token');
    clock.nowMs += 1;

    await cancellation(transact(client, [putNew('a')], 'token'));
  });

  it('is not spent by a transaction that was cancelled', async () => {
    const { client } = await startWithClock();
    await transact(client, [put('a')]);
    await cancellation(transact(client, [putNew('a')], 'token'));

    await transact(client, [{ Delete: { TableName: table, Key: { id: 'a' } } }]);
    await transact(client, [putNew('a')], 'token');

    expect(await allItems(client)).toEqual({ a: { id: 'a' } });
  });

  it('of more than 36 characters is refused', async () => {
    const { client } = await startWithClock();

    await expect(transact(client, [put('a')], 'x'.repeat(37))).rejects.toThrow(/clientRequestToken/);
  });
});

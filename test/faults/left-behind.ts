/** What a request has left in the tables. */
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { accountDigest } from '../../functions/shared/domain/attempts';
import { accountLimitKey, emailKey, userKey, usernameKey } from '../../functions/shared/store/schema';
import type { StoredItems } from '../support/stored-items';
import type { Account } from './accounts';

type Table = Parameters<StoredItems['tableName']>[0];

async function read({ documents, tableName }: StoredItems, table: Table, key: Record<string, string>) {
  const command = new GetCommand({ TableName: tableName(table), Key: key, ConsistentRead: true });
  return (await documents.send(command)).Item;
}

/** A user is there with both names and a session, or nothing is. */
export async function expectNoHalfUser(stored: StoredItems, { username, email }: Account): Promise<void> {
  const byName = await read(stored, 'users', usernameKey(username));
  const byEmail = await read(stored, 'users', emailKey(email));
  expect(byEmail?.['locator']).toBe(byName?.['locator']);
  if (!byName) return;
  expect(await read(stored, 'users', userKey(byName['locator']))).toMatchObject({ username, email });
  const sessions = await stored.documents.send(
    new QueryCommand({
      TableName: stored.tableName('tokens'),
      KeyConditionExpression: '#user = :locator',
      ExpressionAttributeNames: { '#user': 'user' },
      ExpressionAttributeValues: { ':locator': byName['locator'] },
    }),
  );
  expect(sessions.Count).toBeGreaterThan(0);
}

/** How many attempts to sign in are counted. */
export async function attemptsOf(stored: StoredItems, { username }: Account): Promise<number> {
  const item = await read(stored, 'rateLimits', accountLimitKey(accountDigest(username)));
  return item?.['attempts'] ?? 0;
}

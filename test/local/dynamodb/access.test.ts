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
import { createDatabaseAccess, type DynamoDbCall } from '../../../local/dynamodb/access';
import type { PolicyStatement } from '../../../local/iam/policy';
import { allItems, connect, createAccounts, put, start, table, transact } from './accounts';

const other = 'Others';
const Key = { id: 'a' };
const one = { ExpressionAttributeValues: { ':one': 1 } };

/** An engine with two tables, and clients of their owner and of a function. */
async function startGuarded(authorise: (call: DynamoDbCall) => string | undefined) {
  const engine = await start({
    authorise: (call) => (call.accessKeyId === 'owner' ? undefined : authorise(call)),
  });
  const owner = connect(engine, 'owner');
  await createAccounts(owner);
  await createAccounts(owner, other);
  return { owner, client: connect(engine, 'function-1') };
}

/** `GetItem Accounts(id, role) SPECIFIC_ATTRIBUTES {"id":"a"}`: action, table, attributes, and what else there is. */
function describeCall({
  action,
  attributes,
  items,
  returnValues,
  select,
  table: name,
}: DynamoDbCall): string {
  const names = attributes === undefined ? '' : `(${[...attributes].sort().join(', ')})`;
  const texts = (items ?? []).map((item) => JSON.stringify(item)).sort();
  const parts = [action.replace('dynamodb:', ''), name + names, select, returnValues, ...texts];
  return parts.filter((part) => part !== undefined).join(' ');
}

const least = { TableName: table, Key };
const isActive = { ...least, Key: { id: 'e' }, ConditionExpression: 'attribute_not_exists(isActive)' };

describe('A request asks for leave', () => {
  it.each<[string, { readonly input: object }, string[]]>([
    [
      'with the key and the projected attributes under their real names',
      new GetCommand({
        ...least,
        ProjectionExpression: '#r, profile.photo.#u, tags[0]',
        ExpressionAttributeNames: { '#r': 'role', '#u': 'url' },
      }),
      ['GetItem Accounts(id, profile, role, tags) SPECIFIC_ATTRIBUTES {"id":"a"}'],
    ],
    [
      'once for each table',
      new BatchGetCommand({
        RequestItems: {
          [table]: { Keys: [Key, { id: 'b' }], ProjectionExpression: 'nick' },
          [other]: { Keys: [Key] },
        },
      }),
      [
        'BatchGetItem Accounts(id, nick) SPECIFIC_ATTRIBUTES {"id":"a"} {"id":"b"}',
        'BatchGetItem Others(id) ALL_ATTRIBUTES {"id":"a"}',
      ],
    ],
    [
      'with the attributes of its conditions too',
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'id = :one',
        FilterExpression: 'contains(secret, :one)',
        ExpressionAttributeValues: { ':one': 'x' },
      }),
      ['Query Accounts(id, secret) ALL_ATTRIBUTES'],
    ],
    [
      'with its selection',
      new ScanCommand({ TableName: table, Select: 'COUNT' }),
      ['Scan Accounts(id) COUNT'],
    ],
    [
      'with a selection that counts only if attributes are named',
      new ScanCommand({ TableName: table, Select: 'SPECIFIC_ATTRIBUTES' }),
      ['Scan Accounts(id) ALL_ATTRIBUTES'],
    ],
    [
      'with the text attributes of the item that it puts',
      new PutCommand({ TableName: table, Item: { id: 'a', n: 1, role: 'x' } }),
      ['PutItem Accounts(id, n, role) {"id":"a","role":"x"}'],
    ],
    [
      'with the attributes that it sets, tests or returns',
      new UpdateCommand({
        ...least,
        UpdateExpression: 'SET used = if_not_exists(used, :one) REMOVE #old.part',
        ConditionExpression: 'attribute_not_exists(id) AND NOT (seen BETWEEN :one AND :one)',
        ExpressionAttributeNames: { '#old': 'previous' },
        ReturnValues: 'ALL_NEW',
        ...one,
      }),
      ['UpdateItem Accounts(id, previous, seen, used) ALL_NEW {"id":"a"}'],
    ],
    ['with the key that it deletes', new DeleteCommand(least), ['DeleteItem Accounts(id) {"id":"a"}']],
    [
      'for all its writes of one table',
      new BatchWriteCommand({
        RequestItems: {
          [table]: [
            { PutRequest: { Item: { id: 'a', role: 'x' } } },
            { DeleteRequest: { Key: { id: 'b' } } },
          ],
        },
      }),
      ['BatchWriteItem Accounts(id, role) {"id":"a","role":"x"} {"id":"b"}'],
    ],
    [
      'once for each action and table of a transaction',
      new TransactWriteCommand({
        TransactItems: [
          put('a', { role: 'x' }),
          put('b', { email: 'y' }),
          { Put: { TableName: other, Item: Key } },
          { Update: { ...least, UpdateExpression: 'ADD n :one', ...one, Key: { id: 'c' } } },
          { Delete: { ...least, Key: { id: 'd' } } },
          { ConditionCheck: isActive },
        ],
      }),
      [
        'PutItem Accounts(email, id, role) {"id":"a","role":"x"} {"id":"b","email":"y"}',
        'PutItem Others(id) {"id":"a"}',
        'UpdateItem Accounts(id, n) {"id":"c"}',
        'DeleteItem Accounts(id) {"id":"d"}',
        'ConditionCheckItem Accounts(id, isActive) {"id":"e"}',
      ],
    ],
    ['for any table, if it names none', new ListTablesCommand({}), ['ListTables *']],
  ])('%s', async (_, command, expected) => {
    const calls: DynamoDbCall[] = [];
    const { client } = await startGuarded((call) => {
      calls.push(call);
      return undefined;
    });
    // What it asks for counts, not whether it succeeds.
    await client.send(command as PutCommand).catch(() => undefined);

    expect(calls.map(describeCall)).toEqual(expected);
    expect(new Set(calls.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['function-1']));
  });
});

describe('A refusal', () => {
  const written = new PutCommand({ TableName: table, Item: Key });

  it('is an AccessDeniedException with its message, and the call has no effect', async () => {
    const { client, owner } = await startGuarded(({ action }) => `not authorized to perform: ${action}`);

    await expect(client.send(written)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'not authorized to perform: dynamodb:PutItem',
    });
    expect(await allItems(owner)).toEqual({});
  });

  it('of one part of a transaction refuses all of it', async () => {
    const { client, owner } = await startGuarded(({ table: name }) => (name === other ? 'no' : undefined));
    const sent = transact(client, [put('a'), { Put: { TableName: other, Item: Key } }]);

    await expect(sent).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await allItems(owner)).toEqual({});
  });

  it('is also what a policy amounts to that cannot be evaluated', async () => {
    const { client, owner } = await startGuarded(() => {
      throw new Error('no policy');
    });

    await expect(client.send(written)).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await allItems(owner)).toEqual({});
  });
});

describe("A function's access to the database", () => {
  const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/Users';

  function accessWith(...statements: PolicyStatement[]) {
    const role = { logicalId: 'ReaderRole', arn: 'arn:aws:iam::123456789012:role/ReaderRole', statements };
    const code = { codeFolder: '', handler: 'index.handler', environment: {}, timeoutSeconds: 3 };
    const reader = { logicalId: 'Reader', arn: '', memoryMegabytes: 128, role, ...code };
    const users = {
      logicalId: 'Users',
      name: 'Users',
      arn: tableArn,
      keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
      attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
    };
    const access = createDatabaseAccess({ functions: [reader], tables: [users] }, 'admin');
    return (call: Partial<DynamoDbCall>) =>
      access({ accessKeyId: 'Reader', action: 'dynamodb:GetItem', table: 'Users', ...call });
  }
  const anything = { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' } as const;

  it('is what its role grants, by action and table', () => {
    const access = accessWith({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: tableArn });

    expect(access({})).toBeUndefined();
    expect(access({ action: 'dynamodb:PutItem' })).toBe(
      'User: arn:aws:sts::123456789012:assumed-role/ReaderRole/Reader is not authorized to perform: ' +
        `dynamodb:PutItem on resource: ${tableArn} because no identity-based policy allows the dynamodb:PutItem action`,
    );
    expect(access({ table: 'Tokens' })).toMatch(/on resource: .*:table\/Tokens because/);
    expect(access({ index: 'ByName' })).toMatch(/on resource: .*:table\/Users\/index\/ByName because/);
    expect(access({ action: 'dynamodb:ListTables', table: '*' })).toMatch(/on resource: \* because/);
  });

  it('can be bound to partition keys, which a call that names none does not have', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['COUNTER'] } };
    const access = accessWith({ ...anything, Condition });

    expect(access({ action: 'dynamodb:UpdateItem', items: [{ pk: 'COUNTER' }] })).toBeUndefined();
    expect(access({ action: 'dynamodb:UpdateItem', items: [{ pk: 'USER' }] })).toBeDefined();
    expect(access({ action: 'dynamodb:PutItem', items: [{ pk: 'COUNTER' }, { pk: 'USER' }] })).toBeDefined();
    expect(access({ action: 'dynamodb:Query' })).toBeDefined();
  });

  it('can be bound to attributes, to a selection and to returned values', () => {
    const Condition = {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', 'dynamodb:ReturnValues': 'NONE' },
    };
    const access = accessWith({ ...anything, Condition });
    const allowed = { attributes: ['pk'], select: 'SPECIFIC_ATTRIBUTES', returnValues: 'NONE' };

    expect(access(allowed)).toBeUndefined();
    expect(access({ ...allowed, attributes: ['pk', 'passwordHash'] })).toBeDefined();
    expect(access({ ...allowed, select: 'ALL_ATTRIBUTES' })).toBeDefined();
    expect(access({ ...allowed, returnValues: 'ALL_OLD' })).toBeDefined();
  });

  it('is everything for the administrator, and nothing for an unknown key', () => {
    const access = accessWith();

    expect(access({ accessKeyId: 'admin', action: 'dynamodb:DeleteTable' })).toBeUndefined();
    expect(access({ accessKeyId: 'stranger' })).toBe(
      'The security token included in the request is invalid.',
    );
    expect(access({})).toBeDefined();
  });
});

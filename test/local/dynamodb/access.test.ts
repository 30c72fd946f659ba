import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { createDatabaseAccess, type DynamoDbCall } from '../../../local/dynamodb/access';
import type { PolicyStatement } from '../../../local/iam/policy';
import { allItems, connect, createAccounts, put, start, table, transact } from './accounts';

const other = 'Others';
const Key = { id: 'a' };
const one = { ExpressionAttributeValues: { ':one': 1 } };
const least = { TableName: table, Key };

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

/** `function-1 GetItem Accounts(id, role) SPECIFIC_ATTRIBUTES {"id":"a"}` */
function describeCall({ accessKeyId, action, attributes, items = [], ...call }: DynamoDbCall): string {
  const names = attributes === undefined ? '' : `(${[...attributes].sort().join(', ')})`;
  const texts = items.map((item) => JSON.stringify(item)).sort();
  const operation = action.replace('dynamodb:', '');
  const parts = [accessKeyId, operation, call.table + names, call.select, call.returnValues, ...texts];
  return parts.filter((part) => part !== undefined).join(' ');
}

describe('A request is checked', () => {
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
      'with the attributes of its conditions',
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'id = :one',
        FilterExpression: 'contains(secret, :one)',
        ExpressionAttributeValues: { ':one': 'x' },
      }),
      ['Query Accounts(id, secret) ALL_ATTRIBUTES'],
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
      'once for each action and table of a transaction',
      new TransactWriteCommand({
        TransactItems: [
          put('a', { role: 'x' }),
          put('b', { email: 'y' }),
          { Put: { TableName: other, Item: Key } },
          { Update: { ...least, UpdateExpression: 'ADD n :one', ...one } },
          { Delete: least },
          { ConditionCheck: { ...least, ConditionExpression: 'attribute_not_exists(isActive)' } },
        ],
      }),
      [
        'PutItem Accounts(email, id, role) {"id":"a","role":"x"} {"id":"b","email":"y"}',
        'PutItem Others(id) {"id":"a"}',
        'UpdateItem Accounts(id, n) {"id":"a"}',
        'DeleteItem Accounts(id) {"id":"a"}',
        'ConditionCheckItem Accounts(id, isActive) {"id":"a"}',
      ],
    ],
    ['for any table if it names none', new ListTablesCommand({}), ['ListTables *']],
  ])('%s', async (_, command, expected) => {
    const calls: string[] = [];
    const { client } = await startGuarded((call) => {
      calls.push(describeCall(call));
      return undefined;
    });
    // The test looks at the check, whether or not the request then succeeds.
    await client.send(command as PutCommand).catch(() => undefined);

    expect(calls).toEqual(expected.map((call) => `function-1 ${call}`));
  });
});

it('A refused part of a transaction refuses all of it', async () => {
  const { client, owner } = await startGuarded(({ table: name }) => (name === other ? 'no' : undefined));
  const sent = transact(client, [put('a'), { Put: { TableName: other, Item: Key } }]);

  await expect(sent).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'no' });
  expect(await allItems(owner)).toEqual({});
});

it('A policy that cannot be evaluated refuses the request', async () => {
  const { client, owner } = await startGuarded(() => {
    throw new Error('no policy');
  });
  const sent = client.send(new PutCommand({ TableName: table, Item: Key }));

  await expect(sent).rejects.toMatchObject({ name: 'InternalServerError' });
  expect(await allItems(owner)).toEqual({});
});

describe("A function's access", () => {
  const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/Users';
  const keys = { keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }], attributeDefinitions: [] };
  const users = { logicalId: 'Users', name: 'Users', arn: tableArn, ...keys };

  /** Asks for a call of a function whose role has this statement. */
  function accessWith(statement: Partial<PolicyStatement>) {
    const statements = [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', ...statement } as const];
    const role = { logicalId: 'ReaderRole', arn: '', statements };
    const code = { codeFolder: '', handler: '', environment: {}, timeoutSeconds: 3, memoryMegabytes: 128 };
    const reader = { logicalId: 'Reader', arn: '', role, ...code };
    const access = createDatabaseAccess({ functions: [reader], tables: [users] }, 'admin');
    return (call: Partial<DynamoDbCall>) =>
      access({ accessKeyId: 'Reader', action: 'dynamodb:GetItem', table: 'Users', ...call });
  }

  it.each<[Partial<DynamoDbCall>, string]>([
    [{ table: 'Tokens' }, 'table/Tokens'],
    [{ index: 'ByName' }, 'table/Users/index/ByName'],
    [{ action: 'dynamodb:ListTables', table: '*' }, 'resource: *'],
  ])('is refused by a message that names the resource: %j', (call, resource) => {
    const access = accessWith({ Action: 'dynamodb:GetItem', Resource: tableArn });
    expect(access({})).toBeUndefined();
    expect(access(call)).toContain(`${resource} because no identity-based policy allows the dynamodb:`);
  });

  it('can be limited to partition keys, which excludes calls that name none', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['COUNTER'] } };
    const access = accessWith({ Condition });

    expect(access({ items: [{ pk: 'COUNTER' }] })).toBeUndefined();
    expect(access({ items: [{ pk: 'COUNTER' }, { pk: 'USER' }] })).toBeDefined();
    expect(access({ action: 'dynamodb:Query' })).toBeDefined();
  });

  it('can be limited to attributes, to a selection and to returned values', () => {
    const Condition = {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', 'dynamodb:ReturnValues': 'NONE' },
    };
    const access = accessWith({ Condition });
    const allowed = { attributes: ['pk'], select: 'SPECIFIC_ATTRIBUTES', returnValues: 'NONE' };

    expect(access(allowed)).toBeUndefined();
    expect(access({ ...allowed, attributes: ['pk', 'passwordHash'] })).toBeDefined();
    expect(access({ ...allowed, select: 'ALL_ATTRIBUTES' })).toBeDefined();
    expect(access({ ...allowed, returnValues: 'ALL_OLD' })).toBeDefined();
  });

  it('is everything for the administrator, and nothing for an unknown key', () => {
    const access = accessWith({});

    expect(accessWith({ Effect: 'Deny' })({ accessKeyId: 'admin' })).toBeUndefined();
    expect(access({ accessKeyId: 'stranger' })).toBe(
      'The security token included in the request is invalid.',
    );
  });
});

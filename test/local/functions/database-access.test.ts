import type { DynamoDbCall } from '../../../local/dynamodb/engine';
import { databaseAccessOf } from '../../../local/functions/database-access';
import type { PolicyStatement } from '../../../local/iam/policy';
import type { FunctionDefinition, TableDefinition } from '../../../local/template/deployment';

const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/Users';

function accessWith(
  statements: readonly PolicyStatement[],
): (call: Partial<DynamoDbCall>) => string | undefined {
  const definition: FunctionDefinition = {
    logicalId: 'Reader',
    arn: 'arn:aws:lambda:us-east-1:123456789012:function:Reader',
    codeFolder: '',
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 3,
    memoryMegabytes: 128,
    role: { logicalId: 'ReaderRole', arn: 'arn:aws:iam::123456789012:role/ReaderRole', statements },
  };
  const table: TableDefinition = {
    logicalId: 'Users',
    arn: tableArn,
    keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    billing: { mode: 'PAY_PER_REQUEST' },
  };
  const access = databaseAccessOf({ functions: [definition], tables: [table] }, 'admin');
  return (call) => access({ accessKeyId: 'Reader', action: 'dynamodb:GetItem', table: 'Users', ...call });
}

describe("A function's access to the database", () => {
  it('is what its role grants, by action and table', () => {
    const access = accessWith([{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: tableArn }]);

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
    const access = accessWith([{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', Condition }]);

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
    const access = accessWith([{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', Condition }]);

    expect(
      access({ attributes: ['pk'], select: 'SPECIFIC_ATTRIBUTES', returnValues: 'NONE' }),
    ).toBeUndefined();
    expect(access({ attributes: ['pk', 'passwordHash'] })).toBeDefined();
    expect(access({ attributes: ['pk'], select: 'ALL_ATTRIBUTES' })).toBeDefined();
    expect(access({ attributes: ['pk'], returnValues: 'ALL_OLD' })).toBeDefined();
  });

  it('is everything for the administrator, and nothing for an unknown key', () => {
    const access = accessWith([]);

    expect(access({ accessKeyId: 'admin', action: 'dynamodb:DeleteTable' })).toBeUndefined();
    expect(access({ accessKeyId: 'stranger' })).toBe(
      'The security token included in the request is invalid.',
    );
    expect(access({})).toBeDefined();
  });
});

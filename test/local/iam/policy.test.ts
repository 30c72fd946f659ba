import { checkUnderstood, isAllowed, type PolicyStatement } from '../../../local/iam/policy';

const users = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Users';
const read: PolicyStatement = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: users };

function asks(action = 'dynamodb:GetItem', resource = users, context: Record<string, string[]> = {}) {
  return { action, resource, context };
}

describe('isAllowed', () => {
  it('refuses what no statement allows', () => {
    expect(isAllowed([], asks())).toBe(false);
    expect(isAllowed([read], asks('dynamodb:PutItem'))).toBe(false);
    expect(isAllowed([read], asks('dynamodb:GetItem', `${users}2`))).toBe(false);
  });

  it('allows what one of several statements allows', () => {
    const write: PolicyStatement = { Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: [users] };

    expect(isAllowed([read, write], asks())).toBe(true);
    expect(isAllowed([read, write], asks('dynamodb:PutItem'))).toBe(true);
  });

  it('lets Deny win, in whatever order', () => {
    const deny: PolicyStatement = { Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' };

    expect(isAllowed([read, deny], asks())).toBe(false);
    expect(isAllowed([deny, read], asks())).toBe(false);
  });

  it.each([
    ['dynamodb:*', true],
    ['*', true],
    ['dynamodb:Get*', true],
    ['DynamoDB:getitem', true],
    ['dynamodb:Get????', true],
    ['dynamodb:Get???', false],
    ['dynamodb:Get', false],
    ['dynamodb.GetItem', false],
    ['s3:*', false],
  ])('compares the action with %s as %s', (action, expected) => {
    expect(isAllowed([{ ...read, Action: action }], asks())).toBe(expected);
  });

  it.each([
    ['*', true],
    ['arn:aws:dynamodb:*:*:table/Users', true],
    ['arn:aws:dynamodb:eu-west-?:123456789012:table/*', true],
    ['arn:aws:dynamodb:*:table/Users', false],
    ['arn:aws:dynamodb:*', false],
    [`${users}/index/*`, false],
    ['arn:aws:dynamodb:eu-west-1:123456789012:table/users', false],
    ['arn:aws:dynamodb:eu-west-1:123456789012:table.Users', false],
  ])('compares the resource with %s as %s', (resource, expected) => {
    expect(isAllowed([{ ...read, Resource: resource }], asks())).toBe(expected);
  });
});

describe('a condition', () => {
  const key = 'dynamodb:Attributes';

  function holds(operator: string, wanted: string | string[] | boolean, actual?: string[]): boolean {
    const statement: PolicyStatement = { ...read, Condition: { [operator]: { [key]: wanted } } };
    return isAllowed([statement], { ...asks(), context: { [key]: actual } });
  }

  it('StringEquals needs the key, with one of the values', () => {
    expect(holds('StringEquals', ['a', 'b'], ['b'])).toBe(true);
    expect(holds('StringEquals', 'a', ['A'])).toBe(false);
    expect(holds('StringEquals', 'a')).toBe(false);
    expect(holds('StringEquals', 'a', [])).toBe(false);
  });

  it('StringEqualsIfExists holds also without the key', () => {
    expect(holds('StringEqualsIfExists', 'a', ['a'])).toBe(true);
    expect(holds('StringEqualsIfExists', 'a', ['b'])).toBe(false);
    expect(holds('StringEqualsIfExists', 'a')).toBe(true);
  });

  it('ForAllValues:StringEquals holds if every value is among the wanted ones, or there is none', () => {
    expect(holds('ForAllValues:StringEquals', ['a', 'b', 'c'], ['a', 'c'])).toBe(true);
    expect(holds('ForAllValues:StringEquals', ['a', 'b'], ['a', 'passwordHash'])).toBe(false);
    expect(holds('ForAllValues:StringEquals', ['a'])).toBe(true);
  });

  it('ForAllValues:StringLike is the same with wildcards', () => {
    expect(holds('ForAllValues:StringLike', ['USER#*', 'a'], ['USER#1', 'a'])).toBe(true);
    expect(holds('ForAllValues:StringLike', ['USER#*'], ['USER#1', 'USERNAME#1'])).toBe(false);
    expect(holds('ForAllValues:StringLike', ['USER#*'])).toBe(true);
  });

  it('Null asks whether the key is missing', () => {
    expect(holds('Null', 'true')).toBe(true);
    expect(holds('Null', 'true', ['a'])).toBe(false);
    expect(holds('Null', false, ['a'])).toBe(true);
    expect(holds('Null', 'false')).toBe(false);
  });

  it('takes key names in any case', () => {
    const statement = { ...read, Condition: { StringEquals: { 'DYNAMODB:select': 'a' } } };

    expect(isAllowed([statement], asks(undefined, undefined, { 'dynamodb:Select': ['a'] }))).toBe(true);
  });

  it('holds only if all its operators and keys do', () => {
    const statement = {
      ...read,
      Condition: { StringEquals: { one: '1', two: '2' }, Null: { three: 'true' } },
    };
    const allowed = (context: Record<string, string[]>) =>
      isAllowed([statement], asks(undefined, undefined, context));

    expect(allowed({ one: ['1'], two: ['2'] })).toBe(true);
    expect(allowed({ one: ['1'], two: ['3'] })).toBe(false);
    expect(allowed({ one: ['1'], two: ['2'], three: ['3'] })).toBe(false);
  });

  it('that compares several values as if they were one is an error', () => {
    expect(() => holds('StringEquals', 'a', ['a', 'b'])).toThrow(/dynamodb:Attributes has several values/);
  });
});

describe('what is not understood', () => {
  const variable = '\u0024{aws:username}';

  it.each([
    [{ ...read, NotAction: 's3:*' }, /NotAction/],
    [{ ...read, Principal: '*' }, /Principal/],
    [{ ...read, Effect: 'Perhaps' }, /Effect.*Perhaps/],
    [{ Effect: 'Allow', Resource: '*' }, /Action/],
    [{ ...read, Action: [] }, /Action/],
    [{ ...read, Resource: { Ref: 'Users' } }, /Resource.*Ref/],
    [{ ...read, Resource: [users, 7] }, /Resource/],
    [{ ...read, Resource: `arn:aws:s3:::bucket/${variable}` }, /Resource.*aws:username/],
    [{ ...read, Condition: [] }, /Condition/],
    [{ ...read, Condition: { StringLike: { key: 'a*' } } }, /StringLike/],
    [{ ...read, Condition: { toString: { key: 'a' } } }, /toString/],
    [{ ...read, Condition: { StringEquals: 'a' } }, /StringEquals/],
    [{ ...read, Condition: { StringEquals: { key: [variable] } } }, /aws:username/],
    [{ ...read, Condition: { StringEquals: { key: 7 } } }, /StringEquals key 7/],
    [{ ...read, Condition: { Null: { key: 'maybe' } } }, /Null key "maybe"/],
    ['*', /statement/],
    [null, /statement/],
  ])('is an error that names it: %j', (statement, message) => {
    expect(() => checkUnderstood([read, statement])).toThrow(message);
  });

  it('is an error also in a statement that does not apply', () => {
    const statement = { ...read, Action: 's3:Nothing', NotResource: '*' };

    expect(() => isAllowed([read, statement], asks())).toThrow(/NotResource/);
  });
});

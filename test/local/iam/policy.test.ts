import { checkUnderstood, isAllowed, type PolicyStatement } from '../../../local/iam/policy';

const users = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Users';
const read: PolicyStatement = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: users };
const write: PolicyStatement = { Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: [users] };
const deny: PolicyStatement = { Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' };
const getItem = { action: 'dynamodb:GetItem', resource: users, context: {} };
const [yes, no] = [true, false];

it.each<[string, PolicyStatement[], boolean]>([
  ['no statement', [], no],
  ['a statement for another action', [write], no],
  ['a statement for another resource', [{ ...read, Resource: `${users}2` }], no],
  ['one of several statements', [write, read], yes],
  ['a statement, but another denies it', [read, deny], no],
  ['a statement after one that denies it', [deny, read], no],
])('a request is allowed only if a statement allows it and none denies it: %s', (_, statements, expected) => {
  expect(isAllowed(statements, getItem)).toBe(expected);
});

it.each<[keyof PolicyStatement, string, boolean]>([
  ['Action', '*', yes],
  ['Action', 'dynamodb:*', yes],
  ['Action', 'DynamoDB:getitem', yes],
  ['Action', 'dynamodb:Get????', yes],
  ['Action', 'dynamodb:Get???', no],
  ['Action', 'dynamodb:Get', no],
  ['Action', 'dynamodb.GetItem', no],
  ['Resource', '*', yes],
  ['Resource', 'arn:aws:dynamodb:*:*:table/Users', yes],
  ['Resource', 'arn:aws:dynamodb:eu-west-?:123456789012:table/*', yes],
  ['Resource', 'arn:aws:dynamodb:*:table/Users', no],
  ['Resource', 'arn:aws:dynamodb:*', no],
  ['Resource', `${users}/index/*`, no],
  ['Resource', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users', no],
  ['Resource', 'arn:aws:dynamodb:eu-west-1:123456789012:table.Users', no],
])('%s %s matches as in IAM: %s', (member, pattern, expected) => {
  expect(isAllowed([{ ...read, [member]: pattern }], getItem)).toBe(expected);
});

it.each<[string, unknown, string[] | undefined, boolean]>([
  ['StringEquals', ['a', 'b'], ['b'], yes],
  ['StringEquals', 'a', ['A'], no],
  ['StringEquals', 'a', [], no],
  ['StringEquals', 'a', undefined, no],
  ['StringEqualsIfExists', 'a', ['a'], yes],
  ['StringEqualsIfExists', 'a', ['b'], no],
  ['StringEqualsIfExists', 'a', undefined, yes],
  ['ForAllValues:StringEquals', ['a', 'b', 'c'], ['a', 'c'], yes],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'passwordHash'], no],
  ['ForAllValues:StringEquals', ['a'], undefined, yes],
  ['ForAllValues:StringLike', ['USER#*', 'a'], ['USER#1', 'a'], yes],
  ['ForAllValues:StringLike', ['USER#*'], ['USER#1', 'USERNAME#1'], no],
  ['Null', 'true', undefined, yes],
  ['Null', 'true', ['a'], no],
  ['Null', false, ['a'], yes],
  ['Null', 'false', undefined, no],
])('the condition %s %j of a request with %j is %s', (...[operator, wanted, actual, expected]) => {
  const Condition = { [operator]: { 'DYNAMODB:attributes': wanted } } as PolicyStatement['Condition'];
  const context = { 'dynamodb:Attributes': actual };
  expect(isAllowed([{ ...read, ...(Condition && { Condition }) }], { ...getItem, context })).toBe(expected);
});

it.each<[Record<string, string[]>, boolean]>([
  [{ one: ['1'], two: ['2'] }, yes],
  [{ one: ['1'], two: ['3'] }, no],
  [{ one: ['1'], two: ['2'], three: ['3'] }, no],
])('a statement applies only if all operators and keys of its condition hold: %j', (context, expected) => {
  const Condition = { StringEquals: { one: '1', two: '2' }, Null: { three: 'true' } };
  expect(isAllowed([{ ...read, Condition }], { ...getItem, context })).toBe(expected);
});

it('a condition that compares several values as if they were one is an error', () => {
  const statement: PolicyStatement = { ...read, Condition: { StringEquals: { key: 'a' } } };
  const context = { key: ['a', 'b'] };
  expect(() => isAllowed([statement], { ...getItem, context })).toThrow('key has several values');
});

const variable = '\u0024{aws:username}';

it.each([
  [{ ...read, NotAction: 's3:*' }, /NotAction/],
  [{ ...read, Effect: 'Perhaps' }, /Effect.*Perhaps/],
  [{ Effect: 'Allow', Resource: '*' }, /Action/],
  [{ ...read, Action: [] }, /Action/],
  [{ ...read, Resource: [users, 7] }, /Resource/],
  [{ ...read, Resource: `arn:aws:s3:::bucket/${variable}` }, /Resource.*aws:username/],
  [{ ...read, Condition: [] }, /Condition/],
  [{ ...read, Condition: { StringLike: { key: 'a*' } } }, /StringLike/],
  [{ ...read, Condition: { toString: { key: 'a' } } }, /toString/],
  [{ ...read, Condition: { StringEquals: 'a' } }, /StringEquals/],
  [{ ...read, Condition: { StringEquals: { key: [variable] } } }, /aws:username/],
  [{ ...read, Condition: { StringEquals: { key: 7 } } }, /StringEquals key 7/],
  [{ ...read, Condition: { Null: { key: 'maybe' } } }, /Null key "maybe"/],
  [null, /statement/],
])('what is not understood is an error that names it: %j', (statement, message) => {
  expect(() => checkUnderstood([read, statement])).toThrow(message);
});

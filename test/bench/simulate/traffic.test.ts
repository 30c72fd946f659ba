import { type Access, accessesOf, type UsualKind } from '../../../bench/simulate/traffic';
import { aUsersMonth } from '../../../tools/cost/examples';
import { requestKinds, unitsOf } from '../../../tools/cost/requests';

const person = {
  locator: 'f2afca0567',
  username: 'NewUser',
  email: 'New@example.com',
  address: '2001:db8:1:2:3::4',
};
const moment = { now: 1_800_000_001, rules: { attempts: 100, windowSeconds: 600 } };
const kinds = Object.keys(aUsersMonth) as UsualKind[];
const sumOf = (accesses: readonly { reads: number; writes: number }[]) => ({
  reads: accesses.reduce((sum, { reads }) => sum + reads, 0),
  writes: accesses.reduce((sum, { writes }) => sum + writes, 0),
});
const keysOf = (kind: UsualKind, table: Access['table']) =>
  accessesOf(kind, person, moment)
    .filter((access) => access.table === table)
    .map(({ key }) => key);

it.each(kinds)('%s takes the request units that its cost is worked out from', (kind) => {
  const charged = requestKinds[kind].runs.flatMap(({ calls }) => calls.map(unitsOf));
  expect(sumOf(accessesOf(kind, person, moment))).toEqual(sumOf(charged));
});

it('finds items under the keys that are stored', () => {
  expect(keysOf('login', 'Users')).toEqual(['USERNAME#newuser', 'USER#f2afca0567']);
  expect(keysOf('login', 'RateLimits')).toEqual([
    'ADDRESS#login#2001:db8:1:2::/64#1800000600',
    'ACCOUNT#9c9064c59f1ffa2e174ee754d2979be8',
    'ACCOUNT#9c9064c59f1ffa2e174ee754d2979be8',
  ]);
  expect(keysOf('signup', 'Users')).toContain('COUNTER#user');
  expect(keysOf('dashboard', 'Tokens')).toEqual(['f2afca0567']);
});
